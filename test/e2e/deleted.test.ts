import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { deleting, deletingWith, DELETED_AT, GONE, NOBODY, talk } from '../support/world/placeholders.js'
import { isoOf } from '../support/world/rows.js'
import type { WorldServer } from '../support/world/server.js'
import { commentId, postId, userId } from '../support/world/story.js'
import { expectExit, expectOneLineAbout } from './judge.js'

const SEEDS = [userId('star'), userId('gull'), userId('heron')]
const ALL = [...SEEDS, '--collect', 'posts,followers,comments,replies,remixes', '--depth', '1', '--full']
/**
 * What version 0.1.0, which took placeholders for people, left of this world: crawled whole, crawled again
 * with all of it gone, and once more in part.
 */
const DAMAGED = new URL('../fixtures/placeholders.db.gz', import.meta.url)
const UNFINISHED = [userId('star'), userId('gull'), '--collect', 'all', '--depth', '1', '--full']

type Rows = Record<string, unknown>[]

/** Everything that is told of posts and comments, without times of ours. */
function told(bench: Bench): { posts: Rows; comments: Rows } {
  const db = bench.open()
  const rows = (table: string): Rows =>
    (db.prepare(`select * from ${table} order by id`).all() as Rows).map(
      ({ first_seen_at: _first, last_seen_at: _last, ...row }) => row,
    )
  const all = { posts: rows('posts'), comments: rows('comments') }
  bench.release(db)
  return all
}

const isGone = (id: unknown): boolean => GONE.includes(String(id))
/** The same, deleted. */
const buried = (rows: Rows): Rows =>
  rows.map(row => (isGone(row['id']) ? { ...row, tombstoned_at: isoOf(DELETED_AT) } : row))

/** Where somebody of this id is found. */
function traces(bench: Bench): string[] {
  const db = bench.open()
  const columns = db
    .prepare(
      `
    select m.name as "table", c.name as column from sqlite_master m join pragma_table_info(m.name) c
    where m.type = 'table' and m.name not in ('checkpoints') and c.type = 'TEXT'`,
    )
    .all() as { table: string; column: string }[]
  const found = columns.filter(
    ({ table, column }) =>
      db.prepare(`select 1 from "${table}" where "${column}" = ?`).get(NOBODY) !== undefined,
  )
  bench.release(db)
  return found.map(({ table, column }) => `${table}.${column}`)
}

function askedAbout(server: WorldServer, id: string): string[] {
  return server.seen.filter(({ subject }) => subject === id).map(({ route }) => route)
}

describe.concurrent('what was deleted and is still shown', () => {
  test.for(['native', 'contract'] as const)(
    'stays as it was known, with the time of its deletion (%s)',
    async (form, { bench }) => {
      const server = await bench.serve({ world: talk(), form })
      expectExit(await bench.crawl(server, ALL), 0)
      const before = told(bench)
      server.override = deleting(...GONE)
      expectExit(await bench.crawl(server, ALL), 0)
      expect(told(bench)).toEqual({ posts: buried(before.posts), comments: buried(before.comments) })
      expect(traces(bench)).toEqual([])
      expect(askedAbout(server, NOBODY)).toEqual([])
      const db = bench.open()
      expect(db.prepare('select username from users where id = ?').pluck().get(userId('gull'))).toBe('gull')
      expect(
        db
          .prepare('select count(*) from post_metrics where post_id in (?, ?)')
          .pluck()
          .get(postId('kite'), postId('kite3')),
      ).toBe(2)
      expectExit(await bench.run(['check', '--db', bench.db]), 0)
    },
  )

  test('is unknown where it was never seen, and known once it is seen as it was', async ({ bench }) => {
    const server = await bench.serve({ world: talk(), override: deleting(...GONE) })
    expectExit(await bench.crawl(server, ALL), 0)
    const kite = told(bench).posts.find(({ id }) => id === postId('kite'))
    expect(Object.entries(kite ?? {}).filter(([, value]) => value !== null)).toEqual([
      ['id', postId('kite')],
      ['tombstoned_at', isoOf(DELETED_AT)],
    ])
    const windy = told(bench).comments.find(({ id }) => id === commentId('windy'))
    expect(windy).toMatchObject({
      post_id: postId('storm'),
      parent_comment_id: null,
      user_id: null,
      text: null,
      reply_count: null,
      tombstoned_at: isoOf(DELETED_AT),
    })
    expect(traces(bench)).toEqual([])
    server.override = undefined
    expectExit(await bench.crawl(server, ALL), 0)
    const fresh = {
      ...(bench
        .open()
        .prepare('select user_id, text, like_count, tombstoned_at from posts where id = ?')
        .get(postId('kite')) as object),
    }
    expect(fresh).toEqual({
      user_id: userId('star'),
      text: 'kite',
      like_count: 5000,
      tombstoned_at: isoOf(DELETED_AT),
    })
  })

  test(
    'costs no request for what it says that it has none of, and one for each listing that it says ' +
      'or is known to have',
    async ({ bench }) => {
      const collect = [userId('star'), '--collect', 'posts,comments,replies']
      const asked = (server: WorldServer): string[] =>
        server.seen.filter(({ route }) => route === 'get_comment_replies').map(({ subject }) => subject)
      const server = await bench.serve({ world: talk(), override: deleting(commentId('windy')) })
      for (const flags of [[], [], ['--full'], ['--no-gate']]) {
        server.seen.length = 0
        expectExit(await bench.crawl(server, [...collect, ...flags]), 0)
        expect(asked(server).includes(commentId('windy'))).toBe(flags.length > 0)
      }
      const talkative = await bench.serve({
        world: talk(),
        override: deletingWith({ reply_count: 1 }, commentId('windy')),
      })
      for (const requests of [1, 0]) {
        talkative.seen.length = 0
        expectExit(await bench.crawl(talkative, [...collect, '--db', bench.file('talkative.db')]), 0)
        expect(asked(talkative).filter(id => id === commentId('windy'))).toHaveLength(requests)
      }
    },
  )

  test('does not come into exports, nor into networks', async ({ bench }) => {
    const server = await bench.serve({ world: talk(), override: deleting(...GONE) })
    expectExit(await bench.crawl(server, ALL), 0)
    for (const format of ['csv', 'gephi', 'gexf'])
      expectExit(
        await bench.run(['export', '--format', format, '--out', bench.file(format), '--db', bench.db]),
        0,
      )
    const files = ['csv', 'gephi', 'gexf']
      .flatMap(format => readdirSync(bench.file(format), { recursive: true, withFileTypes: true }))
      .filter(entry => entry.isFile())
    expect(files.length).toBeGreaterThan(10)
    expect(
      files
        .filter(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, 'utf8').includes(NOBODY))
        .map(({ name }) => name),
    ).toEqual([])
  })
})

describe.concurrent('a database of a version that took placeholders for people', () => {
  function restore(bench: Bench): void {
    writeFileSync(bench.db, gunzipSync(readFileSync(DAMAGED)))
  }

  test('is not sound, and a replay mends it: what was overwritten is back, and nobody is gone', async ({
    bench,
  }) => {
    restore(bench)
    const found = await bench.run(['check', '--db', bench.db])
    expectExit(found, 3)
    expect(found.stdout).toMatch(
      /placeholder of a deleted record is taken for a user.*`sora-crawl replay` mends it/,
    )
    expectOneLineAbout(found, /not sound: 1 fault/)
    expectExit(await bench.run(['replay', '--db', bench.db]), 0)
    expect(traces(bench)).toEqual([])
    const { posts, comments } = told(bench)
    const wanted = {
      user_id: userId('star'),
      text: 'kite',
      like_count: 5000,
      view_count: 90_000,
      permalink: `https://sora.chatgpt.com/p/${postId('kite')}`,
      emoji: '🪁',
      tombstoned_at: isoOf(DELETED_AT),
    }
    expect(posts.find(({ id }) => id === postId('kite'))).toMatchObject(wanted)
    expect(comments.find(({ id }) => id === commentId('windy'))).toMatchObject({
      user_id: userId('wren'),
      text: 'windy',
      reply_count: 1,
      tombstoned_at: isoOf(DELETED_AT),
    })
    expectExit(await bench.run(['check', '--db', bench.db]), 0)
  })

  test('goes on without a request about nobody, mended or not', { timeout: 120_000 }, async ({ bench }) => {
    for (const isMended of [false, true]) {
      restore(bench)
      if (isMended) expectExit(await bench.run(['replay', '--db', bench.db]), 0)
      const server = await bench.serve({ world: talk(), override: deleting(...GONE) })
      const result = await bench.crawl(server, UNFINISHED)
      expectExit(result, 0)
      expect(result.stdout).toContain('Run 3 finished')
      expectExit(await bench.crawl(server, ['--no-gate', ...UNFINISHED]), 0)
      expect(askedAbout(server, NOBODY)).toEqual([])
    }
  })

  test(
    'whose older pages were pruned loses nobody all the same, and the words that were put in place ' +
      'of what it had',
    async ({ bench }) => {
      restore(bench)
      const db = new Database(bench.db)
      const until = db.prepare('select max(received_at) from pages where run_id <= 2').pluck().get()
      db.prepare('delete from pages where received_at <= ?').run(until)
      db.prepare("insert or replace into meta (key, value) values ('pruned_until', ?)").run(until)
      db.close()
      expectExit(await bench.run(['replay', '--db', bench.db]), 0)
      expect(traces(bench)).toEqual([])
      expect(told(bench).posts.find(({ id }) => id === postId('kite'))).toMatchObject({
        user_id: null,
        text: null,
        permalink: null,
      })
      expectExit(await bench.run(['check', '--db', bench.db]), 0)
    },
  )
})
