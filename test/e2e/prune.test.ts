import { readFile, readdir, stat } from 'node:fs/promises'

import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { snapshot } from '../support/world/compare.js'
import type { WorldServer } from '../support/world/server.js'
import { starWith, userId } from '../support/world/story.js'
import { expectExit, expectOnlyLine, jsonOf, repeatedRequests } from './judge.js'

const DAY_MS = 86_400_000
const FOLLOWERS = [userId('star'), '--collect', 'followers']

interface Report {
  before: string
  dry_run: boolean
  pages: number
  bytes: number
  kept_pages: number
  vacuumed: boolean
  file_bytes_before: number | null
  file_bytes_after: number | null
  freed_bytes: number | null
}

function write(bench: Bench, sql: string, ...values: readonly unknown[]): void {
  const db = new Database(bench.db)
  db.prepare(sql).run(...values)
  db.close()
}

/** Dates the pages up to a number by so many days; days before 0 lie in the future. */
function age(bench: Bench, upTo: number, days: number): void {
  write(
    bench,
    'update pages set received_at = ? where id <= ?',
    new Date(Date.now() - days * DAY_MS).toISOString(),
    upTo,
  )
}

async function prune(bench: Bench, ...args: readonly string[]): Promise<Report> {
  const result = await bench.run(['prune', '--db', bench.db, '--json', ...args])
  expectExit(result, 0)
  return jsonOf(result) as Report
}

/** Rows by table, pages left out. */
function otherRows(bench: Bench): Record<string, unknown> {
  const db = bench.open()
  const tables = db
    .prepare(
      "select name from sqlite_master where type = 'table' and name not in ('pages', 'sqlite_sequence')",
    )
    .pluck()
    .all() as string[]
  return Object.fromEntries(tables.map(name => [name, db.prepare(`select * from "${name}"`).all()]))
}

function pageIds(bench: Bench): unknown[] {
  return bench.open().prepare('select id from pages order by id').pluck().all()
}

async function crawled(bench: Bench): Promise<WorldServer> {
  const server = await bench.serve({ world: starWith(400), pageSize: 20 })
  expectExit(await bench.crawl(server, FOLLOWERS), 0)
  expect(bench.count('pages')).toBe(20)
  return server
}

describe.concurrent('prune', () => {
  test('drops raw pages that are too old and nothing else, and says how much', async ({ bench }) => {
    await crawled(bench)
    age(bench, 15, 91)
    const size = bench.open().prepare('select sum(length(body)) from pages where id <= 15').pluck().get()
    const rows = otherRows(bench)
    const things = snapshot(bench.open())
    const report = await prune(bench, '--raw', '90d')
    expect(report).toMatchObject({ dry_run: false, pages: 15, bytes: size, kept_pages: 5, vacuumed: true })
    expect(Math.abs(Date.parse(report.before) - (Date.now() - 90 * DAY_MS))).toBeLessThan(60_000)
    expect(pageIds(bench)).toEqual([16, 17, 18, 19, 20])
    expect(otherRows(bench)).toEqual({
      ...rows,
      meta: [...(rows['meta'] as unknown[]), { key: 'pruned_until', value: expect.any(String) }],
    })
    expect(snapshot(bench.open())).toEqual(things)
    expect(await prune(bench, '--raw', '90d')).toMatchObject({ pages: 0, bytes: 0, kept_pages: 5 })
  })

  test('makes the file smaller and wipes what it dropped', async ({ bench }) => {
    await crawled(bench)
    const body = bench.open().prepare('select body from pages where id = 3').pluck().get() as Buffer
    const piece = body.subarray(100, 200)
    age(bench, 20, 400)
    const report = await prune(bench, '--raw', '52w')
    expect(report.freed_bytes).toBe(Number(report.file_bytes_before) - Number(report.file_bytes_after))
    expect(report.freed_bytes).toBeGreaterThan(report.bytes / 2)
    expect((await stat(bench.db)).size).toBe(report.file_bytes_after)
    for (const name of await readdir(bench.dir))
      expect([name, (await readFile(bench.file(name))).includes(piece)]).toEqual([name, false])
    expect(bench.open().pragma('integrity_check', { simple: true })).toBe('ok')
  })

  test('--no-vacuum leaves the file as large as it is; the next prune makes it smaller', async ({
    bench,
  }) => {
    await crawled(bench)
    age(bench, 20, 100)
    const first = await prune(bench, '--raw', '90d', '--no-vacuum')
    expect(first).toMatchObject({ pages: 20, vacuumed: false })
    expect(bench.open().pragma('freelist_count', { simple: true })).toBeGreaterThan(0)
    const second = await prune(bench, '--raw', '90d')
    expect(second).toMatchObject({ pages: 0, vacuumed: true })
    expect(second.freed_bytes).toBeGreaterThan(0)
  })

  test('--dry-run says the same and changes nothing', async ({ bench }) => {
    await crawled(bench)
    age(bench, 15, 91)
    const bytes = await readFile(bench.db)
    const dry = await prune(bench, '--raw', '90d', '--dry-run')
    expect(dry).toMatchObject({
      dry_run: true,
      pages: 15,
      kept_pages: 5,
      vacuumed: false,
      file_bytes_before: null,
      freed_bytes: null,
    })
    expect((await readFile(bench.db)).equals(bytes)).toBe(true)
    expect(await prune(bench, '--raw', '90d')).toMatchObject({
      pages: dry.pages,
      bytes: dry.bytes,
      kept_pages: dry.kept_pages,
    })
  })

  test('goes through many pages in batches, whatever the order of their times', async ({ bench }) => {
    await crawled(bench)
    const copies = `with recursive n (i) as (select 1 union all select i + 1 from n where i < 2500)
      insert into pages (id, request_id, run_id, stream_id, route, pass, page, status, meaning, body, received_at)
      select 1000 + 3 * i, 0, 1, 1, 'get_feed', 1, i, 200, 'page', zeroblob(700), iif(i % 2, ?, ?) from n`
    write(bench, copies, new Date(Date.now() - 200 * DAY_MS).toISOString(), new Date().toISOString())
    expect(await prune(bench, '--raw', '90d')).toMatchObject({
      pages: 1250,
      bytes: 1250 * 700,
      kept_pages: 20 + 1250,
    })
    expect(bench.count("pages where received_at < datetime('now', '-90 days')")).toBe(0)
  })

  test('a page from the future is not old', async ({ bench }) => {
    await crawled(bench)
    age(bench, 5, -30)
    expect(await prune(bench, '--raw', '0d')).toMatchObject({ pages: 15, kept_pages: 5 })
    expect(pageIds(bench)).toEqual([1, 2, 3, 4, 5])
  })

  test('records set aside keep their raw text', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(2) })
    server.override = (_seen, answer) => ({ ...answer, data: { items: [{ nonsense: true }], cursor: null } })
    expectExit(await bench.crawl(server, FOLLOWERS), 0)
    const rejects = bench.open().prepare('select * from rejects').all()
    expect(rejects).toMatchObject([{ raw: expect.stringContaining('nonsense') as string }])
    expect(await prune(bench, '--raw', '0d')).toMatchObject({ pages: 1, kept_pages: 0 })
    expect(bench.open().prepare('select * from rejects').all()).toEqual(rejects)
  })

  test('an unfinished run goes on afterwards, and nothing is paid twice', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(30) })
    expectExit(await bench.crawl(server, [...FOLLOWERS, '--max-requests', '4']), 4)
    expect(await prune(bench, '--raw', '0d')).toMatchObject({ pages: 4, kept_pages: 0 })
    expectExit(await bench.crawl(server, FOLLOWERS), 0)
    expect(repeatedRequests(server.seen)).toEqual([])
    expect(server.seen).toHaveLength(10)
    expect(bench.count('edges')).toBe(30)
  })
})

describe.concurrent('prune refuses', () => {
  test('a database that a crawl is writing to, with 6; a dry run looks all the same', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(9) })
    let release = (): void => {}
    const gate = new Promise<undefined>(resolve => {
      release = () => {
        resolve(undefined)
      }
    })
    server.override = async ({ n }) => (n > 1 ? gate : undefined)
    const crawl = bench.startCrawl(server, FOLLOWERS)
    await server.until(() => server.seen.length > 1)
    const result = await bench.run(['prune', '--raw', '0d', '--db', bench.db])
    expectExit(result, 6)
    expectOnlyLine(result, /another process/i)
    expect(await prune(bench, '--raw', '0d', '--dry-run')).toMatchObject({ pages: 1 })
    release()
    expectExit(await crawl.done, 0)
    expect(bench.count('pages')).toBe(3)
  })

  test.for([
    ['no age', [], /raw/],
    ['an age without a unit', ['--raw', '90'], /--raw.*14d/],
    ['a word', ['--raw', 'old'], /--raw/],
    ['an age below zero', ['--raw', '-90d'], /raw/],
  ] as const)('%s, with 2', async ([, args, topic], { bench }) => {
    await crawled(bench)
    const result = await bench.run(['prune', ...args, '--db', bench.db])
    expectExit(result, 2)
    expectOnlyLine(result, topic)
    expect(bench.count('pages')).toBe(20)
  })

  test.for([[[]], [['--dry-run']]] as const)(
    'a file that does not exist, and makes none (%s)',
    async ([args], { bench }) => {
      const result = await bench.run(['prune', '--raw', '90d', '--db', bench.db, ...args])
      expectExit(result, 2)
      expectOnlyLine(result, /does not exist/)
      expect(await readdir(bench.dir)).toEqual([])
    },
  )
})
