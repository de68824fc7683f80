import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import {
  authorOf,
  commentsOf,
  discussed,
  holdBack,
  postsOf,
  recount,
  reply,
} from '../support/world/changes.js'
import { listed, mustGet } from '../support/world/model.js'
import type { WorldServer } from '../support/world/server.js'
import { commentId, crowd, postId, starWith, story, userId } from '../support/world/story.js'
import { expectExit, repeatedRequests } from './judge.js'

const STAR = userId('star')
const POSTS = [STAR, '--collect', 'posts']
const THREADS = [STAR, '--collect', 'posts,comments,replies']

/** Crawls, and says what that cost: the routes asked, in order. */
async function cost(bench: Bench, server: WorldServer, args: readonly string[], code = 0): Promise<string[]> {
  const before = server.seen.length
  expectExit(await bench.crawl(server, args), code)
  return server.seen.slice(before).map(({ route }) => route)
}

const stored = (bench: Bench, table: 'posts' | 'comments' | 'users'): Set<unknown> =>
  new Set(bench.open().prepare(`select id from ${table}`).pluck().all())

function expectStored(bench: Bench, table: 'posts' | 'comments' | 'users', ids: readonly string[]): void {
  const held = stored(bench, table)
  expect(ids.filter(id => !held.has(id))).toEqual([])
}

describe.concurrent('early stop', { timeout: 180_000 }, () => {
  test('with nothing new, the posts of a user cost one request', async ({ bench }) => {
    const server = await bench.serve({ world: authorOf(70), pageSize: 30 })
    expect(await cost(bench, server, POSTS)).toHaveLength(3)
    expect(await cost(bench, server, POSTS)).toHaveLength(1)
  })

  test('with nothing new, a user of four streams costs four requests', async ({ bench }) => {
    const fans = crowd('fan', 20)
    const world = story({
      users: ['star', ...fans].map(name => ({ name })),
      posts: crowd('post', 20).flatMap(name => [
        { name, by: 'star' },
        { name: `${name}b`, by: 'fan0', with: ['star'] },
      ]),
      follows: fans.flatMap((fan): [string, string][] => [
        [fan, 'star'],
        ['star', fan],
      ]),
    })
    const server = await bench.serve({ world, pageSize: 5 })
    const args = [STAR, '--collect', 'posts,followers,following,cameos']
    expect(await cost(bench, server, args)).toHaveLength(16)
    expect(await cost(bench, server, args)).toHaveLength(4)
  })

  test('40 new posts cost two pages of 30', async ({ bench }) => {
    const world = authorOf(140)
    const publish = holdBack(postsOf(world), 40)
    const server = await bench.serve({ world, pageSize: 30 })
    await cost(bench, server, POSTS)
    publish()
    expect(await cost(bench, server, POSTS)).toHaveLength(2)
    expectStored(bench, 'posts', postsOf(world))
  })

  test(
    'has no hole: a pass cut off after its first page, a dead cursor, more news: everything is held ' +
      'after the next crawl',
    async ({ bench }) => {
      const world = authorOf(235)
      const publish = holdBack(postsOf(world), 135)
      const server = await bench.serve({ world, pageSize: 30 })
      await cost(bench, server, POSTS)
      publish(100)
      expect(await cost(bench, server, [...POSTS, '--max-requests', '1'], 4)).toHaveLength(1)
      publish(35)
      let alive = false
      server.override = ({ cursor }) => {
        if (cursor === '' || alive) return undefined
        alive = true
        return { status: 400, message: 'The cursor has expired.' }
      }
      // One dead cursor, then 135 news on five pages, the last of which ends in what is known.
      expect(await cost(bench, server, POSTS)).toHaveLength(1 + 5)
      expectStored(bench, 'posts', postsOf(world))
      expect(await cost(bench, server, POSTS)).toHaveLength(1)
    },
  )

  test('a pinned old post on top does not end a pass', async ({ bench }) => {
    const world = authorOf(90)
    const publish = holdBack(postsOf(world), 50)
    const server = await bench.serve({ world, pageSize: 10 })
    await cost(bench, server, POSTS)
    publish()
    const posts = postsOf(world)
    posts.unshift(...posts.splice(-1))
    expect(await cost(bench, server, POSTS)).toHaveLength(6)
    expectStored(bench, 'posts', posts)
  })

  test('posts met in the feed are not known to the listing of posts', async ({ bench }) => {
    const world = authorOf(60)
    world.listings.set('get_feed|', postsOf(world).slice(0, 20))
    const server = await bench.serve({ world, pageSize: 10 })
    expect(await cost(bench, server, ['feed', '--collect', 'comments'])).toEqual(['get_feed', 'get_feed'])
    expect(await cost(bench, server, POSTS)).toHaveLength(6)
    expectStored(bench, 'posts', postsOf(world))
  })

  test('a pass cut by --max-pages does not make its posts known', async ({ bench }) => {
    const server = await bench.serve({ world: authorOf(60), pageSize: 10 })
    expect(await cost(bench, server, [...POSTS, '--max-pages', '2'])).toHaveLength(2)
    expect(await cost(bench, server, [...POSTS, '--max-pages', '2'])).toHaveLength(2)
    expect(await cost(bench, server, POSTS)).toHaveLength(6)
    expect(await cost(bench, server, [...POSTS, '--max-pages', '2'])).toHaveLength(1)
  })

  test('runs with other options share what streams have read', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(40), pageSize: 10 })
    expect(await cost(bench, server, [STAR, '--collect', 'followers'])).toHaveLength(4)
    const routes = await cost(bench, server, [STAR, '--collect', 'followers,profile', '--depth', '1'])
    expect(
      server.seen.slice(4).filter(({ route, subject }) => route === 'get_user_followers' && subject === STAR),
    ).toHaveLength(1)
    expect(routes.filter(route => route === 'get_user_profile')).toHaveLength(41)
  })
})

describe.concurrent('counters gate', { timeout: 180_000 }, () => {
  test('where none moved there is no comments request at all', async ({ bench }) => {
    const server = await bench.serve({ world: discussed({ kite: 17, boat: 4, quiet: 0 }), pageSize: 10 })
    expect(await cost(bench, server, THREADS)).toHaveLength(1 + 2 + 1)
    expect(await cost(bench, server, THREADS)).toEqual(['get_user_posts'])
  })

  test('a post with 12 new comments costs the pages of that post', async ({ bench }) => {
    const world = discussed({ kite: 17, boat: 24 })
    const publish = holdBack(commentsOf(world, 'boat'), 12)
    recount(world, 'boat')
    const server = await bench.serve({ world, pageSize: 10 })
    await cost(bench, server, THREADS)
    publish()
    recount(world, 'boat')
    expect(await cost(bench, server, THREADS)).toEqual([
      'get_user_posts',
      ...Array<string>(3).fill('get_post_comments'),
    ])
    expectStored(bench, 'comments', commentsOf(world, 'boat'))
  })

  test('a counter that went down has moved', async ({ bench }) => {
    const world = discussed({ kite: 7 })
    const server = await bench.serve({ world, pageSize: 10 })
    await cost(bench, server, THREADS)
    commentsOf(world, 'kite').pop()
    recount(world, 'kite')
    expect(await cost(bench, server, THREADS)).toEqual(['get_user_posts', 'get_post_comments'])
    expect(await cost(bench, server, THREADS)).toEqual(['get_user_posts'])
  })

  test('a late reply to an old comment is found although reply_count stood still', async ({ bench }) => {
    const world = discussed({ kite: 7 })
    const server = await bench.serve({ world, pageSize: 10 })
    await cost(bench, server, THREADS)
    reply(world, 'kite-3', 'late')
    expect(await cost(bench, server, THREADS)).toEqual([
      'get_user_posts',
      'get_post_comments',
      'get_comment_replies',
    ])
    expectStored(bench, 'comments', [commentId('late')])
  })

  test('remixes are read where their counter moved, and only there', async ({ bench }) => {
    const remixes = crowd('remix', 5).map(name => ({ name, by: 'fan', remixOf: 'kite' }))
    const world = story({
      users: [{ name: 'star' }, { name: 'fan' }],
      posts: [{ name: 'kite', by: 'star' }, { name: 'boat', by: 'star' }, ...remixes],
    })
    const list = listed(world, 'get_post_remix_list', postId('kite'))
    const publish = holdBack(list, 1)
    mustGet(world.posts, postId('kite')).remix_count = 4
    const server = await bench.serve({ world, pageSize: 10 })
    const args = [STAR, '--collect', 'posts,remixes']
    expect(await cost(bench, server, args)).toEqual(['get_user_posts', 'get_post_remix_list'])
    expect(await cost(bench, server, args)).toEqual(['get_user_posts'])
    publish()
    mustGet(world.posts, postId('kite')).remix_count = 5
    expect(await cost(bench, server, args)).toEqual(['get_user_posts', 'get_post_remix_list'])
    expect(bench.count('edges')).toBe(5)
  })

  test('--no-gate reads comments whose counters stand still', async ({ bench }) => {
    const server = await bench.serve({ world: discussed({ kite: 7, boat: 4 }), pageSize: 10 })
    await cost(bench, server, THREADS)
    expect(await cost(bench, server, [...THREADS, '--no-gate'])).toContain('get_post_comments')
  })

  const lonely = (): ReturnType<typeof story> =>
    story({ users: [{ name: 'star', follower_count: 0, following_count: 3 }], leaderboard: ['star'] })

  test.for(['1', '8'])(
    'a profile that told 0 followers in this run costs no followers request (concurrency %s)',
    async (concurrency, { bench }) => {
      const server = await bench.serve({ world: lonely() })
      expect(
        await cost(bench, server, [
          'leaderboard',
          '--collect',
          'followers',
          '--depth',
          '1',
          '--concurrency',
          concurrency,
        ]),
      ).toEqual(['get_cameo_leaderboard'])
    },
  )

  test('a profile that is collected itself is read first, so that it can spare followers', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: lonely() })
    expect(await cost(bench, server, [STAR, '--collect', 'profile,followers', '--concurrency', '1'])).toEqual(
      ['get_user_profile'],
    )
  })

  test('a profile that told 0 followers in an earlier run spares nothing', async ({ bench }) => {
    const server = await bench.serve({ world: lonely() })
    await cost(bench, server, ['leaderboard', '--collect', 'followers'])
    expect(await cost(bench, server, [STAR, '--collect', 'followers'])).toEqual(['get_user_followers'])
  })
})

describe.concurrent('--recheck and --min-age', { timeout: 180_000 }, () => {
  /** Posts of one a day, the newest from today, each with two comments. */
  function diary(days: number): ReturnType<typeof discussed> {
    const names = crowd('day', days)
    const world = discussed(Object.fromEntries(names.map(name => [name, 2])))
    for (const [daysAgo, name] of names.toReversed().entries())
      mustGet(world.posts, postId(name)).posted_at = Date.now() / 1_000 - daysAgo * 86_400 - 3_600
    return world
  }

  test('--recheck 14d reads posts on through those younger than that, and sees late counters', async ({
    bench,
  }) => {
    const world = diary(60)
    const late = commentsOf(world, 'day47')
    const hidden = late.splice(0, 1)
    recount(world, 'day47')
    const server = await bench.serve({ world, pageSize: { get_user_posts: 5, get_post_comments: 10 } })
    await cost(bench, server, THREADS)
    late.unshift(...hidden)
    recount(world, 'day47')
    expect(await cost(bench, server, THREADS)).toEqual(['get_user_posts'])
    // 14 posts are younger than 14 days: the third page of five ends in one that is older, and the fourth
    // holds none.
    const routes = await cost(bench, server, [...THREADS, '--recheck', '14d'])
    expect(routes.filter(route => route === 'get_post_comments')).toHaveLength(1)
    expect(routes.length - 1).toBeGreaterThanOrEqual(3)
    expect(routes.length - 1).toBeLessThanOrEqual(4)
    expectStored(bench, 'comments', late)
  })

  /** Rewrites when the streams were last read; a crawl has no clock of its own to turn. */
  function age(bench: Bench, ms: number): void {
    const db = new Database(bench.db)
    db.prepare('update checkpoints set completed_at = ? where completed_at is not null').run(
      new Date(Date.now() - ms).toISOString(),
    )
    db.close()
  }

  test(
    '--min-age leaves out what was read completely less than that ago; a time in the future does ' +
      'not count',
    async ({ bench }) => {
      const server = await bench.serve({ world: authorOf(8), pageSize: 10 })
      const args = [...POSTS, '--min-age', '12h']
      expect(await cost(bench, server, args)).toHaveLength(1)
      expect(await cost(bench, server, args)).toHaveLength(0)
      age(bench, 11 * 3_600_000)
      expect(await cost(bench, server, args)).toHaveLength(0)
      age(bench, 13 * 3_600_000)
      expect(await cost(bench, server, args)).toHaveLength(1)
      age(bench, -3_600_000)
      expect(await cost(bench, server, args)).toHaveLength(1)
    },
  )

  test('--min-age leaves out no pass that was cut off', async ({ bench }) => {
    const server = await bench.serve({ world: authorOf(30), pageSize: 10 })
    await cost(bench, server, [...POSTS, '--max-requests', '2'], 4)
    expect(await cost(bench, server, [...POSTS, '--min-age', '12h'])).toHaveLength(1)
  })
})

describe.concurrent('an interrupted run', { timeout: 180_000 }, () => {
  test('is continued at its cursor, also by another command', async ({ bench }) => {
    const server = await bench.serve({ world: authorOf(50), pageSize: 10 })
    await cost(bench, server, [...POSTS, '--max-requests', '2'], 4)
    expect(await cost(bench, server, [STAR, '--collect', 'posts,profile'])).toHaveLength(3 + 1)
    expect(repeatedRequests(server.seen)).toEqual([])
    // The first command finds its stream read since it began.
    expect(await cost(bench, server, POSTS)).toHaveLength(0)
    expect(bench.open().prepare('select state from runs').pluck().all()).toEqual(['finished', 'finished'])
    expect(postsOf(server.world).every(id => stored(bench, 'posts').has(id))).toBe(true)
  })

  test('is given up by --restart, while what it has read stays', async ({ bench }) => {
    const server = await bench.serve({ world: authorOf(50), pageSize: 10 })
    await cost(bench, server, [...POSTS, '--max-requests', '2'], 4)
    expect(await cost(bench, server, [...POSTS, '--restart'])).toHaveLength(3)
    expect(bench.open().prepare('select state from runs order by id').pluck().all()).toEqual([
      'abandoned',
      'finished',
    ])
    expectStored(bench, 'posts', listed(server.world, 'get_user_posts', STAR))
  })

  test('longer than the cap of another command does not keep that command from the news for ever', async ({
    bench,
  }) => {
    const world = authorOf(61)
    const publish = holdBack(postsOf(world), 1)
    const server = await bench.serve({ world, pageSize: 10 })
    await cost(bench, server, [...POSTS, '--max-requests', '3'], 4)
    publish()
    for (let run = 0; run < 2; run += 1) await cost(bench, server, [...POSTS, '--max-pages', '2'])
    expectStored(bench, 'posts', postsOf(world).slice(0, 1))
  })
})
