import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { settingsFor, test, type Bench, type Result, type RunOptions } from '../support/run.js'
import { generateWorld, SMALL, SPARSE } from '../support/world/generate.js'
import { liveOn, type Life } from '../support/world/life.js'
import { listed, listingKey, mustGet, type Route, type World } from '../support/world/model.js'
import { Random } from '../support/world/random.js'
import type { Override, ServerOptions, WorldServer } from '../support/world/server.js'
import { starWith, userId } from '../support/world/story.js'
import { expectDecent, expectExit, expectOnlyLine, jsonOf, linesOf } from './judge.js'

interface Figures {
  low: number
  likely: number
  high: number
}

interface Plan {
  db: string
  resumes: number | null
  total: { requests: Figures; cost_usd: Figures }
  streams: { seed: string; stream: string; streams: number; requests: Figures; cost_usd: Figures }[]
  unknown: string[]
  earlier: (Figures & { run: number; actual: number })[]
}

/** Pages as the contract states them. */
const CONTRACT_PAGES: Partial<Record<Route, number>> = {
  get_feed: 15,
  get_cameo_leaderboard: 10,
  get_user_posts: 30,
  get_user_followers: 50,
  get_user_following: 50,
  get_user_cameo_appearances: 30,
  get_post_comments: 10,
  get_comment_replies: 10,
  get_post_remix_list: 10,
}

const HALF_PAGES = Object.fromEntries(Object.entries(CONTRACT_PAGES).map(([route, size]) => [route, size / 2]))

/** A few hundred users and posts, and about a thousand comments. */
const TOWN = { ...SMALL, users: 90, characters: 10, posts: 180, followsPerUser: 14, feed: 45, leaderboard: 24 }

async function plan(bench: Bench, args: readonly string[], options: RunOptions = {}): Promise<Plan> {
  const result = await bench.run(['plan', ...args, '--db', bench.db, '--json'], options)
  expectExit(result, 0)
  return jsonOf(result) as Plan
}

async function planText(bench: Bench, args: readonly string[]): Promise<string> {
  const result = await bench.run(['plan', ...args, '--db', bench.db])
  expectExit(result, 0)
  return result.stdout
}

/** What a crawl is billed. */
async function bill(bench: Bench, server: WorldServer, args: readonly string[], code = 0): Promise<number> {
  const before = server.billed.length
  expectExit(await bench.crawl(server, args, { limitMs: 150_000 }), code)
  return server.billed.length - before
}

function expectWithin({ low, high }: Figures, actual: number, label = ''): void {
  expect({ label, low, actual, high, contains: low <= actual && actual <= high }).toEqual({ label, low, actual, high, contains: true })
}

function expectNear({ likely }: Figures, actual: number, share: number, label = ''): void {
  expect({ label, likely, actual, near: Math.abs(likely - actual) <= share * actual }).toEqual({ label, likely, actual, near: true })
}

function someUsers(world: World, count: number): string[] {
  return [...world.users.values()].filter(user => user.state === 'open').slice(0, count).map(user => user.id)
}

interface Years {
  server: ServerOptions
  args: readonly string[]
  /** How the world lives on before each crawl after the first. */
  lives: readonly Life[]
  kept?: readonly string[]
  seed: number
}

/** Crawls again and again while the world lives on; what each plan said, and what the crawl was billed. */
async function repeat(bench: Bench, { server: options, args, lives, kept = [], seed }: Years): Promise<{ said: Plan; billed: number }[]> {
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
  const rows = bench.open().prepare('select sum(low) low, sum(likely) likely, sum(high) high, sum(actual) actual from estimates group by run_id order by run_id').all()
  expect(rows).toEqual(years.map(({ said, billed }) => ({ ...said.total.requests, actual: billed })))
}

const times = (count: number, life: Life): Life[] => Array.from({ length: count }, () => life)

/* Worlds are so large that chance allows a tenth: at depth 1 these take 500 to 1,100 requests a crawl, a third of them by chance at most. */
describe.concurrent('from low to high lies what the next crawl costs', { timeout: 300_000 }, () => {
  test.for([
    { rate: 0.01, pages: CONTRACT_PAGES, form: 'native' as const, seed: 1 },
    { rate: 0.05, pages: 5, form: 'contract' as const, seed: 2 },
    { rate: 0.2, pages: 3, form: 'native' as const, seed: 3 },
    { rate: 0.2, pages: HALF_PAGES, form: 'native' as const, seed: 4 },
  ])('and likely is within a tenth from the third crawl on, at depth 1 where $rate changes (world $seed)', async ({ rate, pages, form, seed }, { bench }) => {
    const world = generateWorld(seed, TOWN)
    const users = someUsers(world, 5)
    const args = ['feed', 'leaderboard', ...users, '--collect', 'all', '--depth', '1']
    const years = await repeat(bench, { server: { world, pageSize: pages, form }, args, lives: times(3, { rate, zeros: form === 'contract' }), kept: users, seed })
    for (const [index, { said, billed }] of years.slice(1).entries()) expectWithin(said.total.requests, billed, `crawl ${index + 2}`)
    for (const [index, { said, billed }] of years.slice(2).entries()) expectNear(said.total.requests, billed, 0.1, `crawl ${index + 3}`)
    expectKept(bench, years)
  })

  test.for([0.01, 0.05, 0.2])('at depth 0 from every kind of seed, where %d changes', async (rate, { bench }) => {
    const world = generateWorld(11, TOWN)
    const users = someUsers(world, 12)
    const args = ['feed', 'leaderboard', 'search:sam', ...users]
    const years = await repeat(bench, { server: { world, pageSize: 5 }, args, lives: times(3, { rate }), kept: users, seed: 11 })
    for (const { said, billed } of years.slice(1)) expectWithin(said.total.requests, billed)
    expectKept(bench, years)
  })

  test('in a sparse world, where a fifth is new to the crawl each time', async ({ bench }) => {
    const world = generateWorld(4, SPARSE)
    const users = someUsers(world, 5)
    const args = ['feed', 'leaderboard', ...users, '--depth', '1']
    const years = await repeat(bench, { server: { world, pageSize: 10 }, args, lives: times(3, { rate: 0.2 }), kept: users, seed: 4 })
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

  test('and a third crawl in which nothing was due does not teach that nothing ever is', async ({ bench }) => {
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

/** Few users who know many: their listings take several pages of the contract's size. */
function popular(seed: number): World {
  const world = generateWorld(seed, { ...SMALL, users: 160, posts: 400, followsPerUser: 140, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
  for (const user of world.users.values()) {
    user.post_count = listed(world, 'get_user_posts', user.id).length
    user.cameo_count = listed(world, 'get_user_cameo_appearances', user.id).length
  }
  return world
}

/** Every page that has items names a cursor, so that each listing ends in an empty page, which is billed. */
const emptyEnds: Override = (seen, answer) => {
  if (seen.cursor === 'end') return { status: 200, data: { items: [], cursor: null } }
  const data = answer.data
  const isLast = typeof data === 'object' && data !== null && 'items' in data && (data as { cursor?: unknown }).cursor === null
  return isLast && (data as { items: unknown[] }).items.length > 0 ? { status: 200, data: { ...data, cursor: 'end' } } : undefined
}

function byStream(said: Plan): Map<string, Figures> {
  const sums = new Map<string, Figures>()
  for (const { stream, requests } of said.streams) {
    const { low, likely, high } = sums.get(stream) ?? { low: 0, likely: 0, high: 0 }
    sums.set(stream, { low: low + requests.low, likely: likely + requests.likely, high: high + requests.high })
  }
  return sums
}

describe.concurrent('before the first crawl of listings whose counters are known', { timeout: 120_000 }, () => {
  test.for([
    { pages: CONTRACT_PAGES, name: 'full', override: undefined },
    { pages: HALF_PAGES, name: 'half full', override: undefined },
    { pages: HALF_PAGES, name: 'half full and followed by an empty one', override: emptyEnds },
  ])('high is never below the cost, stream by stream, if pages are $name', async ({ pages, override }, { bench }) => {
    const world = popular(21)
    const users = someUsers(world, 40)
    const server = await bench.serve({ world, pageSize: pages, ...(override === undefined ? {} : { override }) })
    expectExit(await bench.crawl(server, [...users, '--collect', 'profile']), 0)
    const said = await plan(bench, [...users, ...RELATIONS])
    expect(said.unknown).toEqual([])
    const before = server.billed.length
    expectExit(await bench.crawl(server, [...users, ...RELATIONS]), 0)
    expectWithin(said.total.requests, server.billed.length - before)
    for (const [stream, figures] of byStream(said)) {
      const route = stream === 'cameos' ? 'get_user_cameo_appearances' : `get_user_${stream}`
      expectWithin(figures, server.billed.slice(before).filter(seen => seen.route === route).length, stream)
    }
  })

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
})

describe.concurrent('the flags of a crawl', { timeout: 120_000 }, () => {
  test('are those of plan', async ({ bench }) => {
    const flagsOf = async (command: string): Promise<string[]> => [...(await bench.run([command, '--help'])).stdout.matchAll(/^ +(--[a-z-]+)/gm)].map(([, flag]) => String(flag))
    const flags = await flagsOf('crawl')
    expect(flags.length).toBeGreaterThan(15)
    expect(await flagsOf('plan')).toEqual(flags)
  })

  test.for([
    { flags: ['--full'], near: 0.05 },
    { flags: ['--no-gate'], near: 0.05 },
    { flags: ['--full', '--max-pages', '2'], near: 0.05 },
    { flags: ['--recheck', '20000d'], near: 0.25 },
  ])('$flags: what is read again in a world that did not change', async ({ flags, near }, { bench }) => {
    const world = generateWorld(31, { ...TOWN, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
    for (const post of world.posts.values()) post.posted_at ??= 1_760_000_000
    const users = someUsers(world, 40)
    const server = await bench.serve({ world, pageSize: 2 })
    const args = ['feed', ...users]
    await bill(bench, server, args)
    const { total } = await plan(bench, [...args, ...flags])
    const billed = await bill(bench, server, [...args, ...flags])
    expectWithin(total.requests, billed)
    expectNear(total.requests, billed, near)
    expect(total.requests.likely).toBeGreaterThan((await plan(bench, args)).total.requests.likely)
  })

  test('--max-pages bounds what is planned for the listings of seeds', async ({ bench }) => {
    const server = await bench.serve({ world: popular(32), pageSize: 3 })
    const users = someUsers(server.world, 6)
    await bill(bench, server, [...users, '--collect', 'profile'])
    const { total } = await plan(bench, [...users, '--collect', 'followers', '--max-pages', '1'])
    expect(total.requests.high).toBe(6)
    expect(await bill(bench, server, [...users, '--collect', 'followers', '--max-pages', '1'])).toBe(6)
  })

  test('--max-pages bounds a listing of which nothing is known, and then its length is no secret', async ({ bench }) => {
    const { total, unknown } = await plan(bench, ['feed', '--max-pages', '7', '--collect', 'profile'])
    expect(total.requests.high).toBe(7)
    expect(unknown).toEqual([])
  })

  test('--min-age leaves out what was read a short while ago', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(33, SMALL) })
    const args = ['feed', 'leaderboard', '--depth', '1', '--min-age', '1h']
    await bill(bench, server, args)
    const { total, streams } = await plan(bench, args)
    expect(total.requests.likely).toBe(0)
    expect(streams.filter(({ requests }) => requests.likely > 0)).toEqual([])
    expect(await bill(bench, server, args)).toBe(0)
  })

  test('--restart plans a new run where one is unfinished; without it, what is left of that one', async ({ bench }) => {
    const world = generateWorld(34, { ...TOWN, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
    const server = await bench.serve({ world, pageSize: CONTRACT_PAGES })
    const args = [...someUsers(world, 60), '--collect', 'posts,followers']
    await bill(bench, server, args)
    await bill(bench, server, [...args, '--max-requests', '70'], 4)
    const rest = await plan(bench, args)
    expect(rest.resumes).toBe(2)
    expect(rest.total.requests.likely).toBe(50)
    const anew = await plan(bench, [...args, '--restart'])
    expect(anew.resumes).toBe(null)
    expect(anew.total.requests.likely).toBe(120)
    expect(await planText(bench, args)).toMatch(/run 2 is unfinished/i)
    expect(await bill(bench, server, args)).toBe(50)
  })

  test('half of a repetition costs half of what was learnt', async ({ bench }) => {
    const world = generateWorld(35, TOWN)
    const server = await bench.serve({ world, pageSize: CONTRACT_PAGES })
    const random = new Random(35)
    const args = ['feed', 'leaderboard', '--collect', 'all', '--depth', '1']
    await bill(bench, server, args)
    liveOn(world, random, { rate: 0.05 })
    await bill(bench, server, args)
    liveOn(world, random, { rate: 0.05 })
    await bill(bench, server, [...args, '--max-requests', '400'], 4)
    const { total } = await plan(bench, args)
    const billed = await bill(bench, server, args)
    expectWithin(total.requests, billed)
    expectNear(total.requests, billed, 0.15)
  })
})

function everyRow(db: Database.Database): Record<string, unknown[]> {
  const tables = db.prepare("select name from sqlite_master where type = 'table' order by name").pluck().all() as string[]
  return Object.fromEntries(tables.map(table => [table, db.prepare(`select * from "${table}"`).raw().all()]))
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256').update(await readFile(file)).digest('hex')
}

/** Everything that is in the log goes into the file, and the log away. */
function settle(file: string): void {
  const db = new Database(file)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

describe.concurrent('plan sends nothing and changes nothing', { timeout: 120_000 }, () => {
  test('needs no key and no server, and makes no file where there is none', async ({ bench }) => {
    const { total } = await plan(bench, ['feed', '@sam', userId('star'), '--depth', '1'])
    expect(total.requests.likely).toBeGreaterThan(0)
    expect(await readdir(bench.dir)).toEqual([])
    expectExit(await bench.run(['plan', 'feed']), 0)
    expect(await readdir(bench.dir)).toEqual([])
  })

  test('leaves every row of a database as it was, of an unfinished run, too', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(41, SMALL) })
    await bill(bench, server, ['feed', 'leaderboard', '--depth', '1'])
    await bill(bench, server, ['feed', '--depth', '2', '--max-requests', '40'], 4)
    const [rows, sent] = [everyRow(bench.open()), server.seen.length]
    for (const args of [['feed', 'leaderboard', '--depth', '1'], ['feed', '--depth', '2'], ['@nobody', '--full'], ['feed', '--depth', '2', '--restart']]) {
      const result = await bench.run(['plan', ...args, '--db', bench.db], { env: settingsFor(server) })
      expectExit(result, 0)
      expect(everyRow(bench.open())).toEqual(rows)
    }
    expect(server.seen).toHaveLength(sent)
    expect((await readdir(bench.dir)).filter(name => !name.startsWith('sora.db'))).toEqual([])
  })

  // `openForWriting` writes the application id at every opening, which moves SQLite's change counter (bytes 28 and 96).
  test.fails('leaves the file as it was, to the byte', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(42, SMALL) })
    await bill(bench, server, ['feed'])
    settle(bench.db)
    const before = await hashOf(bench.db)
    await plan(bench, ['feed', '--depth', '1'])
    settle(bench.db)
    expect(await hashOf(bench.db)).toBe(before)
  })

  test('leaves with 6 where another process is writing', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(9) })
    let release = (): void => {}
    const gate = new Promise<undefined>(resolve => {
      release = () => {
        resolve(undefined)
      }
    })
    server.override = async () => gate
    const args = [userId('star'), '--collect', 'followers']
    const crawl = bench.startCrawl(server, args)
    await server.until(() => server.seen.length > 0)
    const refused = await bench.run(['plan', ...args, '--db', bench.db])
    expectExit(refused, 6)
    expectOnlyLine(refused, /another process/i)
    release()
    expectExit(await crawl.done, 0)
    expectExit(await bench.run(['plan', ...args, '--db', bench.db]), 0)
  })

  test.for([{ args: ['nonsense'] }, { args: [] }, { args: ['feed', '--depth', 'deep'] }, { args: ['feed', '--seeds', 'no-such-file.txt'] }])('refuses $args as crawl does', async ({ args }, { bench }) => {
    const refused = await bench.run(['plan', ...args, '--db', bench.db])
    expectExit(refused, 2)
    expect(linesOf(refused.stderr)).toHaveLength(1)
    expect(await readdir(bench.dir)).toEqual([])
  })
})

describe.concurrent('what plan says', { timeout: 120_000 }, () => {
  test('--json is one value, in which lines add up to the total and every request has its price', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(51, SMALL) })
    const args = ['feed', 'leaderboard', ...someUsers(server.world, 7), '--depth', '1', '--collect', 'all']
    for (let n = 0; n < 3; n += 1) {
      await bill(bench, server, args)
      liveOn(server.world, new Random(n), { rate: 0.05 })
    }
    const said = await plan(bench, args)
    for (const figure of ['low', 'likely', 'high'] as const) {
      const sum = said.streams.reduce((total, { requests }) => total + requests[figure], 0)
      expect(said.total.requests[figure]).toBe(sum)
      for (const { requests, cost_usd } of [said.total, ...said.streams]) {
        expect(Number.isInteger(requests[figure])).toBe(true)
        expect(cost_usd[figure]).toBeCloseTo(requests[figure] * 0.05, 9)
      }
    }
    for (const { requests } of said.streams) expect([requests.low <= requests.likely, requests.likely <= requests.high]).toEqual([true, true])
  })

  test('dollars follow SORA_PRICES, and so does what was billed', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(4) })
    const args = ['leaderboard', userId('star'), '--collect', 'followers']
    const env = { SORA_PRICES: 'get_user_followers=0.5,get_cameo_leaderboard=0' }
    expectExit(await bench.crawl(server, args, { env }), 0)
    const { streams, total, earlier } = await plan(bench, args, { env })
    const costs = Object.fromEntries(streams.map(({ stream, requests, cost_usd }) => [stream, cost_usd.likely / requests.likely]))
    expect(costs).toEqual({ followers: 0.5, leaderboard: 0 })
    expect(total.cost_usd.likely).toBe(0.5)
    expect(earlier.map(({ actual }) => actual)).toEqual([server.billed.length])
  })

  test('the text has requests and dollars for each seed and stream, and in all', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(9) })
    const args = [userId('star'), 'leaderboard', '--collect', 'followers']
    await bill(bench, server, args)
    const text = await planText(bench, args)
    expect(text).toMatch(/^user-star_+ +followers +1 +0 +1 +\d+ +\$0\.00 +\$0\.05 +\$\d\.\d\d/m)
    expect(text).toMatch(/^leaderboard +leaderboard +1 +1 +1 +\d+ +\$0\.05 +\$0\.05/m)
    expect(text).toMatch(/^in all +\d+ +2 +\d+ +\$\d\.\d\d +\$0\.10 /m)
    expect(text).toMatch(/likely \$0\.10/)
    expect(text).toMatch(/run 1 .*billed 4 requests/)
  })

  test('what is not known: lengths, and what items will bring into scope', async ({ bench }) => {
    const nothing = await plan(bench, [userId('star'), '--collect', 'followers'])
    expect(nothing.unknown).toHaveLength(1)
    expect(nothing.unknown[0]).toMatch(/^followers: how long 1 listing is/)
    const deeper = await plan(bench, [userId('star'), '--collect', 'followers', '--depth', '1'])
    expect(deeper.unknown.join('\n')).toMatch(/followers: what 1 listing.* into scope/)
    const handle = await plan(bench, ['@sam', '--collect', 'followers'])
    expect(handle.unknown.join('\n')).toMatch(/search: what 1 listing.* into scope/)
    expect((await plan(bench, ['search:sam', '--collect', 'followers'])).unknown).toEqual([])
  })

  test('a known length does not hide that comments are to come', async ({ bench }) => {
    const server = await bench.serve({ world: popular(52) })
    const users = someUsers(server.world, 3)
    await bill(bench, server, [...users, '--collect', 'profile'])
    const args = [...users, '--collect', 'posts,comments']
    expect((await plan(bench, args)).unknown.join('\n')).toMatch(/posts: what \d+ listings?.* into scope/)
    await bill(bench, server, args)
    expect((await plan(bench, args)).unknown).toEqual([])
  })

  test('counters that are 0, or have not moved, cost nothing that is likely', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(53, { ...SMALL, goneUsers: 0, gonePosts: 0, privateUsers: 0 }) })
    for (const post of server.world.posts.values()) post.reply_count = listed(server.world, 'get_post_comments', post.id).length
    const args = ['feed', '--collect', 'comments']
    await bill(bench, server, args)
    const { streams } = await plan(bench, args)
    expect(streams.find(({ stream }) => stream === 'comments')?.requests).toMatchObject({ low: 0, likely: 0 })
  })

  test('how far it has been off, for the same command alone', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(9), pageSize: 4 })
    const args = [userId('star'), '--collect', 'followers']
    await bill(bench, server, ['leaderboard'])
    const first = await plan(bench, args)
    const billed = await bill(bench, server, args)
    const { earlier } = await plan(bench, args)
    expect(earlier).toEqual([{ run: 2, ...first.total.requests, actual: billed }])
    expect(bench.count('estimates where actual is null')).toBe(0)
  })

  test('an unfinished run has no actual figure yet, and when it is finished one for all its parts', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(9), pageSize: 2 })
    const args = [userId('star'), '--collect', 'followers']
    await bill(bench, server, [...args, '--max-requests', '2'], 4)
    expect(bench.count('estimates where actual is not null')).toBe(0)
    await bill(bench, server, [...args, '--max-requests', '2'], 4)
    await bill(bench, server, args)
    expect((await plan(bench, args)).earlier.map(({ actual }) => actual)).toEqual([5])
  })

  test('a listing that nobody may read costs nothing that is likely', async ({ bench }) => {
    const world = starWith(3)
    mustGet(world.users, userId('star')).state = 'private'
    const server = await bench.serve({ world })
    const args = [userId('star'), userId('fan0'), '--collect', 'followers,following']
    await bill(bench, server, args)
    const { streams } = await plan(bench, args)
    expect(streams.filter(({ seed }) => seed === userId('star')).map(({ requests }) => requests.likely)).toEqual([0, 0])
  })

  test('a database that is no database is refused', async ({ bench }) => {
    const other = new Database(bench.db)
    other.exec('create table recipes (name text)')
    other.close()
    const refused: Result = await bench.run(['plan', 'feed', '--db', bench.db])
    expectExit(refused, 2)
    expectDecent(refused)
  })
})

test('a hundred thousand listings are estimated in seconds', { timeout: 300_000 }, async ({ bench }) => {
  const world = starWith(2)
  const server = await bench.serve({ world, pageSize: 50 })
  const args = [userId('star'), '--collect', 'followers', '--depth', '1']
  await bill(bench, server, args)
  const db = new Database(bench.db)
  db.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
    INSERT INTO users (id, follower_count, first_seen_at, last_seen_at) SELECT 'user-made' || i, i % 200, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM n;
    INSERT INTO members (stream_id, kind, item_id, hop, first_pass, last_pass)
      SELECT (SELECT id FROM checkpoints WHERE subject_id = '${userId('star')}'), 'user', id, 1, 1, 1 FROM users WHERE id LIKE 'user-made%'`)
  db.close()
  const started = performance.now()
  const { streams } = await plan(bench, args)
  expect(performance.now() - started).toBeLessThan(30_000)
  expect(streams.map(({ streams: count }) => count)).toEqual([100_003])
})

test('the helper that lets worlds live on changes what it says', () => {
  const world = generateWorld(61, TOWN)
  const before = { users: world.users.size, posts: world.posts.size, comments: world.comments.size, feed: [...listed(world, 'get_feed')] }
  liveOn(world, new Random(61), { rate: 0.2 })
  expect(world.posts.size).toBe(before.posts + 36)
  expect(world.users.size).toBe(before.users + 10)
  expect(world.comments.size).toBeGreaterThan(before.comments + 36)
  expect(listed(world, 'get_feed')).not.toEqual(before.feed)
  expect([...world.posts.values()].filter(({ state }) => state === 'gone').length).toBe(2 + 9)
  for (const [key, ids] of world.listings) expect([key, new Set(ids).size]).toEqual([key, ids.length])
  for (const post of world.posts.values()) {
    if (post.reply_count !== null) expect(post.reply_count).toBe(world.listings.get(listingKey('get_post_comments', post.id))?.length ?? 0)
  }
})
