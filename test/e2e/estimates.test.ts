import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { generateWorld, SPARSE } from '../support/world/generate.js'
import { liveOn, type Life } from '../support/world/life.js'
import { listed, listingKey, mustGet } from '../support/world/model.js'
import { Random } from '../support/world/random.js'
import type { Override, ServerOptions } from '../support/world/server.js'
import { starWith, userId } from '../support/world/story.js'
import { expectExit } from './judge.js'
import {
  bill,
  CONTRACT_PAGES,
  expectNear,
  expectWithin,
  HALF_PAGES,
  plan,
  planText,
  popular,
  someUsers,
  TOWN,
  type Figures,
  type Plan,
} from './plans.js'

interface Years {
  server: ServerOptions
  args: readonly string[]
  /** How the world lives on before each crawl after the first. */
  lives: readonly Life[]
  kept?: readonly string[]
  seed: number
}

/** Crawls again and again while the world lives on; what each plan said, and what the crawl was billed. */
async function repeat(
  bench: Bench,
  { server: options, args, lives, kept = [], seed }: Years,
): Promise<{ said: Plan; billed: number }[]> {
  const server = await bench.serve(options)
  const random = new Random(seed)
  const first = { said: await plan(bench, args), billed: await bill(bench, server, args) }
  const all = [first]
  for (const life of lives) {
    liveOn(server.world, random, life, new Set(kept))
    all.push({ said: await plan(bench, args), billed: await bill(bench, server, args) })
  }
  return all
}

function expectKept(bench: Bench, years: readonly { said: Plan; billed: number }[]): void {
  const rows = bench
    .open()
    .prepare(
      'select sum(low) low, sum(likely) likely, sum(high) high, sum(actual) actual from estimates ' +
        'group by run_id order by run_id',
    )
    .all()
  expect(rows).toEqual(years.map(({ said, billed }) => ({ ...said.total.requests, actual: billed })))
}

const times = (count: number, life: Life): Life[] => Array.from({ length: count }, () => life)

/*
 * Worlds are so large that chance allows a tenth: at depth 1 these take 500 to 1,100 requests a crawl, a
 * third of them by chance at most.
 */
describe.concurrent('from low to high lies what the next crawl costs', { timeout: 900_000 }, () => {
  test.for([
    { rate: 0.01, pages: CONTRACT_PAGES, form: 'native' as const, seed: 1 },
    { rate: 0.05, pages: 5, form: 'contract' as const, seed: 2 },
    { rate: 0.2, pages: 3, form: 'native' as const, seed: 3 },
    { rate: 0.2, pages: HALF_PAGES, form: 'native' as const, seed: 4 },
  ])(
    'and likely is within a tenth from the third crawl on, at depth 1 where $rate changes (world $seed)',
    async ({ rate, pages, form, seed }, { bench }) => {
      const world = generateWorld(seed, TOWN)
      const users = someUsers(world, 5)
      const args = ['feed', 'leaderboard', ...users, '--collect', 'all', '--depth', '1']
      const years = await repeat(bench, {
        server: { world, pageSize: pages, form },
        args,
        lives: times(3, { rate, zeros: form === 'contract' }),
        kept: users,
        seed,
      })
      for (const [index, { said, billed }] of years.slice(1).entries())
        expectWithin(said.total.requests, billed, `crawl ${index + 2}`)
      for (const [index, { said, billed }] of years.slice(2).entries())
        expectNear(said.total.requests, billed, 0.1, `crawl ${index + 3}`)
      expectKept(bench, years)
    },
  )

  test.for([0.01, 0.05, 0.2])(
    'at depth 0 from every kind of seed, where %d changes',
    async (rate, { bench }) => {
      const world = generateWorld(11, TOWN)
      const users = someUsers(world, 12)
      const args = ['feed', 'leaderboard', 'search:sam', ...users]
      const years = await repeat(bench, {
        server: { world, pageSize: 5 },
        args,
        lives: times(3, { rate }),
        kept: users,
        seed: 11,
      })
      for (const { said, billed } of years.slice(1)) expectWithin(said.total.requests, billed)
      expectKept(bench, years)
    },
  )

  test('in a sparse world, where a fifth is new to the crawl each time', async ({ bench }) => {
    const world = generateWorld(4, SPARSE)
    const users = someUsers(world, 5)
    const args = ['feed', 'leaderboard', ...users, '--depth', '1']
    const years = await repeat(bench, {
      server: { world, pageSize: 10 },
      args,
      lives: times(3, { rate: 0.2 }),
      kept: users,
      seed: 4,
    })
    for (const { said, billed } of years.slice(1)) expectWithin(said.total.requests, billed)
  })

  test('after a long calm, too: a hundredth, a hundredth, then a fifth at once', async ({ bench }) => {
    const world = generateWorld(12, TOWN)
    const args = ['feed', 'leaderboard', '--collect', 'all', '--depth', '1']
    const lives = [{ rate: 0.01 }, { rate: 0.01 }, { rate: 0.2 }]
    const years = await repeat(bench, { server: { world, pageSize: CONTRACT_PAGES }, args, lives, seed: 12 })
    for (const { said, billed } of years.slice(1)) expectWithin(said.total.requests, billed)
  })

  test('and low holds where a fifth of the users are gone at once', async ({ bench }) => {
    const world = generateWorld(13, { ...TOWN, privateUsers: 0, goneUsers: 0 })
    const users = someUsers(world, 100)
    const server = await bench.serve({ world, pageSize: CONTRACT_PAGES })
    const args = [...users, '--collect', 'profile,followers,following']
    await bill(bench, server, args)
    for (const id of users.slice(0, 20)) mustGet(world.users, id).state = 'gone'
    const said = await plan(bench, args)
    expectWithin(said.total.requests, await bill(bench, server, args))
  })

  test('and a third crawl in which nothing was due does not teach that nothing ever is', async ({
    bench,
  }) => {
    const world = generateWorld(14, TOWN)
    const server = await bench.serve({ world, pageSize: CONTRACT_PAGES })
    const random = new Random(14)
    const args = ['feed', 'leaderboard', '--collect', 'all', '--depth', '1']
    await bill(bench, server, args)
    liveOn(world, random, { rate: 0.05 })
    await bill(bench, server, args)
    expect(await bill(bench, server, [...args, '--min-age', '1h'])).toBe(0)
    liveOn(world, random, { rate: 0.05 })
    const { total } = await plan(bench, args)
    const billed = await bill(bench, server, args)
    expectWithin(total.requests, billed)
    expectNear(total.requests, billed, 0.1)
  })
})

const RELATIONS = ['--collect', 'followers,following,posts,cameos']

/** Every page that has items names a cursor, so that each listing ends in an empty page, which is billed. */
const emptyEnds: Override = (seen, answer) => {
  if (seen.cursor === 'end') return { status: 200, data: { items: [], cursor: null } }
  const data = answer.data
  const isLast =
    typeof data === 'object' &&
    data !== null &&
    'items' in data &&
    (data as { cursor?: unknown }).cursor === null
  return isLast && (data as { items: unknown[] }).items.length > 0
    ? { status: 200, data: { ...data, cursor: 'end' } }
    : undefined
}

function byStream(said: Plan): Map<string, Figures> {
  const sums = new Map<string, Figures>()
  for (const { stream, requests } of said.streams) {
    const { low, likely, high } = sums.get(stream) ?? { low: 0, likely: 0, high: 0 }
    sums.set(stream, {
      low: low + requests.low,
      likely: likely + requests.likely,
      high: high + requests.high,
    })
  }
  return sums
}

describe.concurrent(
  'before the first crawl of listings whose counters are known',
  { timeout: 600_000 },
  () => {
    test.for([
      { pages: CONTRACT_PAGES, name: 'full', override: undefined },
      { pages: HALF_PAGES, name: 'half full', override: undefined },
      { pages: HALF_PAGES, name: 'half full and followed by an empty one', override: emptyEnds },
    ])(
      'high is never below the cost, stream by stream, if pages are $name',
      async ({ pages, override }, { bench }) => {
        const world = popular(21)
        const users = someUsers(world, 40)
        const server = await bench.serve({
          world,
          pageSize: pages,
          ...(override === undefined ? {} : { override }),
        })
        expectExit(await bench.crawl(server, [...users, '--collect', 'profile']), 0)
        const said = await plan(bench, [...users, ...RELATIONS])
        expect(said.unknown).toEqual([])
        const before = server.billed.length
        expectExit(await bench.crawl(server, [...users, ...RELATIONS]), 0)
        expectWithin(said.total.requests, server.billed.length - before)
        for (const [stream, figures] of byStream(said)) {
          const route = stream === 'cameos' ? 'get_user_cameo_appearances' : `get_user_${stream}`
          expectWithin(
            figures,
            server.billed.slice(before).filter(seen => seen.route === route).length,
            stream,
          )
        }
      },
    )

    test('the page size that was seen is not forgotten by crawls that stop early', async ({ bench }) => {
      const world = popular(22)
      const users = someUsers(world, 20)
      const server = await bench.serve({ world, pageSize: 7 })
      await bill(bench, server, [...users, ...RELATIONS])
      await bill(bench, server, [...users, ...RELATIONS])
      const { total } = await plan(bench, [...users, ...RELATIONS, '--full'])
      const billed = await bill(bench, server, [...users, ...RELATIONS, '--full'])
      expectWithin(total.requests, billed)
      expectNear(total.requests, billed, 0.1)
    })

    test('the figures say which pages they assume, until pages have been seen', async ({ bench }) => {
      const server = await bench.serve({ world: starWith(4) })
      const args = [userId('star'), '--collect', 'followers']
      expect(await planText(bench, args)).toMatch(/at least half as full/)
      await bill(bench, server, args)
      expect(await planText(bench, args)).not.toMatch(/at least half as full/)
    })
  },
)

test('a hundred thousand listings are estimated in seconds', { timeout: 900_000 }, async ({ bench }) => {
  const world = starWith(2)
  const server = await bench.serve({ world, pageSize: 50 })
  const args = [userId('star'), '--collect', 'followers', '--depth', '1']
  await bill(bench, server, args)
  const db = new Database(bench.db)
  db.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
    INSERT INTO users (id, follower_count, first_seen_at, last_seen_at) SELECT 'user-made' || i, i % 200, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM n;
    INSERT INTO members (stream_id, kind, item_id, hop, last_pass)
      SELECT (SELECT id FROM checkpoints WHERE subject_id = '${userId('star')}'), 'user', id, 1, 1 FROM users WHERE id LIKE 'user-made%'`)
  db.close()
  const started = performance.now()
  const { streams } = await plan(bench, args)
  expect(performance.now() - started).toBeLessThan(30_000)
  expect(streams.map(({ streams: count }) => count)).toEqual([100_003])
})

test('the helper that lets worlds live on changes what it says', () => {
  const world = generateWorld(61, TOWN)
  const before = {
    users: world.users.size,
    posts: world.posts.size,
    comments: world.comments.size,
    feed: [...listed(world, 'get_feed')],
  }
  liveOn(world, new Random(61), { rate: 0.2 })
  expect(world.posts.size).toBe(before.posts + 36)
  expect(world.users.size).toBe(before.users + 10)
  expect(world.comments.size).toBeGreaterThan(before.comments + 36)
  expect(listed(world, 'get_feed')).not.toEqual(before.feed)
  expect([...world.posts.values()].filter(({ state }) => state === 'gone').length).toBe(2 + 9)
  for (const [key, ids] of world.listings) expect([key, new Set(ids).size]).toEqual([key, ids.length])
  for (const post of world.posts.values()) {
    if (post.reply_count !== null)
      expect(post.reply_count).toBe(world.listings.get(listingKey('get_post_comments', post.id))?.length ?? 0)
  }
})
