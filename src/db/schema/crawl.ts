import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { documented } from './documented.js'

/* How it was collected: runs, and what they have to read. */

export const meta = sqliteTable('meta', { key: text().primaryKey(), value: text().notNull() })
documented(meta, 'Facts about this file.', {
  key:
    '`origin`: whether the data is of the `sandbox` or `real`. `pruned_until`: the time of the ' +
    'newest raw page that `prune` or `forget` has dropped. `forget_salt`: the key of the hashes in ' +
    '`forgotten`. `wipe_pending`: a `forget` was interrupted before the file was vacuumed.',
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
  key: 'A hash of what makes two commands the same run; `import` for an import.',
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
  t => [primaryKey({ columns: [t.run_id, t.seed] })],
)
documented(run_seeds, 'The seeds of each run.', {
  run_id: 'The run.',
  seed: 'Its number within the run.',
  text: 'The seed in its normal form.',
  requests: 'Requests sent for it in this run: the next page goes to the seed with the fewest.',
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
  t => [
    primaryKey({ columns: [t.run_id, t.option_set, t.kind, t.id] }),
    index('scope_pending')
      .on(t.run_id, t.pending, t.depth)
      .where(sql`pending <> 0`),
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
    state: text({
      enum: [
        'ready',
        'claimed',
        'delayed',
        'complete',
        'gated',
        'recent',
        'capped',
        'failed',
        'unavailable',
        'doubtful',
        'withheld',
      ],
    }).notNull(),
    round: integer().notNull().default(0),
    attempts: integer().notNull().default(0),
    reason: text(),
  },
  t => [
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
    '`ready`, `claimed` (a request is in flight) or `delayed` (backing off) are open. `complete`; ' +
    '`gated` (a counter says that there is nothing, or nothing new); `recent` (left out by ' +
    '`--min-age`); `capped`; `failed`; `unavailable` (gone or private); `doubtful` (a 404 from a ' +
    'route that has never answered); `withheld` (a 403 that does not say whom it means).',
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
  t => [primaryKey({ columns: [t.run_id, t.stream] })],
)
documented(
  estimates,
  'What each run was expected to cost when it began, beside what it did cost, in billed requests.',
  {
    run_id: 'The run.',
    stream: 'The crawler.',
    streams: 'Streams of that kind in scope when the run began.',
    low: 'The fewest requests expected.',
    likely: 'The requests expected.',
    high: 'The most requests expected of what was known.',
    actual: 'The requests billed; NULL until the run has finished.',
  },
)

export const forgotten = sqliteTable('forgotten', {
  hash: text().primaryKey(),
  kind: text({ enum: ['user', 'item', 'name', 'mention'] }).notNull(),
  forgotten_at: text().notNull(),
})
documented(
  forgotten,
  'Whom this database was told to forget, as hashes: they are left out of later crawls, replays and imports.',
  {
    hash: 'HMAC-SHA-256 under the key of this database, base64.',
    kind:
      '`user`: the id of a person. `item`: of a post or comment that went with one. `name`: a ' +
      'handle. `mention`: a handle in lower case.',
    forgotten_at: 'When.',
  },
)
