/**
 * Everything that a crawl leaves, in a form in which two databases can be compared: without numbers and times
 * that differ by chance.
 */
import type { Database } from 'better-sqlite3'

/** A stream by its nature, as its number depends on who came first. */
const STREAM = "(SELECT stream || ' ' || subject_id FROM checkpoints c WHERE c.id = stream_id)"

/** The columns that are compared, by table. Times of ours are left out, whether they are set is not. */
const COMPARED = {
  users: `id, username, display_name, bio, profile_picture_url, banner_image_url, follower_count, following_count, post_count, like_count, view_count,
    cameo_count, is_verified, created_at, social_links, owner_user_id, unavailable`,
  posts: `id, user_id, text, posted_at, updated_at, like_count, dislike_count, view_count, unique_view_count, reply_count, recursive_reply_count,
    remix_count, permalink, preview_image_url, parent_post_id, root_post_id, emoji, is_featured, tombstoned_at, unavailable`,
  attachments:
    'id, post_id, position, kind, generation_id, width, height, duration_s, url, downloadable_url, thumbnail_url, gif_url, md_url, url_expires_at',
  comments:
    'id, post_id, parent_comment_id, user_id, text, posted_at, like_count, reply_count, tombstoned_at, unavailable',
  edges: 'kind, source_id, target_id, gone_at',
  rankings: 'list, run_id, position, item_id',
  post_metrics:
    'post_id, like_count, dislike_count, view_count, unique_view_count, reply_count, recursive_reply_count, remix_count',
  user_metrics: 'user_id, follower_count, following_count, post_count, like_count, view_count, cameo_count',
  usernames: 'user_id, username',
  handles: 'username, user_id',
  members: `${STREAM} AS stream, kind, item_id, hop, known_pass, last_pass, last_full_pass, gone`,
  completed_passes: `${STREAM} AS stream, pass`,
  used_cursors: `${STREAM} AS stream, cursor`,
  checkpoints:
    'stream, subject_kind, subject_id, parent_id, cursor, pass, pass_state, pages, items, ' +
    'empty_pages, completed_pass, completed_at IS NULL AS completed, unavailable, reason',
  frontier: `run_id, ${STREAM} AS stream, depth, state, reason`,
  scope: 'run_id, option_set, kind, id, depth, pending',
  pages: `run_id, ${STREAM} AS stream, route, pass, page, status`,
  rejects: `run_id, ${STREAM} AS stream, pass, route, reason, raw`,
  drift: 'path, expected, got, records',
  route_proofs: 'route, run_id',
  runs: 'id, state, exit_code',
} as const
export type Compared = keyof typeof COMPARED

/** The rows of every table, in an order of their own. */
export function contentsOf(db: Database): Record<Compared, string[]> {
  const names = Object.keys(COMPARED) as Compared[]
  const rows = (name: Compared): string[] =>
    db
      .prepare(`SELECT ${COMPARED[name]} FROM ${name}`)
      .raw()
      .all()
      .map(row => JSON.stringify(row))
      .toSorted()
  return Object.fromEntries(names.map(name => [name, rows(name)])) as Record<Compared, string[]>
}

/** Rows that one database has and the other has not, by table: empty where they are equal. */
export function unlike(expected: Record<Compared, string[]>, found: Record<Compared, string[]>): string[] {
  return (Object.keys(expected) as Compared[]).flatMap(name => [
    ...without(expected[name], found[name]).map(row => `${name} lacks ${row}`),
    ...without(found[name], expected[name]).map(row => `${name} has besides ${row}`),
  ])
}

/** Each row as often as it is too many: a doubled one counts. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1)
  return rows.filter(row => {
    const count = left.get(row) ?? 0
    left.set(row, count - 1)
    return count <= 0
  })
}

/** What SQLite itself says of the file. */
export function soundnessOf(db: Database): unknown {
  return {
    integrity: db.pragma('integrity_check', { simple: true }),
    foreignKeys: db.pragma('foreign_key_check'),
  }
}

interface Ledger {
  /** Requests whose page or refusal was stored. */
  answered: number
  /** Requests that a kill cut off: sent or about to be. */
  unknown: number
  /** The most of them that one kill cut off. */
  mostAtOnce: number
  /** Pages that were stored more than once. */
  storedTwice: string[]
}

export function ledgerOf(db: Database): Ledger {
  const value = (sql: string): number => db.prepare(sql).pluck().get() as number
  return {
    answered: value("SELECT count(*) FROM requests WHERE state = 'answered'"),
    unknown: value("SELECT count(*) FROM requests WHERE state IN ('unknown', 'reserved')"),
    mostAtOnce: value(
      'SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM requests WHERE state IN ' +
        "('unknown', 'reserved') GROUP BY settled_at)",
    ),
    storedTwice: db
      .prepare(
        `SELECT ${STREAM} || ' ' || coalesce(cursor, '') FROM requests WHERE state = 'answered' ` +
          'AND status = 200 GROUP BY 1 HAVING count(*) > 1',
      )
      .pluck()
      .all() as string[],
  }
}
