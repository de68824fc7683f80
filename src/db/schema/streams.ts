import { integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { documented } from './documented.js'

/* How far each stream is, and what it is known to list. */

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
    passes_begun: integer().notNull().default(0),
    pass_state: text({ enum: ['none', 'open', 'completed', 'capped', 'failed'] })
      .notNull()
      .default('none'),
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
    repeated_pages: integer().notNull().default(0),
    barren_pages: integer().notNull().default(0),
  },
  t => [uniqueIndex('checkpoints_by_stream').on(t.stream, t.subject_id)],
)
documented(checkpoints, 'One row per stream (a listing of one entity): where its reading stands.', {
  id: 'The number of the stream.',
  stream: 'The crawler that reads it, for example `followers`.',
  subject_kind: 'What its subject is: `feed`, `leaderboard`, `query`, `link`, `user`, `post` or `comment`.',
  subject_id: 'The entity whose listing it is; empty for the feed and the leaderboard.',
  parent_id: 'For a comment: its post.',
  cursor: 'Where the pass goes on; NULL at its top.',
  pass: 'The number of the current or last pass.',
  passes_begun: 'How many passes have begun, which is the number of the newest.',
  pass_state:
    '`open` passes go on at their cursor; only `completed` ones have reached the end, or what is known.',
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
  read_counters:
    'JSON: the same of the last completed pass; a listing whose counters have not moved since is ' +
    'not read again.',
  known_from_page:
    'The page at which a full pass met what earlier passes had listed: an ordinary one would have ' +
    'ended there.',
  late_news: 'Items new to us that a full pass found below that page.',
  completed_pass: 'The last pass that completed.',
  completed_at: 'When it completed.',
  unavailable: 'Why the API refused this listing, if it says the entity is gone or private.',
  reason: 'Why the last pass failed, or completed before the end of its listing.',
  repeated_pages: 'Pages since the last news whose items this pass had all listed before.',
  barren_pages: 'Pages since the last news, whatever they hold: repeated, empty or unreadable records.',
})

export const used_cursors = sqliteTable(
  'used_cursors',
  { stream_id: integer().notNull(), pass: integer().notNull(), cursor: text().notNull() },
  t => [primaryKey({ columns: [t.stream_id, t.pass, t.cursor] })],
)
documented(used_cursors, 'The cursors used by open passes, to notice a listing that goes in circles.', {
  stream_id: 'The stream.',
  pass: 'The pass.',
  cursor: 'A cursor that was sent in it.',
})

export const parked_passes = sqliteTable('parked_passes', {
  stream_id: integer().primaryKey(),
  pass: integer().notNull(),
  cursor: text(),
  pages: integer().notNull(),
  items: integer().notNull(),
  empty_pages: integer().notNull(),
  died_at_page: integer(),
  full: integer().notNull(),
  pass_after_request: integer().notNull(),
  pass_counters: text(),
  known_from_page: integer(),
  late_news: integer().notNull(),
  read_in_run: integer(),
  repeated_pages: integer().notNull().default(0),
  barren_pages: integer().notNull().default(0),
})
documented(
  parked_passes,
  'Interrupted passes that stepped aside for one of the other mode (full or ordinary), with what ' +
    '`checkpoints` held of them; a run of their mode goes on with them.',
  {
    stream_id: 'The stream.',
    pass: 'The number of the pass.',
    cursor: 'Where it goes on.',
    pages: 'Pages read in it.',
    items: 'Records served in it.',
    empty_pages: 'Empty pages in a row, up to where it stands.',
    died_at_page: 'How deep it was when its cursor died, after a restart.',
    full: '1 if it reads to the end whatever is known.',
    pass_after_request: 'The last request of the ledger before it began.',
    pass_counters: 'JSON: the counters of the subject before its first request.',
    known_from_page: 'The page at which a full pass met what earlier passes had listed.',
    late_news: 'Items new to us that a full pass found below that page.',
    read_in_run: 'The run that read its last page.',
    repeated_pages: 'Pages since the last news whose items it had all listed before.',
    barren_pages: 'Pages since the last news, whatever they hold.',
  },
)

export const members = sqliteTable(
  'members',
  {
    stream_id: integer().notNull(),
    kind: text({ enum: ['user', 'post', 'comment', 'reply'] }).notNull(),
    item_id: text().notNull(),
    hop: integer().notNull(),
    known_pass: integer(),
    last_pass: integer().notNull().default(0),
    last_full_pass: integer().notNull().default(0),
    gone: integer().notNull().default(0),
  },
  t => [primaryKey({ columns: [t.stream_id, t.kind, t.item_id] })],
)
documented(members, 'What each stream is known to list: scope is computed from it, whoever read it.', {
  stream_id: 'The stream.',
  kind: '`user`, `post`, `comment` (first-level) or `reply`.',
  item_id: 'The item listed, or the user met on it.',
  hop: 'How much deeper than the stream the item is.',
  known_pass: 'An earlier completed pass that listed it.',
  last_pass: 'The last ordinary pass that listed it; 0 if none did.',
  last_full_pass: 'The last full pass that listed it; 0 if none did.',
  gone: '1 if a full pass no longer listed it.',
})

export const completed_passes = sqliteTable(
  'completed_passes',
  { stream_id: integer().notNull(), pass: integer().notNull() },
  t => [primaryKey({ columns: [t.stream_id, t.pass] })],
)
documented(completed_passes, 'The passes that completed: only what these have listed counts as known.', {
  stream_id: 'The stream.',
  pass: 'The number of the pass.',
})

export const full_sightings = sqliteTable(
  'full_sightings',
  {
    kind: text().notNull(),
    source_id: text().notNull(),
    target_id: text().notNull(),
    request_id: integer().notNull(),
  },
  t => [primaryKey({ columns: [t.kind, t.source_id, t.target_id] })],
)
documented(
  full_sightings,
  'The relations that were told of during the current full crawl: what a full pass did not see, ' +
    'and nobody else since it began, is gone.',
  {
    kind: 'As in `edges`.',
    source_id: 'As in `edges`.',
    target_id: 'As in `edges`.',
    request_id: 'The request of the ledger that last told of it.',
  },
)

export const told_zero = sqliteTable(
  'told_zero',
  {
    run_id: integer().notNull(),
    user_id: text().notNull(),
    counter: text({ enum: ['follower_count', 'following_count'] }).notNull(),
  },
  t => [primaryKey({ columns: [t.run_id, t.user_id, t.counter] })],
)
documented(told_zero, 'Users whose profile has told in this run that a listing of theirs is empty.', {
  run_id: 'The run.',
  user_id: 'The user.',
  counter: 'The counter that was 0.',
})

export const handles = sqliteTable('handles', {
  username: text().primaryKey(),
  user_id: text().notNull(),
  resolved_at: text().notNull(),
})
documented(handles, 'Handles that a user search resolved: an `@name` seed is never paid for twice.', {
  username: 'The handle as it was asked for.',
  user_id: 'The user that it belongs to.',
  resolved_at: 'When it was resolved.',
})
