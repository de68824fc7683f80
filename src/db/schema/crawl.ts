import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { documented } from './documented.js'

/* How it was collected: runs, what they have to read, how far each stream is, what was sent and paid, what came back. */

export const meta = sqliteTable('meta', { key: text().primaryKey(), value: text().notNull() })
documented(meta, 'Facts about this file.', {
  key: '`origin`: whether the data is of the `sandbox` or `real`. `pruned_until`: the time of the newest raw page that `prune` or `forget` has dropped. `forget_salt`: the key of the hashes in `forgotten`. `wipe_pending`: a `forget` was interrupted before the file was vacuumed.',
  value: 'The fact.',
})

export const runs = sqliteTable('runs', {
  id: integer().primaryKey(),
  key: text().notNull(),
  options: text().notNull(),
  state: text({ enum: ['unfinished', 'finished', 'abandoned'] }).notNull(),
  outcome: text(),
  stopped_by: text(),
  exit_code: integer(),
  started_at: text().notNull(),
  finished_at: text(),
  started_after_request: integer().notNull(),
  last_request: integer().notNull(),
})
documented(runs, 'One row for each run; the same command continues an unfinished one.', {
  id: 'In order of their beginning.',
  key: 'A hash of what makes two commands the same run.',
  options: 'JSON: seeds, streams, depth and caps.',
  state: '`unfinished` runs are continued by the same command.',
  outcome: 'Why the last invocation ended, in words.',
  stopped_by: 'Why it ended before everything was read: `cap`, `interrupted`, or the name of an error.',
  exit_code: 'The exit code of the last invocation.',
  started_at: 'When the run began.',
  finished_at: 'When everything in its scope had been read.',
  started_after_request: 'The last request of the ledger before this run.',
  last_request: 'The last request of the ledger that this run knows of.',
})

export const run_seeds = sqliteTable(
  'run_seeds',
  {
    run_id: integer().notNull(),
    seed: integer().notNull(),
    text: text().notNull(),
    requests: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.run_id, t.seed] }), index('run_seeds_by_load').on(t.run_id, t.requests, t.seed)],
)
documented(run_seeds, 'The seeds of each run.', {
  run_id: 'The run.',
  seed: 'Its number within the run.',
  text: 'The seed in its normal form.',
  requests: 'Requests sent for it in this run: the next page goes to the seed with the fewest.',
})

export const checkpoints = sqliteTable(
  'checkpoints',
  {
    id: integer().primaryKey(),
    stream: text().notNull(),
    subject_kind: text().notNull(),
    subject_id: text().notNull(),
    parent_id: text(),
    cursor: text(),
    pass: integer().notNull().default(0),
    pass_state: text({ enum: ['none', 'open', 'completed', 'capped', 'failed'] }).notNull().default('none'),
    pass_after_request: integer().notNull().default(0),
    pages: integer().notNull().default(0),
    items: integer().notNull().default(0),
    empty_pages: integer().notNull().default(0),
    died_at_page: integer(),
    capped_in_run: integer(),
    read_in_run: integer(),
    full: integer().notNull().default(0),
    flawed: integer().notNull().default(0),
    pass_counters: text(),
    read_counters: text(),
    known_from_page: integer(),
    late_news: integer().notNull().default(0),
    completed_pass: integer(),
    completed_at: text(),
    unavailable: text(),
    reason: text(),
  },
  (t) => [uniqueIndex('checkpoints_by_stream').on(t.stream, t.subject_id)],
)
documented(checkpoints, 'One row per stream (a listing of one entity): where its reading stands.', {
  id: 'The number of the stream.',
  stream: 'The crawler that reads it, for example `followers`.',
  subject_kind: 'What its subject is: `feed`, `leaderboard`, `query`, `link`, `user`, `post` or `comment`.',
  subject_id: 'The entity whose listing it is; empty for the feed and the leaderboard.',
  parent_id: 'For a comment: its post.',
  cursor: 'Where the pass goes on; NULL at its top.',
  pass: 'The number of the current or last pass.',
  pass_state: '`open` passes go on at their cursor; only `completed` ones have reached the end, or what is known.',
  pass_after_request: 'The last request of the ledger before this pass began.',
  pages: 'Pages read in this pass.',
  items: 'Records served in this pass.',
  empty_pages: 'Empty pages in a row, up to now.',
  died_at_page: 'How deep the pass was when its cursor died, after a restart.',
  capped_in_run: 'The run whose cap cut this pass: within it, a larger cap goes on at the cursor.',
  read_in_run: 'The run that read its last page: it goes on at the cursor though another run has capped it.',
  full: '1 if the current or last pass reads to the end whatever is known.',
  flawed: '1 if that pass was interrupted, restarted or set records aside: it cannot tell what has gone.',
  pass_counters: 'JSON: the counters of the subject before the first request of that pass.',
  read_counters: 'JSON: the same of the last completed pass; a listing whose counters have not moved since is not read again.',
  known_from_page: 'The page at which a full pass met what earlier passes had listed: an ordinary one would have ended there.',
  late_news: 'Items new to us that a full pass found below that page.',
  completed_pass: 'The last pass that completed.',
  completed_at: 'When it completed.',
  unavailable: 'Why the API refused this listing, if it says the entity is gone or private.',
  reason: 'Why the last pass failed.',
})

export const used_cursors = sqliteTable(
  'used_cursors',
  { stream_id: integer().notNull(), cursor: text().notNull() },
  (t) => [primaryKey({ columns: [t.stream_id, t.cursor] })],
)
documented(used_cursors, 'The cursors used by open passes, to notice a listing that goes in circles.', {
  stream_id: 'The stream.',
  cursor: 'A cursor that was sent in its open pass.',
})

export const members = sqliteTable(
  'members',
  {
    stream_id: integer().notNull(),
    kind: text({ enum: ['user', 'post', 'comment', 'reply'] }).notNull(),
    item_id: text().notNull(),
    hop: integer().notNull(),
    first_pass: integer().notNull(),
    last_pass: integer().notNull(),
    gone: integer().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.stream_id, t.kind, t.item_id] })],
)
documented(members, 'What each stream is known to list: scope is computed from it, whoever read it.', {
  stream_id: 'The stream.',
  kind: '`user`, `post`, `comment` (first-level) or `reply`.',
  item_id: 'The item listed, or the user met on it.',
  hop: 'How much deeper than the stream the item is.',
  first_pass: 'The first completed pass that listed it, or else the first pass that did.',
  last_pass: 'The pass that last listed it.',
  gone: '1 if a full pass no longer listed it.',
})

export const completed_passes = sqliteTable(
  'completed_passes',
  { stream_id: integer().notNull(), pass: integer().notNull() },
  (t) => [primaryKey({ columns: [t.stream_id, t.pass] })],
)
documented(completed_passes, 'The passes that completed: only what these have listed counts as known.', {
  stream_id: 'The stream.',
  pass: 'The number of the pass.',
})

export const full_sightings = sqliteTable(
  'full_sightings',
  { kind: text().notNull(), source_id: text().notNull(), target_id: text().notNull(), request_id: integer().notNull() },
  (t) => [primaryKey({ columns: [t.kind, t.source_id, t.target_id] })],
)
documented(full_sightings, 'The relations that were told of during the current full crawl: what a full pass did not see, and nobody else since it began, is gone.', {
  kind: 'As in `edges`.',
  source_id: 'As in `edges`.',
  target_id: 'As in `edges`.',
  request_id: 'The request of the ledger that last told of it.',
})

export const told_zero = sqliteTable(
  'told_zero',
  { run_id: integer().notNull(), user_id: text().notNull(), counter: text({ enum: ['follower_count', 'following_count'] }).notNull() },
  (t) => [primaryKey({ columns: [t.run_id, t.user_id, t.counter] })],
)
documented(told_zero, 'Users whose profile has told in this run that a listing of theirs is empty.', {
  run_id: 'The run.',
  user_id: 'The user.',
  counter: 'The counter that was 0.',
})

export const handles = sqliteTable('handles', { username: text().primaryKey(), user_id: text().notNull(), resolved_at: text().notNull() })
documented(handles, 'Handles that a user search resolved: an `@name` seed is never paid for twice.', {
  username: 'The handle as it was asked for.',
  user_id: 'The user that it belongs to.',
  resolved_at: 'When it was resolved.',
})

export const scope = sqliteTable(
  'scope',
  {
    run_id: integer().notNull(),
    option_set: integer().notNull(),
    kind: text().notNull(),
    id: text().notNull(),
    depth: integer().notNull(),
    seed: integer().notNull(),
    pending: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.run_id, t.option_set, t.kind, t.id] }),
    index('scope_pending').on(t.run_id, t.pending, t.depth).where(sql`pending <> 0`),
  ],
)
documented(scope, 'What a run follows, and how deep it is.', {
  run_id: 'The run.',
  option_set: 'The number of the options under which it was reached; seeds with equal options share one.',
  kind: 'The kind of subject.',
  id: 'The entity.',
  depth: 'The smallest number of hops from a seed.',
  seed: 'The seed from which it was reached so.',
  pending: '1 until its streams and what they list have been drawn in; 0 at rest.',
})

export const frontier = sqliteTable(
  'frontier',
  {
    run_id: integer().notNull(),
    stream_id: integer().notNull(),
    depth: integer().notNull(),
    seed: integer().notNull(),
    max_pages: integer(),
    state: text({ enum: ['ready', 'claimed', 'delayed', 'complete', 'gated', 'recent', 'capped', 'failed', 'unavailable', 'doubtful'] }).notNull(),
    round: integer().notNull().default(0),
    attempts: integer().notNull().default(0),
    reason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.run_id, t.stream_id] }),
    index('frontier_next').on(t.run_id, t.state, t.round, t.depth, t.seed, t.stream_id),
  ],
)
documented(frontier, 'The streams that a run has to read, and what became of them.', {
  run_id: 'The run.',
  stream_id: 'The stream.',
  depth: 'The smallest depth at which the run reached it: shallow streams are read first.',
  seed: 'The seed that its requests count for.',
  max_pages: 'The most pages of one pass; NULL for no cap.',
  state:
    '`ready`, `claimed` (a request is in flight) or `delayed` (backing off) are open. `complete`; `gated` (a counter says that there is nothing, or nothing new); `recent` (left out by `--min-age`); `capped`; `failed`; `unavailable` (gone or private); `doubtful` (a 404 from a route that has never answered).',
  round: 'How often it was put back after its attempts ran out.',
  attempts: 'Failed attempts in this round.',
  reason: 'Why it failed or was refused.',
})

export const estimates = sqliteTable(
  'estimates',
  {
    run_id: integer().notNull(),
    stream: text().notNull(),
    streams: integer().notNull(),
    low: integer().notNull(),
    likely: integer().notNull(),
    high: integer().notNull(),
    actual: integer(),
  },
  (t) => [primaryKey({ columns: [t.run_id, t.stream] })],
)
documented(estimates, 'What each run was expected to cost when it began, beside what it did cost, in billed requests.', {
  run_id: 'The run.',
  stream: 'The crawler.',
  streams: 'Streams of that kind in scope when the run began.',
  low: 'The fewest requests expected.',
  likely: 'The requests expected.',
  high: 'The most requests expected of what was known.',
  actual: 'The requests billed; NULL until the run has finished.',
})

export const requests = sqliteTable('requests', {
  id: integer().primaryKey(),
  run_id: integer().notNull(),
  stream_id: integer().notNull(),
  route: text().notNull(),
  cursor: text(),
  state: text({ enum: ['reserved', 'answered', 'unknown', 'never-sent'] }).notNull(),
  status: integer(),
  cost_microusd: integer().notNull(),
  reserved_at: text().notNull(),
  settled_at: text(),
  error: text(),
})
documented(requests, 'The ledger: every request, written before it is sent.', {
  id: 'In the order in which they were entered.',
  run_id: 'The run that sent it.',
  stream_id: 'The stream that it was for; 0 if that belonged to a person who has been forgotten.',
  route: 'The route.',
  cursor: 'The cursor asked for; NULL for the top.',
  state: '`reserved` until settled; `unknown` where nobody knows its fate (it counts as billed); `never-sent` where no connection was made.',
  status: 'HTTP status of the answer.',
  cost_microusd: 'What it cost, in millionths of a dollar; while reserved or unknown, what it may have cost.',
  reserved_at: 'When it was entered.',
  settled_at: 'When its fate was known.',
  error: 'What went wrong.',
})

export const pages = sqliteTable(
  'pages',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    request_id: integer().notNull(),
    run_id: integer().notNull(),
    stream_id: integer().notNull(),
    route: text().notNull(),
    pass: integer().notNull(),
    page: integer().notNull(),
    served_before: integer().notNull().default(0),
    status: integer().notNull(),
    meaning: text({ enum: ['page', 'gone', 'private', 'doubtful', 'refused'] }).notNull(),
    sighting: integer(),
    gone_after: integer(),
    received_at: text().notNull(),
    body: blob({ mode: 'buffer' }).notNull(),
  },
  (t) => [index('pages_in_doubt').on(t.stream_id).where(sql`meaning = 'doubtful'`)],
)
documented(pages, 'Raw answers, in the order in which they were committed: pages, and the refusals that had consequences.', {
  id: 'The commit order.',
  request_id: 'The request that it answers.',
  run_id: 'The run.',
  stream_id: 'The stream.',
  route: 'The route.',
  pass: 'The pass of the stream.',
  page: 'The number of the page within the pass, from 1.',
  served_before: 'Records that earlier pages of the pass had served.',
  status: 'HTTP status.',
  meaning: 'What it was taken for: a `page`; a refusal by which the entity was marked as `gone` or `private`, or which left that in doubt (`doubtful`); any other refusal (`refused`).',
  sighting: 'In a full crawl: the newest request of the ledger when it was committed.',
  gone_after: 'Of the page that ended a full pass without a flaw: the last request before that pass; what nobody has told of since has gone.',
  received_at: 'When it came; the rows taken from it carry this time.',
  body: 'The body, gzip.',
})

export const rejects = sqliteTable('rejects', {
  id: integer().primaryKey(),
  page_id: integer().notNull(),
  run_id: integer().notNull(),
  stream_id: integer().notNull(),
  pass: integer().notNull(),
  route: text().notNull(),
  stream: text().notNull(),
  reason: text().notNull(),
  raw: text().notNull(),
  program_version: text().notNull(),
  rejected_at: text().notNull(),
})
documented(rejects, 'Records that could not be read, set aside as served.', {
  id: 'In order of arrival.',
  page_id: 'The page that held it.',
  run_id: 'The run.',
  stream_id: 'The stream that it came from.',
  pass: 'The pass of the stream.',
  route: 'The route that served it.',
  stream: 'The crawler that could not read it.',
  reason: 'What was expected and what came.',
  raw: 'The record, as JSON.',
  program_version: 'The sora-crawl that set it aside.',
  rejected_at: 'When.',
})

export const drift = sqliteTable(
  'drift',
  {
    path: text().notNull(),
    got: text().notNull(),
    expected: text().notNull(),
    records: integer().notNull(),
    first_seen_at: text().notNull(),
    last_seen_at: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.path, t.got] })],
)
documented(drift, 'Fields that came with another type than the one read; they were stored as NULL.', {
  path: 'For example `post.view_count`.',
  got: 'The type that came.',
  expected: 'The type that is read.',
  records: 'In how many records.',
  first_seen_at: 'Since when.',
  last_seen_at: 'Until when.',
})

export const forgotten = sqliteTable('forgotten', {
  hash: text().primaryKey(),
  kind: text({ enum: ['user', 'item', 'name', 'mention'] }).notNull(),
  forgotten_at: text().notNull(),
})
documented(forgotten, 'Whom this database was told to forget, as hashes: they are left out of later crawls, replays and imports.', {
  hash: 'HMAC-SHA-256 under the key of this database, base64.',
  kind: '`user`: the id of a person. `item`: of a post or comment that went with one. `name`: a handle. `mention`: a handle in lower case.',
  forgotten_at: 'When.',
})

export const route_proofs = sqliteTable(
  'route_proofs',
  { route: text().notNull(), run_id: integer().notNull(), first_answer_at: text().notNull() },
  (t) => [primaryKey({ columns: [t.route, t.run_id] })],
)
documented(route_proofs, 'Which routes have answered a page, by run: a 404 or 403 from one that never did says nothing about an entity.', {
  route: 'The route.',
  run_id: 'The run.',
  first_answer_at: 'Its first page in that run.',
})
