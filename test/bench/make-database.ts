/**
 * Fills a database with a large made-up study, to time views and questions on (`npm run bench:database --
 * FILE`). Everything is skewed as in life: a few users have most posts, followers, appearances and comments.
 */
import { rmSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { openForWriting } from '../../src/db/open.js'

const SIZE = {
  users: 300_000,
  posts: 1_000_000,
  comments: 3_000_000,
  follows: 2_000_000,
  cameos: 800_000,
  remixes: 200_000,
  metrics: 2_000_000,
  requests: 500_000,
  listings: 120_000,
}
const DAY_MS = 86_400_000
const FIRST = Date.parse('2025-10-01T00:00:00.000Z')

let state = 20251001
/** Uniform in [0, 1), the same in every run (mulberry32). */
function chance(): number {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

/** A whole number below n, of which small ones are much more frequent. */
const skewed = (n: number): number => Math.floor(n * chance() ** 3)
const below = (n: number): number => Math.floor(n * chance())
const userId = (n: number): string =>
  `user-${Math.imul(n, 2_654_435_761).toString(16).replace('-', '0').padStart(9, '0')}${n}`
const postId = (n: number): string =>
  `s_${(Math.imul(n, 2_246_822_519) >>> 0).toString(16).padStart(8, '0')}${n.toString(16).padStart(24, '0')}`
const commentId = (n: number): string =>
  (Math.imul(n, 3_266_489_917) >>> 0).toString(16).padStart(8, '0') + n.toString(16).padStart(24, '0')
const at = (dayFraction: number): string => new Date(FIRST + dayFraction * DAY_MS).toISOString()
const SEEN = at(60)

type Row = readonly (string | number | null)[]

function fill(sqlite: Database, table: string, columns: string, rows: Iterable<Row>): void {
  const insert = sqlite.prepare(
    `INSERT OR IGNORE INTO ${table} (${columns}) VALUES (${columns.replaceAll(/\w+/g, '?')})`,
  )
  let count = 0
  for (const row of rows) count += insert.run(...row).changes
  process.stderr.write(`${table}: ${count} rows\n`)
}

function* times(n: number, row: (i: number) => Row): Generator<Row> {
  for (let i = 0; i < n; i += 1) yield row(i)
}

function user(i: number): Row {
  return [userId(i), `name${i}`, `Name ${i}`, skewed(100_000), below(500), below(200), SEEN, SEEN]
}

function post(i: number): Row {
  const views = skewed(200_000)
  const isRemix = i % 5 === 0 && i > 0
  return [
    postId(i),
    userId(skewed(SIZE.users)),
    `a video of number ${i} in the rain, seen from above`,
    at((i / SIZE.posts) * 60),
    Math.floor(views * chance() * 0.2),
    views,
    below(9),
    below(12),
    below(4),
    isRemix ? parentOf(i) : null,
    SEEN,
    SEEN,
  ]
}

/** Remixes of recent posts, so that chains grow long; the same for the column and for the edge. */
function parentOf(i: number): string {
  return postId(i - 1 - ((Math.imul(i, 2_654_435_761) >>> 0) % Math.min(i, 40)))
}

/** Two in five are replies, mostly to first-level comments. */
function comment(i: number): Row {
  const group = i - (i % 5)
  const parent = i % 5 < 3 ? null : commentId(i % 5 === 3 ? group : group + (chance() < 0.7 ? 0 : 3))
  return [
    commentId(i),
    postId(Math.imul(group, 7) % SIZE.posts),
    parent,
    userId(skewed(SIZE.users)),
    `comment ${i}`,
    at((i / SIZE.comments) * 60),
    below(20),
    below(3),
    SEEN,
    SEEN,
  ]
}

function metric(i: number): Row {
  const n = i % SIZE.posts
  const round = Math.floor(i / SIZE.posts)
  return [
    postId(n),
    at(60 + round),
    10 + round * below(50),
    100 + round * below(900),
    round + below(3),
    round + below(3),
    round,
  ]
}

/** One user in twenty was seen under another handle before. */
function* handles(): Generator<Row> {
  for (let i = 0; i < SIZE.users; i += 1) {
    if (i % 20 === 0) yield [userId(i), `once${i}`, at(50), at(51)]
    yield [userId(i), `name${i}`, at(52 + (i % 7)), SEEN]
  }
}

/** Listings that were read: the followers of one in three users, and the comments of some posts. */
function listing(i: number): Row {
  const [stream, kind, id] = i % 2 === 0 ? ['followers', 'user', userId(i)] : ['comments', 'post', postId(i)]
  return [stream, kind, id, 1, 1, 'completed', 1, SEEN]
}

const request = (i: number): Row => [
  1,
  1 + (i % SIZE.listings),
  'get_user_followers',
  'answered',
  200,
  50_000,
  at((i / SIZE.requests) * 60),
  at((i / SIZE.requests) * 60),
]

/** What was listed: the edges and comments that there are. */
const MEMBERS = `
  INSERT OR IGNORE INTO members (stream_id, kind, item_id, hop, last_pass)
  SELECT k.id, 'user', e.source_id, 1, 1 FROM checkpoints k JOIN edges e ON e.target_id = k.subject_id AND e.kind = 'follow' WHERE k.stream = 'followers'
  UNION ALL SELECT k.id, 'comment', c.id, 0, 1 FROM checkpoints k JOIN comments c ON c.post_id = k.subject_id WHERE k.stream = 'comments' AND c.parent_comment_id IS NULL`

function fillCrawl(sqlite: Database): void {
  fill(sqlite, 'usernames', 'user_id, username, first_seen_at, last_seen_at', handles())
  fill(
    sqlite,
    'checkpoints',
    'stream, subject_kind, subject_id, pass, passes_begun, pass_state, completed_pass, completed_at',
    times(SIZE.listings, listing),
  )
  fill(
    sqlite,
    'requests',
    'run_id, stream_id, route, state, status, cost_microusd, reserved_at, settled_at',
    times(SIZE.requests, request),
  )
  process.stderr.write(`members: ${sqlite.prepare(MEMBERS).run().changes} rows\n`)
}

function fillAll(sqlite: Database): void {
  const edge = (kind: string, source: string, target: string): Row => [kind, source, target, SEEN, SEEN]
  const edges = 'kind, source_id, target_id, first_seen_at, last_seen_at'
  fill(
    sqlite,
    'users',
    'id, username, display_name, follower_count, following_count, post_count, first_seen_at, last_seen_at',
    times(SIZE.users, user),
  )
  fill(
    sqlite,
    'posts',
    'id, user_id, text, posted_at, like_count, view_count, reply_count, recursive_reply_count, remix_count, parent_post_id, first_seen_at, last_seen_at',
    times(SIZE.posts, post),
  )
  fill(
    sqlite,
    'comments',
    'id, post_id, parent_comment_id, user_id, text, posted_at, like_count, reply_count, first_seen_at, last_seen_at',
    times(SIZE.comments, comment),
  )
  fill(
    sqlite,
    'edges',
    edges,
    times(SIZE.follows, () => edge('follow', userId(below(SIZE.users)), userId(skewed(SIZE.users)))),
  )
  fill(
    sqlite,
    'edges',
    edges,
    times(SIZE.cameos, () => edge('cameo', userId(skewed(SIZE.users / 10)), postId(below(SIZE.posts)))),
  )
  fill(
    sqlite,
    'edges',
    edges,
    times(SIZE.remixes - 1, i => edge('remix', postId((i + 1) * 5), parentOf((i + 1) * 5))),
  )
  fill(
    sqlite,
    'post_metrics',
    'post_id, observed_at, like_count, view_count, reply_count, recursive_reply_count, remix_count',
    times(SIZE.metrics, metric),
  )
  fillCrawl(sqlite)
}

const file = process.argv[2]
if (file === undefined) throw new Error('Name the file: npm run bench:database -- /tmp/bench.db')
for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
const { sqlite } = openForWriting(file)
sqlite.pragma('synchronous = OFF')
sqlite.transaction(() => {
  fillAll(sqlite)
})()
sqlite.pragma('wal_checkpoint(TRUNCATE)')
sqlite.close()
