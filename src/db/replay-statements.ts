import type { Sqlite } from './open.js'
import type { StoredPage } from './stored-page.js'

type StoredRow = Omit<StoredPage, 'subject'> & {
  subjectKind: StoredPage['subject']['kind']
  subjectId: string
  parentId: string | null
}

const POST_COUNTERS = [
  'like_count',
  'dislike_count',
  'view_count',
  'unique_view_count',
  'reply_count',
  'recursive_reply_count',
  'remix_count',
]
const USER_COUNTERS = [
  'follower_count',
  'following_count',
  'post_count',
  'like_count',
  'view_count',
  'cameo_count',
]

/** The statements of a replay, beside those that a crawl has too. */
export function prepareReplay(sqlite: Sqlite) {
  return {
    count: sqlite.prepare<[], number>('SELECT count(*) FROM main.pages').pluck(),
    prunedUntil: sqlite.prepare<[], string>("SELECT value FROM main.meta WHERE key = 'pruned_until'").pluck(),
    provenUntil: sqlite
      .prepare<object, string>('SELECT DISTINCT route FROM main.route_proofs WHERE first_answer_at <= :until')
      .pluck(),
    next: sqlite.prepare<object, StoredRow>(`
      SELECT p.id, p.run_id AS runId, p.request_id AS requestId, p.stream_id AS streamId, k.stream, k.subject_kind AS subjectKind, k.subject_id AS subjectId,
        k.parent_id AS parentId, p.route, p.pass, p.page, p.served_before AS servedBefore, p.status, p.meaning, p.sighting, p.gone_after AS goneAfter,
        p.received_at AS at, p.body
      FROM main.pages p JOIN main.checkpoints k ON k.id = p.stream_id WHERE p.id > :after ORDER BY p.id LIMIT 1`),
    saveLinks: sqlite.prepare(`
      INSERT INTO temp.links SELECT m.stream_id, m.item_id FROM main.checkpoints k JOIN main.members m ON m.stream_id = k.id AND m.kind = 'post' AND m.item_id = k.subject_id
      WHERE k.subject_kind = 'link' AND m.last_pass = 0 AND m.last_full_pass = 0`),
    restoreLinks: sqlite.prepare(
      "INSERT INTO main.members (stream_id, kind, item_id, hop) SELECT stream_id, 'post', " +
        'item_id, 0 FROM temp.links',
    ),
    rewind: rewind(sqlite),
    prunedSince: sqlite.prepare(
      'SELECT 1 FROM main.requests WHERE id > :after AND settled_at <= :until LIMIT 1',
    ),
    goneAsBefore: { source: goneAsBefore(sqlite, 'source_id'), target: goneAsBefore(sqlite, 'target_id') },
    clearMarks: ['users', 'posts', 'comments'].map(table =>
      sqlite.prepare(`UPDATE main.${table} SET unavailable = NULL WHERE unavailable IS NOT NULL`),
    ),
    restoreMarks: [
      ['users', "'user'"],
      ['posts', "'post', 'link'"],
      ['comments', "'comment'"],
    ].map(([table, kinds]) =>
      sqlite.prepare(`
        UPDATE main.${table} SET unavailable = k.unavailable FROM (
          SELECT subject_id, min(unavailable) AS unavailable FROM main.checkpoints
          WHERE unavailable IS NOT NULL AND subject_kind IN (${kinds}) AND stream IN (SELECT value FROM json_each(:streams)) GROUP BY subject_id) k
        WHERE k.subject_id = ${table}.id`),
    ),
  }
}

function goneAsBefore(sqlite: Sqlite, subject: string) {
  return sqlite.prepare(`
    UPDATE main.edges SET gone_at = :at WHERE kind = :kind AND ${subject} = :subject AND gone_at IS NULL AND EXISTS (
      SELECT 1 FROM old.edges o WHERE o.kind = edges.kind AND o.source_id = edges.source_id AND o.target_id = edges.target_id AND o.gone_at = :at)`)
}

/**
 * Takes the tables back to a time: what was met later is told by pages that are kept, and counters have their
 * history. Other fields stay as they are, since what is not told never overwrites, and later pages tell them
 * again.
 */
function rewind(sqlite: Sqlite) {
  const since = (table: string, column: string) => `DELETE FROM main.${table} WHERE ${column} > :until`
  const counters = (table: string, history: string, id: string, names: readonly string[]) => `
    UPDATE main.${table} SET (${names.join(', ')}) =
      (SELECT ${names.join(', ')} FROM main.${history} h WHERE h.${id} = ${table}.id ORDER BY h.observed_at DESC LIMIT 1)
    WHERE last_seen_at > :until`
  const statements = [
    ...['users', 'posts', 'comments', 'edges', 'usernames'].map(table => since(table, 'first_seen_at')),
    ...['post_metrics', 'user_metrics', 'rankings'].map(table => since(table, 'observed_at')),
    'DELETE FROM main.attachments WHERE post_id NOT IN (SELECT id FROM main.posts)',
    'UPDATE main.edges SET gone_at = NULL WHERE gone_at > :until',
    since('handles', 'resolved_at'),
    'DELETE FROM main.rejects WHERE page_id IN (SELECT id FROM main.pages)',
    counters('posts', 'post_metrics', 'post_id', POST_COUNTERS),
    counters('users', 'user_metrics', 'user_id', USER_COUNTERS),
  ]
  return statements.map(statement => sqlite.prepare(statement))
}
