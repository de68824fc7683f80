import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { documented } from './documented.js'

/* What was sent and paid, and what came back. */

export const requests = sqliteTable('requests', {
  id: integer().primaryKey(),
  run_id: integer().notNull(),
  stream_id: integer().notNull(),
  route: text().notNull(),
  cursor: text(),
  state: text({ enum: ['reserved', 'answered', 'unknown', 'never-sent', 'imported'] }).notNull(),
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
  state:
    '`reserved` until settled; `unknown` where nobody knows its fate (it counts as billed); ' +
    '`never-sent` where no connection was made; `imported` for answers that were had elsewhere, ' +
    'at no cost.',
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
    meaning: text({ enum: ['page', 'gone', 'private', 'doubtful', 'withheld', 'refused'] }).notNull(),
    sighting: integer(),
    gone_after: integer(),
    received_at: text().notNull(),
    body: blob({ mode: 'buffer' }).notNull(),
  },
  t => [
    index('pages_in_doubt')
      .on(t.stream_id)
      .where(sql`meaning = 'doubtful'`),
  ],
)
documented(
  pages,
  'Raw answers, in the order in which they were committed: pages, and the refusals that had consequences.',
  {
    id: 'The commit order.',
    request_id: 'The request that it answers.',
    run_id: 'The run.',
    stream_id: 'The stream.',
    route: 'The route.',
    pass: 'The pass of the stream; 0 for an answer that was imported, which belongs to none.',
    page: 'The number of the page within the pass, from 1.',
    served_before: 'Records that earlier pages of the pass had served.',
    status: 'HTTP status.',
    meaning:
      'What it was taken for: a `page`; a refusal by which the entity was marked as `gone` or ' +
      '`private`, or which left that in doubt (`doubtful`: a 404; `withheld`: a 403); any other ' +
      'refusal (`refused`).',
    sighting: 'In a full crawl: the newest request of the ledger when it was committed.',
    gone_after:
      'Of the page that ended a full pass without a flaw: the last request before that pass; what ' +
      'nobody has told of since has gone.',
    received_at: 'When it came; the rows taken from it carry this time.',
    body: 'The body, gzip.',
  },
)

export const imports = sqliteTable('imports', { hash: text().primaryKey(), page_id: integer().notNull() })
documented(imports, 'The answers that were imported, so that the same is not imported twice.', {
  hash: 'A hash of route, parameters, time and body.',
  page_id: 'The raw answer.',
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
    kind: text({ enum: ['type', 'added', 'dropped'] }).notNull(),
    path: text().notNull(),
    got: text().notNull(),
    expected: text().notNull(),
    records: integer().notNull(),
    first_seen_at: text().notNull(),
    last_seen_at: text().notNull(),
  },
  t => [primaryKey({ columns: [t.kind, t.path, t.got] })],
)
documented(
  drift,
  'Where the API is no longer what it was: fields of another type than the one read (stored as ' +
    'NULL), fields that are new, and fields that no longer come.',
  {
    kind:
      '`type`: it came with another type. `added`: no description of the API has it. `dropped`: it ' +
      'came in every record or nearly, and then in none.',
    path:
      'For example `post.view_count`; `(other fields)` sums up new fields beyond the first hundred, ' +
      'and such whose names are no words.',
    got: 'The type that came; `nothing` for a dropped field, `a field` for an added one.',
    expected: 'The type that is read; `a field` for a dropped field, `nothing` for an added one.',
    records: 'In how many records.',
    first_seen_at: 'Since when.',
    last_seen_at: 'Until when.',
  },
)

export const told_fields = sqliteTable(
  'told_fields',
  {
    stream: text().notNull(),
    path: text().notNull(),
    told: integer().notNull(),
    missing: integer().notNull(),
    missed_at: text(),
  },
  t => [primaryKey({ columns: [t.stream, t.path] })],
)
documented(
  told_fields,
  'Which fields the records of a kind of listing carry, so that one that no longer comes is noticed.',
  {
    stream: 'The crawler whose listing it is.',
    path: 'For example `post.view_count`.',
    told: 'In how many records it came, counted as far as is needed to expect it.',
    missing:
      'How many records have come without it since the last page that had it; 0 where it still ' +
      'comes, or was never expected.',
    missed_at: 'When the first of these came.',
  },
)

export const route_proofs = sqliteTable(
  'route_proofs',
  { route: text().notNull(), run_id: integer().notNull(), first_answer_at: text().notNull() },
  t => [primaryKey({ columns: [t.route, t.run_id] })],
)
documented(
  route_proofs,
  'Which routes have answered a page, by run: a 404 or 403 from one that never did says nothing ' +
    'about an entity.',
  {
    route: 'The route.',
    run_id: 'The run.',
    first_answer_at: 'Its first page in that run.',
  },
)
