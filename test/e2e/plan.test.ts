import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { settingsFor, test, type Result } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { liveOn } from '../support/world/life.js'
import { listed, mustGet } from '../support/world/model.js'
import { Random } from '../support/world/random.js'
import { starWith, userId } from '../support/world/story.js'
import { expectDecent, expectExit, expectOnlyLine, linesOf } from './judge.js'
import {
  bill,
  CONTRACT_PAGES,
  expectNear,
  expectWithin,
  plan,
  planText,
  popular,
  someUsers,
  TOWN,
} from './plans.js'

describe.concurrent('the flags of a crawl', { timeout: 600_000 }, () => {
  test('are those of plan', async ({ bench }) => {
    const flagsOf = async (command: string): Promise<string[]> =>
      [...(await bench.run([command, '--help'])).stdout.matchAll(/^ +(--[a-z-]+)/gm)].map(([, flag]) =>
        String(flag),
      )
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

  test('--max-pages bounds a listing of which nothing is known, and then its length is no secret', async ({
    bench,
  }) => {
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

  test('--restart plans a new run where one is unfinished; without it, what is left of that one', async ({
    bench,
  }) => {
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
  const tables = db
    .prepare("select name from sqlite_master where type = 'table' order by name")
    .pluck()
    .all() as string[]
  return Object.fromEntries(tables.map(table => [table, db.prepare(`select * from "${table}"`).raw().all()]))
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

/** Everything that is in the log goes into the file, and the log away. */
function settle(file: string): void {
  const db = new Database(file)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

describe.concurrent('plan sends nothing and changes nothing', { timeout: 600_000 }, () => {
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
    for (const args of [
      ['feed', 'leaderboard', '--depth', '1'],
      ['feed', '--depth', '2'],
      ['@nobody', '--full'],
      ['feed', '--depth', '2', '--restart'],
    ]) {
      const result = await bench.run(['plan', ...args, '--db', bench.db], { env: settingsFor(server) })
      expectExit(result, 0)
      expect(everyRow(bench.open())).toEqual(rows)
    }
    expect(server.seen).toHaveLength(sent)
    expect((await readdir(bench.dir)).filter(name => !name.startsWith('sora.db'))).toEqual([])
  })

  test('leaves the file as it was, to the byte', async ({ bench }) => {
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

  test.for([
    { args: ['nonsense'] },
    { args: [] },
    { args: ['feed', '--depth', 'deep'] },
    { args: ['feed', '--seeds', 'no-such-file.txt'] },
  ])('refuses $args as crawl does', async ({ args }, { bench }) => {
    const refused = await bench.run(['plan', ...args, '--db', bench.db])
    expectExit(refused, 2)
    expect(linesOf(refused.stderr)).toHaveLength(1)
    expect(await readdir(bench.dir)).toEqual([])
  })
})

describe.concurrent('what plan says', { timeout: 600_000 }, () => {
  test('--json is one value, in which lines add up to the total and every request has its price', async ({
    bench,
  }) => {
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
    for (const { requests } of said.streams)
      expect([requests.low <= requests.likely, requests.likely <= requests.high]).toEqual([true, true])
  })

  test('dollars follow SORA_PRICES, and so does what was billed', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(4) })
    const args = ['leaderboard', userId('star'), '--collect', 'followers']
    const env = { SORA_PRICES: 'get_user_followers=0.5,get_cameo_leaderboard=0' }
    expectExit(await bench.crawl(server, args, { env }), 0)
    const { streams, total, earlier } = await plan(bench, args, { env })
    const costs = Object.fromEntries(
      streams.map(({ stream, requests, cost_usd }) => [stream, cost_usd.likely / requests.likely]),
    )
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

  test('of a handle that nobody has looked for says the least, and that it can be no more', async ({
    bench,
  }) => {
    const text = await planText(bench, ['@star', '--depth', '1'])
    expect(text).toMatch(/at least \$0\.05, cannot be estimated before @star is found/)
    expect(text).not.toMatch(/likely \$0\.05/)
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
    const server = await bench.serve({
      world: generateWorld(53, { ...SMALL, goneUsers: 0, gonePosts: 0, privateUsers: 0 }),
    })
    for (const post of server.world.posts.values())
      post.reply_count = listed(server.world, 'get_post_comments', post.id).length
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

  test('an unfinished run has no actual figure yet, and when it is finished one for all its parts', async ({
    bench,
  }) => {
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
    expect(
      streams.filter(({ seed }) => seed === userId('star')).map(({ requests }) => requests.likely),
    ).toEqual([0, 0])
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
