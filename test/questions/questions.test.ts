import { describe, expect } from 'vitest'

import { listQuestions } from '../../src/cli/sql/questions.js'
import { test, type World } from './world.js'

const day = (n: number, hour = 12): string =>
  `2025-11-${String(n).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z`

function bakery(world: World): World {
  return world.people('ann', 'bob', 'cid').put(
    'posts',
    {
      id: 's_a1',
      user_id: 'user-ann',
      posted_at: day(1),
      view_count: 100,
      like_count: 10,
      reply_count: 0,
      remix_count: 0,
    },
    {
      id: 's_a2',
      user_id: 'user-ann',
      posted_at: day(2),
      view_count: 300,
      like_count: 20,
      reply_count: 4,
      remix_count: 6,
    },
    {
      id: 's_a3',
      user_id: 'user-ann',
      posted_at: day(5, 18),
      view_count: 600,
      like_count: 60,
      reply_count: 0,
      remix_count: 0,
    },
    { id: 's_b1', user_id: 'user-bob', posted_at: day(3), view_count: 2000, like_count: 1 },
    { id: 's_x', user_id: null, posted_at: null, view_count: 9000 },
  )
}

describe('every question', () => {
  test.for(listQuestions().map(question => [question.name, question] as const))(
    '%s has a description and answers an empty database',
    ([name, { description }], { world }) => {
      expect(description).toMatch(/^[A-Z].{20,}[^.]$/)
      expect(world.ask(name)).toEqual([])
    },
  )

  test('documents each of its parameters, and no other', () => {
    for (const { sql, parameters } of listQuestions()) {
      const code = sql.replaceAll(/^--.*$/gm, '')
      const used = new Set([...code.matchAll(/:(\w+)/g)].map(([, name]) => name))
      expect(new Set(parameters.map(({ name }) => name))).toEqual(used)
    }
  })

  test('is there', () => {
    expect(listQuestions().map(({ name }) => name)).toEqual(
      (
        'comment-reciprocity coverage-gaps deepest-remix-trees fastest-growing most-discussed ' +
        'most-remixed mutual-follows posting-hours renamed-users spend-by-day top-creators ' +
        'who-appears-with-whom'
      ).split(' '),
    )
  })
})

describe('about posts and those who make them', () => {
  test('top-creators: bob has one post with 2,000 views, ann three with 1,000', ({ world }) => {
    const rows = bakery(world).ask('top-creators')
    expect(rows.map(({ username, posts, views }) => [username, posts, views])).toEqual([
      ['bob', 1, 2000],
      ['ann', 3, 1000],
    ])
    expect(rows[1]).toMatchObject({
      likes: 90,
      median_views: 300,
      median_likes: 20,
      engagement_rate: 0.1,
      days_between_posts: 2.1,
    })
    expect(world.ask('top-creators', { min_posts: '2' })).toHaveLength(1)
    expect(world.ask('top-creators', { limit: '1' })).toHaveLength(1)
  })

  test('fastest-growing: slow gained 240 in two days, fast 200 in one', ({ world }) => {
    const seen = (post_id: string, observed_at: string, view_count: number) => ({
      post_id,
      observed_at,
      view_count,
      like_count: 1,
    })
    world.put(
      'post_metrics',
      seen('s_slow', day(1), 0),
      seen('s_slow', day(2), 40),
      seen('s_slow', day(3), 240),
      seen('s_fast', day(1), 50),
      seen('s_fast', day(2), 250),
      seen('s_once', day(1), 9999),
    )
    expect(
      world.ask('fastest-growing').map(row => [row['post_id'], row['views_a_day'], row['views_gained']]),
    ).toEqual([
      ['s_fast', 200, 200],
      ['s_slow', 120, 240],
    ])
    expect(
      world.ask('fastest-growing', { since: '2025-11-02' }).map(row => [row['post_id'], row['views_gained']]),
    ).toEqual([['s_slow', 200]])
    expect(world.ask('fastest-growing', { min_hours: '48' })).toHaveLength(1)
  })

  test('posting-hours: three posts at noon, one at six', ({ world }) => {
    expect(bakery(world).ask('posting-hours')).toEqual([
      { hour: '12', posts: 3, percent: 75, average_views: 800, average_likes: 10.3 },
      { hour: '18', posts: 1, percent: 25, average_views: 600, average_likes: 60 },
    ])
    expect(world.ask('posting-hours', { user: 'user-bob' })).toMatchObject([
      { hour: '12', posts: 1, percent: 100 },
    ])
  })

  test('most-remixed: by what is told or by what is collected, whichever is more', ({ world }) => {
    bakery(world).edges('remix', ['s_r1', 's_b1'], ['s_r2', 's_b1'])
    expect(world.ask('most-remixed').map(row => [row['post_id'], row['told'], row['collected']])).toEqual([
      ['s_a2', 6, 0],
      ['s_b1', null, 2],
    ])
  })

  test('deepest-remix-trees: a chain of three beats a root with four remixes', ({ world }) => {
    const remix = (id: string, parent_post_id: string, user: string) => ({
      id,
      parent_post_id,
      user_id: `user-${user}`,
    })
    bakery(world).put(
      'posts',
      remix('s_1', 's_a1', 'bob'),
      remix('s_2', 's_1', 'cid'),
      remix('s_3', 's_2', 'bob'),
    )
    world.edges(
      'remix',
      ['s_1', 's_a1'],
      ['s_2', 's_1'],
      ['s_3', 's_2'],
      ['s_3', 's_a1'],
      ['s_p', 's_b1'],
      ['s_q', 's_b1'],
      ['s_r', 's_b1'],
      ['s_s', 's_b1'],
    )
    expect(
      world
        .ask('deepest-remix-trees')
        .map(({ root_post_id, username, depth, remixes, remixers }) => [
          root_post_id,
          username,
          depth,
          remixes,
          remixers,
        ]),
    ).toEqual([
      ['s_a1', 'ann', 3, 3, 2],
      ['s_b1', 'bob', 1, 4, 0],
    ])
  })
})

describe('about people among each other', () => {
  test('who-appears-with-whom: ann and bob twice, each with cid once', ({ world }) => {
    world
      .people('ann', 'bob', 'cid')
      .edges(
        'cameo',
        ['user-ann', 's_1'],
        ['user-bob', 's_1'],
        ['user-ann', 's_2'],
        ['user-bob', 's_2'],
        ['user-cid', 's_2'],
        ['user-cid', 's_3'],
      )
    expect(
      world
        .ask('who-appears-with-whom')
        .map(({ username, with_username, posts }) => [username, with_username, posts]),
    ).toEqual([
      ['ann', 'bob', 2],
      ['ann', 'cid', 1],
      ['bob', 'cid', 1],
    ])
    expect(
      world
        .ask('who-appears-with-whom', { user: 'user-bob' })
        .map(row => [row['username'], row['with_username'], row['posts']]),
    ).toEqual([
      ['bob', 'ann', 2],
      ['bob', 'cid', 1],
    ])
  })

  test('comment-reciprocity: ann and bob answer each other, cid only talks', ({ world }) => {
    const said = (id: string, user: string, post_id: string) => ({ id, user_id: `user-${user}`, post_id })
    bakery(world).put(
      'comments',
      said('1', 'bob', 's_a1'),
      said('2', 'bob', 's_a2'),
      said('3', 'ann', 's_b1'),
      said('4', 'cid', 's_a1'),
      said('5', 'ann', 's_a1'),
    )
    expect(world.ask('comment-reciprocity')).toMatchObject([
      { username: 'ann', with_username: 'bob', comments_there: 1, comments_back: 2 },
    ])
  })

  test('most-discussed: two people with three comments, one of them a reply', ({ world }) => {
    const said = (id: string, user: string, post_id: string, parent_comment_id: string | null = null) => ({
      id,
      user_id: `user-${user}`,
      post_id,
      parent_comment_id,
    })
    bakery(world).put(
      'comments',
      said('1', 'bob', 's_a2'),
      said('2', 'cid', 's_a2', '1'),
      said('3', 'bob', 's_a2'),
      said('4', 'cid', 's_b1'),
    )
    expect(world.ask('most-discussed')).toMatchObject([
      { post_id: 's_a2', username: 'ann', comments: 3, replies: 1, commenters: 2, told: 4 },
      { post_id: 's_b1', comments: 1, replies: 0, commenters: 1, told: null },
    ])
  })

  test('mutual-follows: a pair once; one that is gone does not count', ({ world }) => {
    world
      .people('ann', 'bob', 'cid', 'dot')
      .edges(
        'follow',
        ['user-ann', 'user-bob'],
        ['user-bob', 'user-ann'],
        ['user-cid', 'user-ann'],
        ['user-dot', 'user-ann'],
      )
    world.put('edges', { kind: 'follow', source_id: 'user-ann', target_id: 'user-dot', gone_at: day(2) })
    expect(
      world.ask('mutual-follows').map(({ username, with_username }) => [username, with_username]),
    ).toEqual([['ann', 'bob']])
    expect(
      world
        .ask('mutual-follows', { user: 'user-bob' })
        .map(({ username, with_username }) => [username, with_username]),
    ).toEqual([['bob', 'ann']])
  })

  test('renamed-users: in the order of the handles', ({ world }) => {
    const named = (user: string, username: string, n: number) => ({
      user_id: `user-${user}`,
      username,
      first_seen_at: day(n),
      last_seen_at: day(n),
    })
    world
      .people('ann', 'bob')
      .put(
        'usernames',
        named('ann', 'zed', 1),
        named('ann', 'ann', 4),
        named('ann', 'mid', 2),
        named('bob', 'bob', 1),
      )
    expect(world.ask('renamed-users')).toEqual([
      { user_id: 'user-ann', handles: 'zed > mid > ann', changed_at: day(4), current: 'ann' },
    ])
  })
})

describe('about the collection', () => {
  test('coverage-gaps: eight of ten followers are missing, nothing of the listing that holds all', ({
    world,
  }) => {
    world.put('users', { id: 'user-ann', follower_count: 10, following_count: 1 })
    world.put(
      'checkpoints',
      { id: 1, stream: 'followers', subject_kind: 'user', subject_id: 'user-ann', pass_state: 'capped' },
      { id: 2, stream: 'following', subject_kind: 'user', subject_id: 'user-ann', pass_state: 'completed' },
    )
    const member = (stream_id: number, item_id: string, gone = 0) => ({
      stream_id,
      kind: 'user',
      item_id,
      hop: 1,
      last_pass: 1,
      gone,
    })
    world.put(
      'members',
      member(1, 'user-bob'),
      member(1, 'user-cid'),
      member(1, 'user-dot', 1),
      member(2, 'user-bob'),
    )
    expect(world.ask('coverage-gaps')).toMatchObject([
      { stream: 'followers', subject_id: 'user-ann', told: 10, held: 2, missing: 8, pass_state: 'capped' },
    ])
    expect(world.ask('coverage-gaps', { stream: 'following' })).toEqual([])
  })

  test('spend-by-day: what was never sent costs nothing', ({ world }) => {
    const request = (id: number, state: string, cost_microusd: number, reserved_at: string) => ({
      id,
      run_id: 1,
      stream_id: 1,
      route: 'get_feed',
      state,
      cost_microusd,
      reserved_at,
    })
    world.put(
      'requests',
      request(1, 'answered', 50_000, day(1)),
      request(2, 'unknown', 50_000, day(1)),
      request(3, 'never-sent', 50_000, day(1)),
      request(4, 'answered', 50_000, day(2)),
    )
    expect(world.ask('spend-by-day')).toEqual([
      { day: '2025-11-02', requests: 1, unknown: 0, usd: 0.05, usd_so_far: 0.15 },
      { day: '2025-11-01', requests: 2, unknown: 1, usd: 0.1, usd_so_far: 0.1 },
    ])
  })
})
