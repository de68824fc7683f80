import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { contentDifferences, contents } from '../support/replay.js'
import { test, type Bench } from '../support/run.js'
import { generateWorld, SMALL, TINY } from '../support/world/generate.js'
import type { World } from '../support/world/model.js'
import { crashWorld, FLAGS, hostility, SEEDS } from '../crash/support/crashing.js'
import { expectExit, expectOnlyLine } from './judge.js'

async function replayed(
  bench: Bench,
  ...flags: string[]
): Promise<
  Record<string, { inserted: number; changed: number; removed: number; before: number; after: number }>
> {
  const result = await bench.run(['replay', '--db', bench.db, '--json', '--no-progress', ...flags])
  expectExit(result, 0)
  return (
    JSON.parse(result.stdout) as { tables: ReturnType<typeof replayed> extends Promise<infer T> ? T : never }
  ).tables
}

/** Raw pages, spread over the days before today in their order. */
function age(bench: Bench, days: number): void {
  const db = new Database(bench.db)
  const { shift } = db.prepare('select ? as shift').get(`-${days} days`) as { shift: string }
  const moved = (table: string, column: string): unknown =>
    db
      .prepare(
        `update ${table} set ${column} = strftime('%Y-%m-%dT%H:%M:%fZ', ${column}, ?) where ` +
          `${column} is not null`,
      )
      .run(shift)
  for (const [table, columns] of Object.entries(TIMES)) for (const column of columns) moved(table, column)
  db.close()
}

const SEEN = ['first_seen_at', 'last_seen_at']
const TIMES: Record<string, string[]> = {
  pages: ['received_at'],
  requests: ['reserved_at', 'settled_at'],
  users: SEEN,
  posts: SEEN,
  comments: SEEN,
  edges: [...SEEN, 'gone_at'],
  usernames: SEEN,
  drift: SEEN,
  told_fields: ['missed_at'],
  rankings: ['observed_at'],
  post_metrics: ['observed_at'],
  user_metrics: ['observed_at'],
  rejects: ['rejected_at'],
  handles: ['resolved_at'],
  route_proofs: ['first_answer_at'],
}

/** The newest follower of everybody leaves. */
function unfollowAll(world: World): void {
  for (const [key, followers] of world.listings) {
    if (!key.startsWith('get_user_followers|')) continue
    const following = world.listings.get(`get_user_following|${followers.shift()}`)
    following?.splice(0, following.length, ...following.filter(id => id !== key.split('|')[1]))
  }
}

describe.concurrent('replay', () => {
  test(
    'changes nothing after runs of all kinds in a hostile world, nor once older pages are pruned',
    { timeout: 240_000 },
    async ({ bench }) => {
      const server = await bench.serve({ world: crashWorld(9), override: hostility() })
      await bench.crawl(server, [...SEEDS, '--collect', 'posts,comments', '--max-pages', '1'])
      await bench.crawl(server, [...SEEDS, ...FLAGS, '--max-requests', '15'])
      await bench.crawl(server, [...SEEDS, ...FLAGS])
      age(bench, 30)
      const other = generateWorld(10, { ...SMALL, users: 8, posts: 12 })
      const changed = await bench.serve({ world: other })
      await bench.crawl(changed, [...SEEDS, ...FLAGS, '--full'])
      unfollowAll(server.world)
      await bench.crawl(server, [...SEEDS, ...FLAGS, '--full'])
      expect(bench.count('rejects')).toBeGreaterThan(0)
      expect(bench.count('edges where gone_at is not null')).toBeGreaterThan(0)
      const before = contents(bench.db)
      expect(
        Object.values(await replayed(bench, '--dry-run')).filter(
          ({ inserted, changed: other_, removed }) => inserted + other_ + removed > 0,
        ),
      ).toEqual([])
      await replayed(bench)
      expect(contentDifferences(before, contents(bench.db))).toEqual([])

      expectExit(await bench.run(['prune', '--raw', '10d', '--db', bench.db]), 0)
      const pruned = contents(bench.db)
      expect(pruned['pages']?.length).toBeLessThan(before['pages']?.length ?? 0)
      await replayed(bench)
      expect(contentDifferences(pruned, contents(bench.db))).toEqual([])
    },
  )

  test('takes in what was set aside and can be read now, says so beforehand, and sends nothing', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: generateWorld(11, TINY) })
    expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
    const sent = server.seen.length
    const whole = contents(bench.db)
    // As an earlier version, which could not read this post, would have left it.
    const db = new Database(bench.db)
    db.pragma('foreign_keys = OFF')
    const post = db.prepare('select id from posts order by id limit 1').pluck().get() as string
    for (const [table, column] of [
      ['posts', 'id'],
      ['attachments', 'post_id'],
      ['post_metrics', 'post_id'],
      ['members', 'item_id'],
      ['rankings', 'item_id'],
      ['edges', 'target_id'],
      ['edges', 'source_id'],
    ]) {
      db.prepare(`delete from ${table} where ${column} = ?`).run(post)
    }
    db.prepare(
      `insert into rejects (page_id, run_id, stream_id, pass, route, stream, reason, raw, program_version, rejected_at)
      values (1, 1, 1, 1, 'get_feed', 'feed', 'post.id: expected an id, got string', '{}', '0.0.1', '2026-01-01T00:00:00.000Z')`,
    ).run()
    db.close()
    const poor = contents(bench.db)
    const foretold = await replayed(bench, '--dry-run')
    expect(foretold).toMatchObject({ posts: { inserted: 1, removed: 0 }, rejects: { removed: 1, after: 0 } })
    expect(contentDifferences(poor, contents(bench.db))).toEqual([])
    expect(await replayed(bench)).toEqual(foretold)
    expect(contentDifferences(whole, contents(bench.db))).toEqual([])
    expect(server.seen).toHaveLength(sent)
  })

  test('makes no database where there is none', async ({ bench }) => {
    const result = await bench.run(['replay', '--db', bench.file('nothing.db')])
    expectExit(result, 2)
    expectOnlyLine(result, /does not exist/)
  })
})
