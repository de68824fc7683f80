import { spawnSync } from 'node:child_process'

import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { STREAMS, type Reads } from '../support/world/closure.js'
import { generateWorld, SMALL, SPARSE } from '../support/world/generate.js'
import { listed, mustGet, type World } from '../support/world/model.js'
import { expectedOf, type Expected } from '../support/world/oracle.js'
import type { Override, WorldServer } from '../support/world/server.js'
import { commentId, crowd, postId, starWith, story, userId } from '../support/world/story.js'
import { expectDecent, expectExit, expectOnlyLine, jsonOf, linesOf } from './judge.js'

interface Listing {
  seed: string
  stream: string
  subject: string
  told: number | null
  held: number
  setAside: number
  pages: number
  state: string
  reason: string | null
}

interface Table {
  table: string
  rows: number
  listed: number
  embedded: number
  neverInScope: number
}

interface Coverage {
  streams: { seed: string; stream: string; listings: number; told: number | null; held: number; setAside: number; pages: number; states: Record<string, number> }[]
  incomplete: Listing[]
  tables: Table[]
}

async function coverage(bench: Bench): Promise<Coverage> {
  const result = await bench.run(['coverage', '--db', bench.db, '--json'])
  expectExit(result, 0)
  return jsonOf(result) as Coverage
}

async function coverageText(bench: Bench, ...args: readonly string[]): Promise<string> {
  const result = await bench.run(['coverage', '--db', bench.db, ...args])
  expectExit(result, 0)
  return result.stdout
}

/** RFC 4180 to the letter, but for line ends, which may be LF alone; a field without quotes is never an empty text, but nothing. */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [[]]
  const field = /"((?:[^"]|"")*)"|([^",\r\n]*)/y
  while (field.lastIndex < text.length) {
    const [all, quoted, bare] = field.exec(text) ?? []
    if (all === undefined) throw new Error(`no field at ${field.lastIndex}`)
    rows.at(-1)?.push(quoted === undefined ? (bare === '' ? null : String(bare)) : quoted.replaceAll('""', '"'))
    const rest = text.slice(field.lastIndex, field.lastIndex + 2)
    const end = /^\r?\n/.exec(rest)
    if (end === null && !rest.startsWith(',')) throw new Error(`neither a comma nor a line end at ${field.lastIndex}`)
    field.lastIndex += end === null ? 1 : end[0].length
    if (end !== null && field.lastIndex < text.length) rows.push([])
  }
  return rows
}

function parseInPython(text: string): string[][] {
  const script = 'import csv, io, json, sys\ntext = sys.stdin.buffer.read().decode("utf-8")\nprint(json.dumps(list(csv.reader(io.StringIO(text, newline=""), strict=True))))'
  const { stdout, stderr, status } = spawnSync('python3', ['-c', script], { input: text, encoding: 'utf8', maxBuffer: 1e9 })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as string[][]
}

const hasPython = spawnSync('python3', ['-c', 'import csv']).status === 0

const HEADER = ['seed', 'stream', 'subject', 'told', 'held', 'set_aside', 'pages', 'state', 'reason']

async function listings(bench: Bench): Promise<Listing[]> {
  // CSV is data: it keeps even what would redraw a terminal.
  const { code, stdout: text } = await bench.run(['coverage', '--db', bench.db, '--csv'])
  expect(code).toBe(0)
  const [header, ...rows] = parseCsv(text)
  expect(header).toEqual(HEADER)
  const number = (value: string | null | undefined): number | null => (value === null || value === undefined ? null : Number(value))
  if (hasPython) expect(parseInPython(text)).toEqual([HEADER, ...rows.map(row => row.map(field => field ?? ''))])
  return rows.map(([seed, stream, subject, told, held, setAside, pages, state, reason]) => ({
    seed: String(seed),
    stream: String(stream),
    subject: String(subject),
    told: number(told),
    held: Number(held),
    setAside: Number(setAside),
    pages: Number(pages),
    state: String(state),
    reason: reason ?? null,
  }))
}

async function only(bench: Bench, subject: string, stream?: string): Promise<Listing> {
  const found = (await listings(bench)).filter(listing => listing.subject === subject && (stream === undefined || listing.stream === stream))
  expect(found).toHaveLength(1)
  return found[0] as Listing
}

function star(followers: number, told: number | null = followers): World {
  const world = starWith(followers)
  mustGet(world.users, userId('star')).follower_count = told
  return world
}

const FOLLOWERS = [userId('star'), '--collect', 'followers']
/** The profile tells how many followers there are. */
const TOLD = [userId('star'), '--collect', 'profile,followers']

describe.concurrent('the reason for every listing that is not complete', { timeout: 120_000 }, () => {
  test('none, where all was read', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    expectExit(await bench.crawl(server, TOLD), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({ told: 9, held: 9, setAside: 0, pages: 3, state: 'complete', reason: null })
    expect((await coverage(bench)).incomplete).toEqual([])
  })

  test('capped, after how many pages; and complete once the cap is gone', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    expectExit(await bench.crawl(server, [...FOLLOWERS, '--max-pages', '2']), 0)
    expect(await only(bench, userId('star'))).toMatchObject({ held: 6, pages: 2, state: 'capped', reason: 'cut after 2 pages' })
    expectExit(await bench.crawl(server, FOLLOWERS), 0)
    expect(await only(bench, userId('star'))).toMatchObject({ held: 9, state: 'complete', reason: null })
  })

  test('the feed that ends at 50 pages by itself', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(1, { ...SMALL, posts: 60, feed: 60 }), pageSize: 1 })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
    expect(await only(bench, 'feed')).toMatchObject({ held: 50, state: 'capped', reason: 'cut after 50 pages' })
  })

  test('budget, for what was begun and what was not; nothing once the same command has gone on', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    const args = [userId('star'), userId('fan0'), '--collect', 'followers,following', '--concurrency', '1']
    expectExit(await bench.crawl(server, [...args, '--max-requests', '2']), 4)
    const states = (await listings(bench)).map(({ state }) => state)
    expect(states.toSorted()).toEqual(['budget', 'budget', 'budget', 'complete'])
    const reasons = (await coverage(bench)).incomplete.map(({ reason }) => reason)
    expect(reasons.toSorted()).toEqual(['1 page read', 'not begun', 'not begun'])
    expectExit(await bench.crawl(server, args), 0)
    expect((await coverage(bench)).incomplete).toEqual([])
  })

  test('budget, where the balance is empty', async ({ bench }) => {
    const server = await bench.serve({ world: star(9), override: ({ n }) => (n > 1 ? { status: 402, message: 'insufficient credits' } : undefined) })
    expectExit(await bench.crawl(server, FOLLOWERS), 4)
    expect(await only(bench, userId('star'))).toMatchObject({ held: 3, state: 'budget', reason: '1 page read' })
  })

  test('a second run that is cut short does not claim pages of the first, and says that there was one', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    const args = [userId('fan0'), userId('star'), '--collect', 'followers,following', '--concurrency', '1']
    expectExit(await bench.crawl(server, args), 0)
    expectExit(await bench.crawl(server, [...args, '--max-requests', '1']), 4)
    const { incomplete } = await coverage(bench)
    expect(incomplete.length).toBe(3)
    const today = new Date().toISOString().slice(0, 10)
    for (const { state, reason } of incomplete) expect([state, reason]).toEqual(['budget', `not begun; read to its end on ${today}`])
  })

  test('in progress, while a crawl is reading', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    let release = (): void => {}
    const gate = new Promise<undefined>(resolve => {
      release = () => {
        resolve(undefined)
      }
    })
    server.override = async ({ n }) => (n > 2 ? gate : undefined)
    const crawl = bench.startCrawl(server, FOLLOWERS)
    await server.until(() => server.seen.length === 3)
    expect(await only(bench, userId('star'))).toMatchObject({ held: 6, state: 'in progress', reason: '2 pages read' })
    release()
    expectExit(await crawl.done, 0)
    expect(await only(bench, userId('star'))).toMatchObject({ held: 9, state: 'complete' })
  })

  test('in progress, after a kill -9 and after Ctrl-C, which is named', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    let release = (): void => {}
    const gate = new Promise<undefined>(resolve => {
      release = () => {
        resolve(undefined)
      }
    })
    server.override = async ({ n }) => (n > 2 ? gate : undefined)
    const killed = bench.startCrawl(server, FOLLOWERS)
    await server.until(() => server.seen.length === 3)
    killed.kill('SIGKILL')
    await killed.done
    expect(await only(bench, userId('star'))).toMatchObject({ held: 6, state: 'in progress', reason: '2 pages read' })
    const asked = bench.startCrawl(server, FOLLOWERS)
    await server.until(() => server.seen.length === 4)
    asked.kill('SIGINT')
    setTimeout(release, 300)
    const { code } = await asked.done
    const { state, reason } = await only(bench, userId('star'))
    expect([code, state, reason]).toEqual(code === 0 ? [0, 'complete', null] : [4, 'in progress', '3 pages read; stopped: interrupted'])
  })

  test('failed, with what the API said', async ({ bench }) => {
    const server = await bench.serve({ world: star(9), override: ({ n }) => (n === 2 ? { status: 422, message: 'Field, "required"' } : undefined) })
    expectExit(await bench.crawl(server, FOLLOWERS), 3)
    expect(await only(bench, userId('star'))).toMatchObject({ held: 3, state: 'failed', reason: 'HTTP 422: query: Field, "required"' })
  })

  test('private and gone, by listing', async ({ bench }) => {
    const world = star(3)
    mustGet(world.users, userId('fan0')).state = 'private'
    mustGet(world.users, userId('fan1')).state = 'gone'
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, [...FOLLOWERS, '--depth', '1', '--concurrency', '1']), 0)
    const states = Object.fromEntries((await listings(bench)).map(({ subject, state }) => [subject, state]))
    expect(states).toEqual({ [userId('star')]: 'complete', [userId('fan0')]: 'private', [userId('fan1')]: 'gone', [userId('fan2')]: 'complete' })
  })

  test('not found, where the route has never answered', async ({ bench }) => {
    const world = star(1)
    mustGet(world.users, userId('star')).state = 'gone'
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, FOLLOWERS), 0)
    const { state, reason } = await only(bench, userId('star'))
    expect(state).toBe('not found')
    expect(reason).toMatch(/route .* never answered/)
  })

  test('a handle that nobody has', async ({ bench }) => {
    const server = await bench.serve({ world: star(1) })
    expectExit(await bench.crawl(server, ['@nobody']), 3)
    const { state, reason } = await only(bench, 'nobody')
    expect([state, reason]).toEqual(['failed', expect.stringMatching(/@nobody/)])
  })

  test('abandoned, where the run was given up', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    expectExit(await bench.crawl(server, [...FOLLOWERS, '--max-requests', '1']), 4)
    expectExit(await bench.crawl(server, ['leaderboard', '--collect', 'profile', '--restart']), 0)
    expect(await only(bench, userId('star'))).toMatchObject({ held: 3, state: 'abandoned', reason: '1 page read' })
    expect(await only(bench, 'leaderboard')).toMatchObject({ held: 1, state: 'complete' })
  })

  test('a listing that differs from its counter although it was read to its end', async ({ bench }) => {
    const server = await bench.serve({ world: star(4, 7) })
    expectExit(await bench.crawl(server, TOLD), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({ told: 7, held: 4, state: 'complete', reason: 'the platform counts 3 more than it lists' })
  })

  test('a listing that counters spared is as complete as when it was read', async ({ bench }) => {
    const world = story({
      users: [{ name: 'star' }, { name: 'fan' }],
      posts: [{ name: 'kite', by: 'star' }, { name: 'quiet', by: 'star' }],
      comments: crowd('nice', 4).map(name => ({ name, by: 'fan', on: 'kite' })),
      feed: ['kite', 'quiet'],
    })
    const server = await bench.serve({ world })
    const args = ['feed', '--collect', 'comments']
    for (const requests of [3, 1]) {
      const before = server.seen.length
      expectExit(await bench.crawl(server, args), 0)
      expect(server.seen.length - before).toBe(requests)
      expect(await only(bench, postId('kite'))).toMatchObject({ told: 4, held: 4, state: 'complete', reason: null })
      expect(await only(bench, postId('quiet'))).toMatchObject({ told: 0, held: 0, pages: 0, state: 'complete', reason: null })
    }
  })
})

/** The last follower of the star comes without an id. */
const nameless: Override = (seen, answer) => {
  const items = (answer.data as { items?: object[] } | undefined)?.items
  if (seen.route !== 'get_user_followers' || items === undefined || !JSON.stringify(items).includes(userId('fan0'))) return undefined
  return { status: 200, data: { ...(answer.data as object), items: items.map(item => (JSON.stringify(item).includes(userId('fan0')) ? { ...item, user_id: 17 } : item)) as never } }
}

describe.concurrent('rows set aside', { timeout: 120_000 }, () => {
  test('count towards what the platform counts, also after a crawl that stopped above them', async ({ bench }) => {
    const server = await bench.serve({ world: star(30), pageSize: 10, override: nameless })
    const expected = { told: 30, held: 29, setAside: 1, state: 'complete', reason: null }
    expectExit(await bench.crawl(server, TOLD), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({ ...expected, pages: 3 })
    expectExit(await bench.crawl(server, TOLD), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({ ...expected, pages: 1 })
    expect(bench.count('rejects')).toBe(1)
  })

  test('are forgiven by a full reading in which they can be read', async ({ bench }) => {
    const server = await bench.serve({ world: star(30), pageSize: 10, override: nameless })
    expectExit(await bench.crawl(server, TOLD), 0)
    server.override = undefined
    expectExit(await bench.crawl(server, [...TOLD, '--full']), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({ told: 30, held: 30, setAside: 0, reason: null })
  })
})

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
    { form: 'native' as const, depth: 1, seeds: ['feed', 'leaderboard', 'search:sam'], collect: STREAMS, size: SPARSE },
    { form: 'contract' as const, depth: 1, seeds: ['feed', 'leaderboard'], collect: STREAMS, size: SMALL },
    { form: 'native' as const, depth: 0, seeds: ['feed'], collect: ['comments', 'remixes'] as const, size: SMALL },
  ])('items of listings and what was only embedded are the tables: depth $depth, $form', async ({ form, depth, seeds, collect, size }, { bench }) => {
    const world = generateWorld(70 + depth, { ...size, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
    const server = await bench.serve({ world, form })
    const expected = expectedOf({ world, form }, seeds, { collect, depth })
    expectExit(await bench.crawl(server, [...seeds, '--collect', collect.join(','), '--depth', String(depth)]), 0)
    const { tables } = await coverage(bench)
    expectTables(tables, world, expected)
    for (const { table, rows } of tables) expect([table, rows]).toEqual([table, bench.count(table)])
    const inScope = new Set([...expected.reads.values()].filter(({ route }) => route.startsWith('get_user_')).map(({ subject }) => subject))
    expect(tables[0]?.neverInScope).toBe(expected.tables.users.size - inScope.size)
  })

  test('held is what the world lists, and every sum is that of its rows', async ({ bench }) => {
    const world = generateWorld(73, { ...SMALL, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, ['feed', 'leaderboard', '--collect', 'all', '--depth', '1']), 0)
    const rows = await listings(bench)
    const routes: Record<string, string> = {
      posts: 'get_user_posts', followers: 'get_user_followers', following: 'get_user_following', cameos: 'get_user_cameo_appearances',
      comments: 'get_post_comments', replies: 'get_comment_replies', remixes: 'get_post_remix_list', feed: 'get_feed', leaderboard: 'get_cameo_leaderboard',
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
        setAside: 0,
        told: told.length === 0 ? null : add(told),
        states: { complete: own.length },
      })
    }
    expect(streams.reduce((total, sum) => total + sum.listings, 0)).toBe(rows.length)
  })

  test('what was never in scope, table by table', async ({ bench }) => {
    const world = story({
      users: ['star', 'fan', 'other'].map(name => ({ name })),
      posts: [{ name: 'kite', by: 'star', with: ['other'] }, { name: 'named', by: 'fan' }],
      comments: [{ name: 'nice', by: 'fan', on: 'kite' }, { name: 'indeed', by: 'other', on: 'kite', under: 'nice' }],
      feed: ['kite'],
    })
    const server = await bench.serve({ world })
    const never = async (): Promise<Record<string, number>> => Object.fromEntries((await coverage(bench)).tables.map(({ table, neverInScope }) => [table, neverInScope]))
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
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({ told: 7, held: 7, state: 'complete', reason: null })
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
    expect(text).toMatch(/^seed +stream +listings +told +held +set aside +state$/m)
    expect(text.match(/^(feed|leaderboard) +\w+ +\d/gm)).toHaveLength(streams.length)
    expect(text).toContain(`… and ${incomplete.length - 20} more: --csv lists all`)
    expect(await coverageText(bench, '--limit', '100000')).not.toContain('more: --csv')
    const all = linesOf(await coverageText(bench, '--limit', '100000'))
    for (const { subject } of incomplete) expect(all.some(line => line.includes(subject.slice(0, 37)))).toBe(true)
  })

  test('--csv and --json exclude each other; a database that is not there is no coverage', async ({ bench }) => {
    const both = await bench.run(['coverage', '--csv', '--json', '--db', bench.db])
    expectExit(both, 2)
    const none = await bench.run(['coverage', '--db', bench.db])
    expectExit(none, 2)
    expectOnlyLine(none, /does not exist/)
  })

  test('a database in which no run had anything in scope says so', async ({ bench }) => {
    const server = await bench.serve({ world: star(1), override: () => ({ status: 401, message: 'Invalid API key.' }) })
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

  test('a name that would redraw the terminal is made harmless in text, and stays what it is in CSV', async ({ bench }) => {
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
    INSERT INTO members (stream_id, kind, item_id, hop, first_pass, last_pass)
      SELECT (SELECT id FROM checkpoints WHERE subject_id = '${userId('star')}'), 'user', id, 1, 1, 1 FROM users WHERE id LIKE 'user-made%'`)
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

