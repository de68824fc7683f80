import { getTableColumns, getTableName, getViewName, isView, type Table, type View } from 'drizzle-orm'
import * as crawl from './crawl.js'
import type { ColumnName } from './documented.js'
import * as entities from './entities.js'
import * as ledger from './ledger.js'
import * as streams from './streams.js'
import * as views from './views.js'

/**
 * What a column can tell of a person, and so what becomes of it in a pseudonymized export.
 * - `id`: the platform's id of a user, post, comment or file: a pseudonym in its place.
 * - `name`: a handle or a name shown: likewise.
 * - `seed`: a seed in its normal form: likewise, as far as it names somebody.
 * - `text`: words of people, or of the platform about them: names, ids and links in them are replaced.
 * - `drop`: links, pictures, profiles, raw answers, cursors and hashes without a key: left out.
 * - `keep`: counters, times and this program's own words.
 */
export type Privacy = 'id' | 'name' | 'seed' | 'text' | 'drop' | 'keep'

/**
 * The class of every column, by table or view, by column. What is not in here is not exported under a
 * pseudonym.
 */
export const privacy = new Map<string, Readonly<Record<string, Privacy>>>()

/** Enters a table or view; a column without a class does not compile. */
function classified<T extends Table | View>(table: T, columns: Record<ColumnName<T>, Privacy>): void {
  privacy.set(isView(table) ? getViewName(table) : getTableName(table), columns)
}

/** Enters a table of which nothing may be told. */
function dropped(table: Table): void {
  privacy.set(
    getTableName(table),
    Object.fromEntries(Object.keys(getTableColumns(table)).map(column => [column, 'drop'])),
  )
}

const SEEN = { first_seen_at: 'keep', last_seen_at: 'keep' } as const
const USER_COUNTERS = {
  follower_count: 'keep',
  following_count: 'keep',
  post_count: 'keep',
  like_count: 'keep',
  view_count: 'keep',
  cameo_count: 'keep',
} as const
const POST_COUNTERS = {
  like_count: 'keep',
  dislike_count: 'keep',
  view_count: 'keep',
  unique_view_count: 'keep',
  reply_count: 'keep',
  recursive_reply_count: 'keep',
  remix_count: 'keep',
} as const

classified(entities.users, {
  id: 'id',
  username: 'name',
  display_name: 'name',
  bio: 'drop',
  profile_picture_url: 'drop',
  banner_image_url: 'drop',
  ...USER_COUNTERS,
  is_verified: 'keep',
  created_at: 'keep',
  social_links: 'drop',
  owner_user_id: 'id',
  unavailable: 'keep',
  ...SEEN,
})
classified(entities.posts, {
  id: 'id',
  user_id: 'id',
  text: 'text',
  posted_at: 'keep',
  updated_at: 'keep',
  ...POST_COUNTERS,
  permalink: 'drop',
  preview_image_url: 'drop',
  parent_post_id: 'id',
  root_post_id: 'id',
  emoji: 'text',
  is_featured: 'keep',
  tombstoned_at: 'keep',
  unavailable: 'keep',
  ...SEEN,
})
classified(entities.attachments, {
  id: 'id',
  post_id: 'id',
  position: 'keep',
  kind: 'text',
  generation_id: 'id',
  width: 'keep',
  height: 'keep',
  duration_s: 'keep',
  url: 'drop',
  downloadable_url: 'drop',
  thumbnail_url: 'drop',
  gif_url: 'drop',
  md_url: 'drop',
  url_expires_at: 'keep',
})
classified(entities.comments, {
  id: 'id',
  post_id: 'id',
  parent_comment_id: 'id',
  user_id: 'id',
  text: 'text',
  posted_at: 'keep',
  like_count: 'keep',
  reply_count: 'keep',
  tombstoned_at: 'keep',
  unavailable: 'keep',
  ...SEEN,
})
classified(entities.edges, { kind: 'keep', source_id: 'id', target_id: 'id', ...SEEN, gone_at: 'keep' })
classified(entities.rankings, {
  list: 'keep',
  run_id: 'keep',
  position: 'keep',
  item_id: 'id',
  observed_at: 'keep',
})
classified(entities.post_metrics, { post_id: 'id', observed_at: 'keep', ...POST_COUNTERS })
classified(entities.user_metrics, { user_id: 'id', observed_at: 'keep', ...USER_COUNTERS })
classified(entities.usernames, { user_id: 'id', username: 'name', ...SEEN })

// Only its origin is ever copied: beside it stands the salt of the forgotten.
classified(crawl.meta, { key: 'keep', value: 'keep' })
classified(crawl.runs, {
  id: 'keep',
  // A hash of seeds and options: whoever tries all seeds finds the one.
  key: 'drop',
  options: 'drop',
  state: 'keep',
  outcome: 'text',
  stopped_by: 'keep',
  exit_code: 'keep',
  started_at: 'keep',
  finished_at: 'keep',
  started_after_request: 'keep',
  last_request: 'keep',
})
classified(crawl.run_seeds, { run_id: 'keep', seed: 'keep', text: 'seed', requests: 'keep' })
classified(streams.checkpoints, {
  id: 'keep',
  stream: 'keep',
  subject_kind: 'keep',
  subject_id: 'id',
  parent_id: 'id',
  cursor: 'drop',
  pass: 'keep',
  passes_begun: 'keep',
  pass_state: 'keep',
  pass_after_request: 'keep',
  pages: 'keep',
  items: 'keep',
  empty_pages: 'keep',
  repeated_pages: 'keep',
  barren_pages: 'keep',
  died_at_page: 'keep',
  capped_in_run: 'keep',
  read_in_run: 'keep',
  full: 'keep',
  flawed: 'keep',
  pass_counters: 'keep',
  read_counters: 'keep',
  known_from_page: 'keep',
  late_news: 'keep',
  completed_pass: 'keep',
  completed_at: 'keep',
  unavailable: 'keep',
  reason: 'text',
})
dropped(streams.used_cursors)
dropped(streams.parked_passes)
dropped(crawl.forgotten)
dropped(ledger.imports)
classified(ledger.route_proofs, { route: 'keep', run_id: 'keep', first_answer_at: 'keep' })
classified(streams.members, {
  stream_id: 'keep',
  kind: 'keep',
  item_id: 'id',
  hop: 'keep',
  known_pass: 'keep',
  last_pass: 'keep',
  last_full_pass: 'keep',
  gone: 'keep',
})
classified(streams.completed_passes, { stream_id: 'keep', pass: 'keep' })
classified(streams.full_sightings, { kind: 'keep', source_id: 'id', target_id: 'id', request_id: 'keep' })
classified(streams.told_zero, { run_id: 'keep', user_id: 'id', counter: 'keep' })
classified(streams.handles, { username: 'name', user_id: 'id', resolved_at: 'keep' })
classified(crawl.scope, {
  run_id: 'keep',
  option_set: 'keep',
  kind: 'keep',
  id: 'id',
  depth: 'keep',
  seed: 'keep',
  pending: 'keep',
})
classified(crawl.frontier, {
  run_id: 'keep',
  stream_id: 'keep',
  depth: 'keep',
  seed: 'keep',
  max_pages: 'keep',
  state: 'keep',
  round: 'keep',
  attempts: 'keep',
  reason: 'text',
})
classified(crawl.estimates, {
  run_id: 'keep',
  stream: 'keep',
  streams: 'keep',
  low: 'keep',
  likely: 'keep',
  high: 'keep',
  actual: 'keep',
})
classified(ledger.requests, {
  id: 'keep',
  run_id: 'keep',
  stream_id: 'keep',
  route: 'keep',
  cursor: 'drop',
  state: 'keep',
  status: 'keep',
  cost_microusd: 'keep',
  reserved_at: 'keep',
  settled_at: 'keep',
  error: 'text',
})
dropped(ledger.pages)
classified(ledger.rejects, {
  id: 'keep',
  page_id: 'keep',
  run_id: 'keep',
  stream_id: 'keep',
  pass: 'keep',
  route: 'keep',
  stream: 'keep',
  reason: 'text',
  raw: 'drop',
  program_version: 'keep',
  rejected_at: 'keep',
})
classified(ledger.drift, {
  kind: 'keep',
  path: 'text',
  got: 'keep',
  expected: 'keep',
  records: 'keep',
  first_seen_at: 'keep',
  last_seen_at: 'keep',
})
classified(ledger.told_fields, {
  stream: 'keep',
  path: 'keep',
  told: 'keep',
  missing: 'keep',
  missed_at: 'keep',
})

classified(views.v_posts, {
  id: 'id',
  user_id: 'id',
  username: 'name',
  display_name: 'name',
  text: 'text',
  posted_at: 'keep',
  like_count: 'keep',
  view_count: 'keep',
  comment_count: 'keep',
  remix_count: 'keep',
  engagement_rate: 'keep',
  parent_post_id: 'id',
  permalink: 'drop',
  unavailable: 'keep',
})
classified(views.v_comment_threads, {
  id: 'id',
  post_id: 'id',
  root_comment_id: 'id',
  parent_comment_id: 'id',
  depth: 'keep',
  user_id: 'id',
  username: 'name',
  parent_user_id: 'id',
  post_user_id: 'id',
  text: 'text',
  posted_at: 'keep',
  like_count: 'keep',
  reply_count: 'keep',
})
classified(views.v_remix_trees, {
  post_id: 'id',
  parent_post_id: 'id',
  root_post_id: 'id',
  depth: 'keep',
  user_id: 'id',
  username: 'name',
  parent_user_id: 'id',
  posted_at: 'keep',
  remix_count: 'keep',
})
classified(views.v_creators, {
  user_id: 'id',
  username: 'name',
  display_name: 'name',
  follower_count: 'keep',
  posts: 'keep',
  likes: 'keep',
  views: 'keep',
  comments: 'keep',
  remixes: 'keep',
  median_likes: 'keep',
  median_views: 'keep',
  engagement_rate: 'keep',
  first_post_at: 'keep',
  last_post_at: 'keep',
  days_between_posts: 'keep',
})
classified(views.v_follow_graph, {
  follower_id: 'id',
  follower: 'name',
  followed_id: 'id',
  followed: 'name',
  mutual: 'keep',
  first_seen_at: 'keep',
})
classified(views.v_post_growth, {
  post_id: 'id',
  previous_at: 'keep',
  observed_at: 'keep',
  hours: 'keep',
  like_count: 'keep',
  likes_gained: 'keep',
  view_count: 'keep',
  views_gained: 'keep',
  comments_gained: 'keep',
  remixes_gained: 'keep',
})
classified(views.v_cameo_network, {
  user_id: 'id',
  username: 'name',
  with_user_id: 'id',
  with_username: 'name',
  posts: 'keep',
})

/** @returns the class of a column; what nobody has classified is dropped */
export function privacyOf(table: string, column: string): Privacy {
  return privacy.get(table)?.[column] ?? 'drop'
}
