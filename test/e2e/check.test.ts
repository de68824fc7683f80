import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises'

import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect } from 'vitest'

import type * as Apart from '../../src/cli/check/apart.js'
import { Bench, test, type Result } from '../support/run.js'
import { departedWorld, LEAVER_ID } from '../support/world/departed.js'
import { generateWorld, TINY } from '../support/world/generate.js'
import { expectExit, expectOneLineAbout, expectOnlyLine, jsonOf } from './judge.js'

const APART = new URL('../../dist/cli/check/apart.js', import.meta.url).href

interface Fault {
  part: string
  fault: string
  count: number
  examples: string[]
}

/** A database with something in every table, and an unfinished run. */
let template: Bench

beforeAll(async () => {
  template = await Bench.create()
  const { world, rename } = departedWorld()
  rename()
  const server = await template.serve({ world, pageSize: 2 })
  expectExit(
    await template.crawl(server, [
      'leaderboard',
      '@ann',
      'feed',
      'search:zol',
      '--collect',
      'all',
      '--depth',
      '1',
      '--full',
    ]),
    0,
  )
  expectExit(
    await template.crawl(server, [
      'user-ann_____________________',
      '--collect',
      'all',
      '--max-requests',
      '4',
      '--no-gate',
    ]),
    4,
  )
})

afterAll(async () => {
  await template.end()
})

async function damaged(bench: Bench, sql: string): Promise<Fault[]> {
  await copyFile(template.db, bench.db)
  const db = new Database(bench.db)
  db.unsafeMode(true)
  db.pragma('foreign_keys = OFF')
  db.exec(sql)
  db.close()
  const result = await check(bench)
  expectExit(result, 3)
  expectOneLineAbout(result, /not sound/)
  return (jsonOf(result) as { faults: Fault[] }).faults
}

async function check(bench: Bench): Promise<Result> {
  return bench.run(['check', '--db', bench.db, '--json'])
}

describe.concurrent('check', () => {
  test('finds nothing wrong after crawls, after forgetting and after replaying, and says so in one line', async ({
    bench,
  }) => {
    await copyFile(template.db, bench.db)
    const before = await readFile(bench.db)
    const result = await bench.run(['check', '--db', bench.db])
    expectExit(result, 0)
    expect(result.stdout).toMatch(/^\S+sora\.db is sound \(.+\)\.\n$/)
    expect((await readFile(bench.db)).equals(before)).toBe(true)
    expectExit(await bench.run(['forget', LEAVER_ID, '--yes', '--db', bench.db]), 0)
    expect(jsonOf(await check(bench))).toEqual({ db: bench.db, sound: true, faults: [], skipped: 0 })
    expectExit(await bench.run(['replay', '--db', bench.db]), 0)
    expect(jsonOf(await check(bench))).toEqual({ db: bench.db, sound: true, faults: [], skipped: 0 })
  })

  test('finds nothing wrong in a crawl that was killed, nor while it goes on', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(3, TINY), latencyMs: 20 })
    const crawl = bench.startCrawl(server, ['feed', 'leaderboard', '--collect', 'all', '--depth', '2'])
    await server.until(() => server.answered.length >= 12)
    expect(jsonOf(await check(bench))).toMatchObject({ faults: [] })
    crawl.kill()
    await crawl.done
    expect(jsonOf(await check(bench))).toMatchObject({ faults: [] })
    expectExit(await bench.crawl(server, ['feed', 'leaderboard', '--collect', 'all', '--depth', '2']), 0)
    expectExit(await bench.run(['prune', '--raw', '0d', '--db', bench.db]), 0)
    expect(jsonOf(await check(bench))).toMatchObject({ faults: [] })
  })

  test.for([
    ["delete from users where id like 'user-ann%'", 'relations', /posts\.user_id/],
    ['delete from posts where id = (select post_id from comments)', 'relations', /comments\.post_id/],
    [
      "update attachments set post_id = 's_nowhere'; insert into attachments (id, post_id, " +
        "position) values ('a', 's_nowhere', 0)",
      'relations',
      /attachments\.post_id/,
    ],
    [
      "update members set item_id = 'user-nobody' where kind = 'user' and item_id like " +
        "'user-ben%' and stream_id = (select min(stream_id) from members where item_id like " +
        "'user-ben%')",
      'relations',
      /members\.item_id/,
    ],
    ['delete from checkpoints where id = 1', 'relations', /stream_id is not in checkpoints/],
    [
      'insert into pages (request_id, run_id, stream_id, route, pass, page, status, meaning, ' +
        "received_at, body) select 99999, 1, 1, 'get_feed', 1, 1, 200, 'page', received_at, body " +
        'from pages limit 1',
      'ledger',
      /does not have/,
    ],
    [
      'update requests set cost_microusd = 5 where id = 1; update requests set status = 404 where id = 1',
      'ledger',
      /price|status/,
    ],
    ['update requests set settled_at = null where id = 1', 'ledger', /without a time/],
    ['delete from requests where id = 2', 'ledger', /counted for its seeds/],
    [
      "update checkpoints set cursor = null where pass_state = 'open'; update checkpoints set " +
        "pages = 3, cursor = null, pass_state = 'open' where id = 1",
      'checkpoints',
      /neither at its top/,
    ],
    ["update checkpoints set cursor = 'x' where pass_state = 'completed'", 'checkpoints', /has a cursor/],
    ['delete from completed_passes', 'checkpoints', /not noted/],
    ['update members set last_pass = 99', 'checkpoints', /has not been/],
    ["update frontier set state = 'ready' where run_id = 1", 'checkpoints', /open/],
    ["update users set created_at = '2026-01-01 10:00:00'", 'values', /users is no time/],
    ["update posts set like_count = 'many'", 'values', /posts is no number/],
    ['update users set is_verified = 2', 'values', /neither 0 nor 1/],
    [
      "update posts set text = cast(x'ff41' as text) where id = (select min(id) from posts)",
      'values',
      /UTF-8/,
    ],
    ["update pages set body = 'plain' where id = 1", 'values', /gzip/],
    ["update users set social_links = '{'", 'values', /JSON/],
    ['update told_fields set missing = 3', 'values', /count of fields/],
    ['drop view v_posts', 'schema', /missing/],
    [
      'pragma writable_schema = on; update sqlite_master set sql = replace(sql, ' +
        "'engagement_rate', 'rate') where name = 'v_posts'",
      'schema',
      /changed/,
    ],
    ["insert into meta (key, value) values ('wipe_pending', '1')", 'file', /interrupted/],
  ] as const)('finds: %s', async ([sql, part, fault], { bench }) => {
    const faults = await damaged(bench, sql)
    expect(faults).toContainEqual(
      expect.objectContaining({ part, fault: expect.stringMatching(fault) as string }),
    )
    for (const { count, examples } of faults) expect([count > 0, examples.length <= 3]).toEqual([true, true])
  })

  test('finds bytes that were changed in the middle of the file', async ({ bench }) => {
    await copyFile(template.db, bench.db)
    const bytes = await readFile(bench.db)
    const size = bytes.readUInt16BE(16)
    const root = template
      .open()
      .prepare("select rootpage from sqlite_master where name = 'posts'")
      .pluck()
      .get() as number
    bytes.fill(0x55, (root - 1) * size, (root - 1) * size + 200)
    await writeFile(bench.db, bytes)
    const result = await check(bench)
    expectExit(result, 3)
    // What the tables would tell cannot be trusted, and asking them may never end.
    const { faults, skipped } = jsonOf(result) as { faults: Fault[]; skipped: number }
    expect(faults.map(({ part }) => part)).toEqual(['file'])
    expect(skipped).toBeGreaterThan(50)
    expect((await readFile(bench.db)).equals(bytes)).toBe(true)
  })

  test('gives up what does not end, looks for the rest, and after a second such thing for nothing more', async ({
    bench,
  }) => {
    await copyFile(template.db, bench.db)
    const db = new Database(bench.db)
    const endless = (name: string): string =>
      `drop table ${name}; create view ${name} as with recursive n(run_id) as (select 1 union all ` +
      'select run_id + 1 from n) select run_id from n;'
    db.exec(endless('told_zero'))
    db.exec("insert into meta (key, value) values ('wipe_pending', '1'); delete from requests where id = 2")
    db.close()
    const { checkApart } = (await import(APART)) as typeof Apart
    const one = await checkApart(bench.db, { nobody: [], boundMs: 2_000, onStep: () => undefined })
    expect(one.faults).toContainEqual({
      part: 'relations',
      fault: 'cannot be looked for: told_zero.run_id is not in runs',
      count: 1,
      examples: ['it did not end within 2 s'],
    })
    expect(one.faults).toContainEqual(
      expect.objectContaining({ fault: expect.stringMatching(/interrupted/) as string }),
    )
    expect(one.faults).toContainEqual(
      expect.objectContaining({ fault: expect.stringMatching(/counted for its seeds/) as string }),
    )
    const larger = new Database(bench.db)
    larger.exec('create table blobs as select randomblob(40000000)')
    larger.close()
    const none = await checkApart(bench.db, { nobody: [], boundMs: 0, onStep: () => undefined })
    expect(none.faults).toEqual([
      {
        part: 'file',
        fault: 'cannot be looked for: the file is damaged',
        count: 1,
        examples: ['it did not end within 0 s'],
      },
    ])
    expect(none.skipped).toBeGreaterThan(50)
  })

  test('of a file that cannot be opened ends with 2, and leaves it as it was', async ({ bench }) => {
    await writeFile(bench.db, 'no database '.repeat(1000))
    expectOnlyLine(await bench.run(['check', '--db', bench.db]), /not an SQLite database/)
    await copyFile(template.db, bench.db)
    await truncate(bench.db, 50)
    const result = await bench.run(['check', '--db', bench.db])
    expectExit(result, 2)
    expect((await readFile(bench.db)).length).toBe(50)
    expectExit(await bench.run(['check', '--db', bench.file('none.db')]), 2)
  })
})
