/*
 * Where a person can be found in the tables. Every text column is named here, in one of three ways; a test
 * holds this against the schema, so that whoever adds a column has to decide.
 */

/** Columns that hold what people wrote, or words of servers: ids and names are looked for inside them. */
export const PROSE: Readonly<Record<string, readonly string[]>> = {
  users: ['display_name', 'bio', 'profile_picture_url', 'banner_image_url', 'social_links'],
  posts: ['text', 'permalink', 'preview_image_url'],
  attachments: ['url', 'downloadable_url', 'thumbnail_url', 'gif_url', 'md_url'],
  comments: ['text'],
  runs: ['outcome'],
  checkpoints: ['reason'],
  frontier: ['reason'],
  requests: ['error'],
}

/**
 * Columns that hold an id or a handle, or JSON that does: their rows are removed, or they are cleared one by
 * one.
 */
export const NAMING: Readonly<Record<string, readonly string[]>> = {
  users: ['id', 'username', 'owner_user_id'],
  posts: ['id', 'user_id', 'parent_post_id', 'root_post_id'],
  attachments: ['id', 'post_id'],
  comments: ['id', 'post_id', 'parent_comment_id', 'user_id'],
  edges: ['source_id', 'target_id'],
  rankings: ['item_id'],
  post_metrics: ['post_id'],
  user_metrics: ['user_id'],
  usernames: ['user_id', 'username'],
  handles: ['username', 'user_id'],
  runs: ['key', 'options'],
  run_seeds: ['text'],
  checkpoints: ['subject_id', 'parent_id', 'cursor'],
  used_cursors: ['cursor'],
  parked_passes: ['cursor'],
  members: ['item_id'],
  full_sightings: ['source_id', 'target_id'],
  told_zero: ['user_id'],
  scope: ['id'],
  requests: ['cursor'],
  rejects: ['raw'],
  drift: ['path'],
}

/** Columns whose words are the program's own, or numbers, or times: nobody is named in them. */
export const SILENT: Readonly<Record<string, readonly string[]>> = {
  meta: ['key', 'value'],
  users: ['unavailable'],
  posts: ['emoji', 'unavailable'],
  attachments: ['kind', 'generation_id'],
  comments: ['unavailable'],
  edges: ['kind'],
  rankings: ['list'],
  runs: ['state', 'stopped_by'],
  checkpoints: ['stream', 'subject_kind', 'pass_state', 'pass_counters', 'read_counters', 'unavailable'],
  parked_passes: ['pass_counters'],
  members: ['kind'],
  full_sightings: ['kind'],
  told_zero: ['counter'],
  scope: ['kind'],
  frontier: ['state'],
  estimates: ['stream'],
  requests: ['route', 'state'],
  pages: ['route', 'meaning'],
  imports: ['hash'],
  rejects: ['route', 'stream', 'reason', 'program_version'],
  drift: ['kind', 'got', 'expected'],
  told_fields: ['stream', 'path'],
  forgotten: ['hash', 'kind'],
  route_proofs: ['route'],
}

const USERS = "(SELECT id FROM gone WHERE kind = 'user')"
const POSTS = "(SELECT id FROM gone WHERE kind = 'post')"
const COMMENTS = "(SELECT id FROM gone WHERE kind = 'comment')"
const STREAMS = '(SELECT id FROM gone_streams)'
const NAMES = '(SELECT name FROM gone_names)'

const RELATIONS = [
  `kind = 'follow' AND source_id IN ${USERS}`,
  `kind = 'follow' AND target_id IN ${USERS}`,
  `kind = 'cameo' AND source_id IN ${USERS}`,
  `kind = 'cameo' AND target_id IN ${POSTS}`,
  `kind = 'remix' AND source_id IN ${POSTS}`,
  `kind = 'remix' AND target_id IN ${POSTS}`,
]

/** What is removed, table by table; several conditions where one would miss the indexes. */
export const REMOVED: readonly (readonly [table: string, ...conditions: string[]])[] = [
  ['users', `id IN ${USERS}`],
  ['posts', `id IN ${POSTS}`],
  ['attachments', `post_id IN ${POSTS}`],
  ['comments', `id IN ${COMMENTS}`],
  ['edges', ...RELATIONS],
  ['rankings', 'item_id IN (SELECT id FROM gone)'],
  ['post_metrics', `post_id IN ${POSTS}`],
  ['user_metrics', `user_id IN ${USERS}`],
  ['usernames', `user_id IN ${USERS}`],
  ['handles', `user_id IN ${USERS} OR lower(username) IN ${NAMES}`],
  ['full_sightings', ...RELATIONS],
  ['told_zero', `user_id IN ${USERS}`],
  ['members', `stream_id IN ${STREAMS}`, 'item_id IN (SELECT id FROM gone)'],
  ['scope', `id IN (SELECT id FROM gone) OR kind IN ('handle', 'query') AND lower(id) IN ${NAMES}`],
  ['used_cursors', `stream_id IN ${STREAMS} OR cursor_mentions(cursor)`],
  ['parked_passes', `stream_id IN ${STREAMS} OR cursor IS NOT NULL AND cursor_mentions(cursor)`],
  ['completed_passes', `stream_id IN ${STREAMS}`],
  ['frontier', `stream_id IN ${STREAMS}`],
  ['pages', `stream_id IN ${STREAMS}`],
  ['rejects', `stream_id IN ${STREAMS} OR mentions_of(raw) IS NULL`],
  ['checkpoints', `id IN ${STREAMS}`],
  // An answer could have a field that is named after somebody.
  [
    'drift',
    `kind = 'added' AND (substr(path, instr(path, '.') + 1) IN (SELECT id FROM gone) OR ` +
      `lower(substr(path, instr(path, '.') + 1)) IN ${NAMES})`,
  ],
]

/** What is changed in rows that stay. A pass whose cursor names the person begins again at its top. */
export const CHANGED: readonly (readonly [table: string, change: string, condition: string])[] = [
  ['users', 'owner_user_id = NULL', `owner_user_id IN ${USERS}`],
  ['posts', 'parent_post_id = NULL', `parent_post_id IN ${POSTS}`],
  ['posts', 'root_post_id = NULL', `root_post_id IN ${POSTS}`],
  [
    'checkpoints',
    'cursor = NULL, pass = passes_begun + 1, passes_begun = passes_begun + 1, pages = 0, items = 0, empty_pages = 0, repeated_pages = 0, barren_pages = 0, flawed = 1, known_from_page = NULL, late_news = 0',
    'cursor IS NOT NULL AND cursor_mentions(cursor)',
  ],
  ['requests', 'stream_id = 0, cursor = NULL, error = NULL', `stream_id IN ${STREAMS}`],
  ['requests', 'cursor = NULL', 'cursor IS NOT NULL AND cursor_mentions(cursor)'],
  ['rejects', 'raw = mentions_of(raw)', 'mentions_of(raw) <> raw'],
]

/** The tables in memory that say who and what goes: the people are in `gone` already. */
export const GONE = `
  INSERT OR IGNORE INTO gone SELECT 'post', id FROM posts WHERE user_id IN ${USERS};
  INSERT OR IGNORE INTO gone SELECT 'comment', id FROM comments WHERE user_id IN ${USERS};
  INSERT OR IGNORE INTO gone SELECT 'comment', id FROM comments WHERE post_id IN ${POSTS};
  WITH RECURSIVE below (id, post_id) AS (
    SELECT id, post_id FROM comments WHERE id IN ${COMMENTS}
    UNION SELECT c.id, c.post_id FROM below b JOIN comments c ON c.post_id IS b.post_id AND c.parent_comment_id = b.id
  )
  INSERT OR IGNORE INTO gone SELECT 'comment', id FROM below;
  INSERT OR IGNORE INTO gone_streams SELECT id FROM checkpoints
    WHERE subject_kind = 'user' AND subject_id IN ${USERS} OR subject_kind IN ('post', 'link') AND subject_id IN ${POSTS}
      OR subject_kind = 'comment' AND (subject_id IN ${COMMENTS} OR parent_id IN ${POSTS})
      OR subject_kind = 'query' AND lower(subject_id) IN ${NAMES};`
