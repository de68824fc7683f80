import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { STREAMS, type Reads } from '../support/world/closure.js'
import { generateWorld, SMALL, SPARSE } from '../support/world/generate.js'
import { listed, mustGet, type World } from '../support/world/model.js'
import { expectedOf, type Expected } from '../support/world/oracle.js'
import { type WorldServer } from '../support/world/server.js'
import { commentId, postId, story, userId } from '../support/world/story.js'
import { expectDecent, expectExit, expectOnlyLine, linesOf } from './judge.js'
import {
  coverage,
  coverageText,
  FOLLOWERS,
  listings,
  only,
  star,
  TOLD,
  type Listing,
  type Table,
} from './coverages.js'

/** What the listings of a crawl list, and whom one meets on them, by table; straight from the world. */
function listedIn(world: World, reads: Reads): Record<'users' | 'posts' | 'comments', Set<string>> {
  const ids = { users: new Set<string>(), posts: new Set<string>(), comments: new Set<string>() }
  const post = (id: string): void => {
    ids.posts.add(id)
    const { user_id, cameos } = mustGet(world.posts, id)
    for (const user of [user_id, ...cameos]) ids.users.add(user)
  }
  for (const { route, ids: items } of reads.values()) {
    if (route === 'get_user_profile') continue
    for (const id of items) {
      if (route === 'get_post_comments' || route === 'get_comment_replies') {
        ids.comments.add(id)
        ids.users.add(mustGet(world.comments, id).user_id)
      } else if (world.posts.has(id)) post(id)
      else ids.users.add(id)
    }
  }
  return ids
}

function expectTables(tables: readonly Table[], world: World, expected: Expected): void {
  const listedIds = listedIn(world, expected.reads)
  for (const { table, rows, listed: count, embedded } of tables) {
    const held = expected.tables[table as 'users']
    const named = [...listedIds[table as 'users']].filter(id => held.has(id)).length
    expect([table, rows, count, embedded]).toEqual([table, held.size, named, held.size - named])
  }
}

describe.concurrent('numbers', { timeout: 120_000 }, () => {
  test.for([
    {
      form: 'native' as const,
      depth: 1,
      seeds: ['feed', 'leaderboard', 'search:sam'],
      collect: STREAMS,
      size: SPARSE,
    },
    { form: 'contract' as const, depth: 1, seeds: ['feed', 'leaderboard'], collect: STREAMS, size: SMALL },
    {
      form: 'native' as const,
      depth: 0,
      seeds: ['feed'],
      collect: ['comments', 'remixes'] as const,
      size: SMALL,
    },
  ])(
    'items of listings and what was only embedded are the tables: depth $depth, $form',
    async ({ form, depth, seeds, collect, size }, { bench }) => {
      const world = generateWorld(70 + depth, { ...size, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
      const server = await bench.serve({ world, form })
      const expected = expectedOf({ world, form }, seeds, { collect, depth })
      expectExit(
        await bench.crawl(server, [...seeds, '--collect', collect.join(','), '--depth', String(depth)]),
        0,
      )
      const { tables } = await coverage(bench)
      expectTables(tables, world, expected)
      for (const { table, rows } of tables) expect([table, rows]).toEqual([table, bench.count(table)])
      const inScope = new Set(
        [...expected.reads.values()]
          .filter(({ route }) => route.startsWith('get_user_'))
          .map(({ subject }) => subject),
      )
      expect(tables[0]?.never_in_scope).toBe(expected.tables.users.size - inScope.size)
    },
  )

  test('held is what the world lists, and every sum is that of its rows', async ({ bench }) => {
    const world = generateWorld(73, { ...SMALL, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, ['feed', 'leaderboard', '--collect', 'all', '--depth', '1']), 0)
    const rows = await listings(bench)
    const routes: Record<string, string> = {
      posts: 'get_user_posts',
      followers: 'get_user_followers',
      following: 'get_user_following',
      cameos: 'get_user_cameo_appearances',
      comments: 'get_post_comments',
      replies: 'get_comment_replies',
      remixes: 'get_post_remix_list',
      feed: 'get_feed',
      leaderboard: 'get_cameo_leaderboard',
    }
    for (const { stream, subject, held, told, state } of rows.filter(row => row.stream !== 'profile')) {
      const length = world.listings.get(`${routes[stream]}|${subject === stream ? '' : subject}`)?.length ?? 0
      expect([stream, subject, held, state]).toEqual([stream, subject, length, 'complete'])
      if (told !== null) expect([stream, subject, told]).toEqual([stream, subject, length])
    }
    const { streams } = await coverage(bench)
    for (const sum of streams) {
      const own = rows.filter(({ seed, stream }) => seed === sum.seed && stream === sum.stream)
      const told = own.flatMap(row => (row.told === null ? [] : [row.told]))
      const add = (values: number[]): number => values.reduce((total, value) => total + value, 0)
      expect(sum).toMatchObject({
        listings: own.length,
        held: add(own.map(({ held }) => held)),
        pages: add(own.map(({ pages }) => pages)),
        set_aside: 0,
        told: told.length === 0 ? null : add(told),
        states: { complete: own.length },
      })
    }
    expect(streams.reduce((total, sum) => total + sum.listings, 0)).toBe(rows.length)
  })

  test('what was never in scope, table by table', async ({ bench }) => {
    const world = story({
      users: ['star', 'fan', 'other'].map(name => ({ name })),
      posts: [
        { name: 'kite', by: 'star', with: ['other'] },
        { name: 'named', by: 'fan' },
      ],
      comments: [
        { name: 'nice', by: 'fan', on: 'kite' },
        { name: 'indeed', by: 'other', on: 'kite', under: 'nice' },
      ],
      feed: ['kite'],
    })
    const server = await bench.serve({ world })
    const never = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        (await coverage(bench)).tables.map(({ table, never_in_scope }) => [table, never_in_scope]),
      )
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
    expect(await never()).toEqual({ users: 2, posts: 1, comments: 0 })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'comments']), 0)
    expect(await never()).toEqual({ users: 3, posts: 0, comments: 1 })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'comments,replies']), 0)
    expect(await never()).toEqual({ users: 3, posts: 0, comments: 0 })
    expectExit(await bench.crawl(server, [postId('named'), '--collect', 'profile']), 0)
    expect(await never()).toEqual({ users: 3, posts: 0, comments: 0 })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile', '--depth', '1']), 0)
    expect(await never()).toEqual({ users: 1, posts: 0, comments: 0 })
    expect(bench.count(`comments where id = '${commentId('indeed')}'`)).toBe(1)
  })

  test('what a full reading found gone is held no more', async ({ bench }) => {
    const world = star(9)
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, TOLD), 0)
    listed(world, 'get_user_followers', userId('star')).splice(3, 2)
    mustGet(world.users, userId('star')).follower_count = 7
    expectExit(await bench.crawl(server, [...TOLD, '--full']), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({
      told: 7,
      held: 7,
      state: 'complete',
      reason: null,
    })
    const { tables } = await coverage(bench)
    expect(tables[0]).toMatchObject({ table: 'users', rows: 10, listed: 9 })
  })
})

describe.concurrent('coverage as it is printed', { timeout: 120_000 }, () => {
  const HOSTILE = ['search:a, "b"', 'search:=1+1', 'search:風箏 🪁', 'search:semi;colon', "search:it's"]

  test('CSV holds every seed as it is, whoever reads it', async ({ bench }) => {
    const server = await bench.serve({ world: star(2) })
    expectExit(await bench.crawl(server, HOSTILE), 0)
    const rows = await listings(bench)
    expect(rows.map(({ seed }) => seed).toSorted()).toEqual(HOSTILE.toSorted())
    expect(rows.map(({ subject }) => `search:${subject}`).toSorted()).toEqual(HOSTILE.toSorted())
  })

  test('CSV and JSON agree, and text has them all', async ({ bench }) => {
    const world = generateWorld(75, SMALL)
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, ['feed', 'leaderboard', '--depth', '1', '--max-pages', '1']), 0)
    const rows = await listings(bench)
    const { incomplete, streams } = await coverage(bench)
    const order = (list: Listing[]): string[] => list.map(row => JSON.stringify(row)).toSorted()
    expect(order(incomplete)).toEqual(order(rows.filter(({ state }) => state !== 'complete')))
    expect(incomplete.length).toBeGreaterThan(20)
    const text = await coverageText(bench)
    // Nothing was set aside here, and so there is no column of it.
    expect(text).toMatch(/^seed +stream +listings +told +held +state$/m)
    expect(text.match(/^(feed|leaderboard) +\w+ +\d/gm)).toHaveLength(streams.length)
    expect(text).toContain(`… and ${incomplete.length - 20} more: --csv lists all`)
    expect(await coverageText(bench, '--limit', '100000')).not.toContain('more: --csv')
    const all = linesOf(await coverageText(bench, '--limit', '100000'))
    for (const { subject } of incomplete)
      expect(all.some(line => line.includes(subject.slice(0, 37)))).toBe(true)
  })

  test('--csv and --json exclude each other; a database that is not there is no coverage', async ({
    bench,
  }) => {
    const both = await bench.run(['coverage', '--csv', '--json', '--db', bench.db])
    expectExit(both, 2)
    const none = await bench.run(['coverage', '--db', bench.db])
    expectExit(none, 2)
    expectOnlyLine(none, /does not exist/)
  })

  test('a database in which no run had anything in scope says so', async ({ bench }) => {
    const server = await bench.serve({
      world: star(1),
      override: () => ({ status: 401, message: 'Invalid API key.' }),
    })
    expectExit(await bench.crawl(server, FOLLOWERS), 5)
    expect((await only(bench, userId('star'))).state).toBe('in progress')
  })

  test('changes nothing, and is the same again after raw pages were pruned', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(76, SMALL) })
    expectExit(await bench.crawl(server, ['feed', '--depth', '1', '--max-pages', '2']), 0)
    const before = [await coverageText(bench, '--csv'), await coverage(bench)]
    const db = new Database(bench.db)
    db.prepare("update pages set received_at = '2020-01-01T00:00:00.000Z'").run()
    db.close()
    expectExit(await bench.run(['prune', '--raw', '1d', '--db', bench.db]), 0)
    expect(bench.count('pages')).toBe(0)
    expect([await coverageText(bench, '--csv'), await coverage(bench)]).toEqual(before)
  })

  test('a name that would redraw the terminal is made harmless in text, and stays what it is in CSV', async ({
    bench,
  }) => {
    const seed = 'search:\u001B[31mred\u0007'
    const server = await bench.serve({ world: star(1) })
    const crawl = await bench.crawl(server, [seed])
    if (crawl.code === 2) return expectDecent(crawl)
    const shown = await bench.run(['coverage', '--db', bench.db])
    expectExit(shown, 0)
    expect(shown.stdout).toContain('search:')
    expect((await listings(bench)).map(row => row.seed)).toEqual([seed])
  })
})

/** A run that has so many listings in scope and has read the first. */
async function wide(bench: Bench, server: WorldServer, count: number): Promise<void> {
  const args = [...FOLLOWERS, '--depth', '1']
  expectExit(await bench.crawl(server, args), 0)
  const db = new Database(bench.db)
  db.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO users (id, follower_count, first_seen_at, last_seen_at) SELECT 'user-made' || i, i % 200, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM n;
    INSERT INTO members (stream_id, kind, item_id, hop, last_pass)
      SELECT (SELECT id FROM checkpoints WHERE subject_id = '${userId('star')}'), 'user', id, 1, 1 FROM users WHERE id LIKE 'user-made%'`)
  db.close()
  expectExit(await bench.crawl(server, [...args, '--max-requests', '1']), 4)
}

describe('coverage of twenty thousand listings', { timeout: 300_000 }, () => {
  test('takes seconds, and little memory however many there are', async ({ bench }) => {
    const server = await bench.serve({ world: star(2) })
    await wide(bench, server, 20_000)
    const small = { env: { NODE_OPTIONS: '--max-old-space-size=40' } }
    const csv = await bench.run(['coverage', '--csv', '--db', bench.db], small)
    expectExit(csv, 0)
    expect(linesOf(csv.stdout)).toHaveLength(1 + 20_003)
    expect(csv.ms).toBeLessThan(20_000)
    const text = await bench.run(['coverage', '--db', bench.db], small)
    expectExit(text, 0)
    expect(text.ms).toBeLessThan(20_000)
    expect(text.stdout).toContain('… and 19,982 more')
  })
})
