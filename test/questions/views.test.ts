import { describe, expect } from 'vitest'

import { dictionary } from '../../src/db/index.js'
import { test, type World } from './world.js'

const plan = (world: World, sql: string): string =>
  world
    .select(`EXPLAIN QUERY PLAN ${sql}`)
    .map(({ detail }) => String(detail))
    .join('\n')

describe('the views', () => {
  test('have the columns that the dictionary tells of, in its order', ({ world }) => {
    const views = [...dictionary].filter(([, { kind }]) => kind === 'view')
    expect(views).toHaveLength(7)
    for (const [name, { columns }] of views) {
      expect(
        world.select(`SELECT name FROM pragma_table_info('${name}')`).map(column => column['name']),
      ).toEqual(Object.keys(columns))
    }
  })

  test.for([
    ['v_posts', 'id', /SEARCH p USING/],
    ['v_posts', 'user_id', /SEARCH p USING INDEX posts_by_user/],
    ['v_comment_threads', 'id', /SEARCH c USING/],
    ['v_comment_threads', 'post_id', /SEARCH c USING INDEX comments_by_post/],
    ['v_remix_trees', 'post_id', /SEARCH e USING .*source_id=\?/],
    ['v_remix_trees', 'parent_post_id', /SEARCH e USING .*target_id=\?/],
    ['v_creators', 'user_id', /SEARCH posts USING INDEX posts_by_user/],
    ['v_follow_graph', 'follower_id', /SEARCH e USING .*source_id=\?/],
    ['v_follow_graph', 'followed_id', /SEARCH e USING .*target_id=\?/],
    ['v_post_growth', 'post_id', /SEARCH post_metrics USING/],
    [
      'v_follow_graph',
      'mutual = 1 AND follower_id',
      /SEARCH r USING INDEX edges_by_target \(target_id=\? AND kind=\? AND source_id=\?\)/,
    ],
    ['v_cameo_network', 'user_id', /SEARCH x USING .*source_id=\?/],
    ['v_cameo_network', 'with_user_id', /SEARCH y USING .*source_id=\?/],
  ] as const)('%s searches an index for a condition on %s', ([view, column, search], { world }) => {
    expect(plan(world, `SELECT * FROM ${view} WHERE ${column} = 'x'`)).toMatch(search)
  })

  test('v_cameo_network tells the first pairs before it has counted all', ({ world }) => {
    const steps = plan(world, 'SELECT * FROM v_cameo_network LIMIT 100')
    expect(steps).toMatch(/SEARCH x USING PRIMARY KEY/)
    expect(steps).not.toMatch(/FOR GROUP BY|MATERIALIZE|TEMP B-TREE FOR ORDER BY/)
  })

  test.for([
    'v_posts',
    'v_comment_threads',
    'v_remix_trees',
    'v_creators',
    'v_follow_graph',
    'v_post_growth',
    'v_cameo_network',
  ])('%s finds what belongs to a row without reading through a table for it', (view, { world }) => {
    const scanned = [...plan(world, `SELECT * FROM ${view}`).matchAll(/^SCAN (?!\(|CONSTANT)(\w+)/gm)].map(
      ([, name]) => name,
    )
    const own = {
      v_posts: ['p'],
      v_comment_threads: ['c', 'up'],
      v_remix_trees: ['up'],
      v_creators: ['a'],
      v_post_growth: ['post_metrics'],
      v_cameo_network: [] as string[],
      v_follow_graph: [] as string[],
    }
    expect(own[view as keyof typeof own]).toEqual(expect.arrayContaining(scanned))
  })

  test('v_comment_threads goes up to the first-level comment, however deep and broken the thread is', ({
    world,
  }) => {
    const said = (id: string, parent_comment_id: string | null) => ({ id, post_id: 's_1', parent_comment_id })
    world.put(
      'comments',
      said('a', null),
      said('b', 'a'),
      said('c', 'b'),
      said('d', 'c'),
      said('lost', 'unknown'),
      said('x', 'y'),
      said('y', 'x'),
    )
    const rows = world.select(
      "SELECT id, root_comment_id AS root, depth FROM v_comment_threads WHERE id < 'm' ORDER BY id",
    )
    expect(rows.map(({ id, root, depth }) => [id, root, depth])).toEqual([
      ['a', 'a', 0],
      ['b', 'a', 1],
      ['c', 'a', 2],
      ['d', 'a', 3],
      ['lost', 'unknown', 1],
    ])
    expect(world.select("SELECT depth FROM v_comment_threads WHERE id = 'x'")).toEqual([{ depth: 1000 }])
  })

  test('v_remix_trees believes the post about its parent, and the listing where the post says nothing', ({
    world,
  }) => {
    world.put(
      'posts',
      { id: 's_root' },
      { id: 's_1', parent_post_id: 's_root' },
      { id: 's_2' },
      { id: 's_3', parent_post_id: 's_2' },
    )
    world.edges('remix', ['s_1', 's_root'], ['s_2', 's_1'], ['s_3', 's_2'], ['s_3', 's_root'])
    const rows = world.select(
      'SELECT post_id, parent_post_id, root_post_id, depth FROM v_remix_trees ORDER BY post_id',
    )
    expect(rows.map(row => Object.values(row))).toEqual([
      ['s_1', 's_root', 's_root', 1],
      ['s_2', 's_1', 's_root', 2],
      ['s_3', 's_2', 's_root', 3],
    ])
  })

  test(
    'v_creators: the median of an even number is between the two in the middle; what was not told ' +
      'is left out',
    ({ world }) => {
      const seen = (id: string, view_count: number | null) => ({ id, user_id: 'user-ann', view_count })
      world.put('posts', seen('s_1', 1), seen('s_2', 100), seen('s_3', 4), seen('s_4', 2), seen('s_5', null))
      expect(world.select('SELECT posts, views, median_views, median_likes, likes FROM v_creators')).toEqual([
        { posts: 5, views: 107, median_views: 3, median_likes: null, likes: null },
      ])
    },
  )

  test('v_posts has no rate where views were not told or are 0', ({ world }) => {
    world.put(
      'posts',
      { id: 's_1', like_count: 1, view_count: 0 },
      { id: 's_2', like_count: 1 },
      { id: 's_3', like_count: 1, reply_count: 2, view_count: 10 },
    )
    expect(
      world.select('SELECT engagement_rate FROM v_posts ORDER BY id').map(row => row['engagement_rate']),
    ).toEqual([null, null, 0.3])
  })

  test('v_post_growth begins with an observation that gained nothing yet', ({ world }) => {
    const seen = (observed_at: string, view_count: number) => ({ post_id: 's_1', observed_at, view_count })
    world.put('post_metrics', seen('2025-11-01T00:00:00.000Z', 5), seen('2025-11-01T06:00:00.000Z', 25))
    expect(
      world.select(
        'SELECT previous_at IS NULL AS first, views_gained, round(hours, 3) AS hours FROM ' +
          'v_post_growth ORDER BY observed_at',
      ),
    ).toEqual([
      { first: 1, views_gained: null, hours: null },
      { first: 0, views_gained: 20, hours: 6 },
    ])
  })
})
