import type { Sqlite } from './open.js'
import type { LengthCounter, SubjectKind } from './port.js'
import type { MemberKind } from './schema/index.js'

/** How a kind of listing is measured. */
export interface ListingMeasure {
  readonly stream: string
  readonly accepts: SubjectKind
  readonly lists: MemberKind | null
  readonly length: LengthCounter | null
}

/** A listing as it is stored: its last appearance in a run, and its numbers. */
export interface ListingRecord {
  readonly seed: string
  readonly stream: string
  readonly subject: string
  readonly told: number | null
  readonly held: number
  readonly setAside: number
  readonly pages: number
  /** The state in the run that last had it in scope. */
  readonly state: string
  readonly reason: string | null
  readonly runState: 'unfinished' | 'finished' | 'abandoned'
  readonly stoppedBy: string | null
}

/** Where the rows of a table come from. */
export interface TableCoverage {
  readonly table: 'users' | 'posts' | 'comments'
  readonly rows: number
  /** Rows that some listing lists, or that were met on its items. */
  readonly listed: number
  /** Rows that were only embedded in others, or are subjects that nothing lists. */
  readonly embedded: number
  /** Rows that no run has followed. */
  readonly neverInScope: number
}

/** Every listing that a run ever had in scope, as its last run left it; one at a time, so that a million do not fill the memory. */
export function* listings(sqlite: Sqlite, measures: readonly ListingMeasure[]): Generator<ListingRecord> {
  sqlite.exec(`
    CREATE TEMP TABLE IF NOT EXISTS last_scope (stream_id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL);
    DELETE FROM last_scope;
    INSERT INTO last_scope SELECT stream_id, max(run_id) FROM frontier GROUP BY stream_id;
    CREATE TEMP TABLE IF NOT EXISTS set_aside (stream_id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
    DELETE FROM set_aside;
    INSERT INTO set_aside SELECT r.stream_id, count(*) FROM rejects r JOIN checkpoints k ON k.id = r.stream_id AND k.pass = r.pass GROUP BY r.stream_id;`)
  for (const measure of measures) {
    yield* sqlite.prepare<object, ListingRecord>(listingsSql(measure)).iterate({ stream: measure.stream, kind: measure.lists })
  }
}

const TABLES: Partial<Record<SubjectKind, string>> = { user: 'users', post: 'posts', comment: 'comments' }

function listingsSql({ accepts, length }: ListingMeasure): string {
  const table = TABLES[accepts]
  const told = length === null || table === undefined ? 'NULL' : `(SELECT ${length} FROM ${table} t WHERE t.id = k.subject_id)`
  return `
    SELECT s.text AS seed, k.stream, k.subject_id AS subject, ${told} AS told,
      (SELECT count(*) FROM members m WHERE m.stream_id = k.id AND m.kind = :kind AND m.gone = 0) AS held,
      coalesce((SELECT n FROM set_aside a WHERE a.stream_id = k.id), 0) AS setAside,
      k.pages, f.state, f.reason, r.state AS runState, r.stopped_by AS stoppedBy
    FROM last_scope l
    JOIN checkpoints k ON k.id = l.stream_id AND k.stream = :stream
    JOIN frontier f ON f.run_id = l.run_id AND f.stream_id = l.stream_id
    JOIN runs r ON r.id = l.run_id
    JOIN run_seeds s ON s.run_id = f.run_id AND s.seed = f.seed
    ORDER BY s.text, k.id`
}

/** Rows by where they come from. */
export function tableCoverage(sqlite: Sqlite, streams: readonly string[]): TableCoverage[] {
  sqlite.exec(`
    CREATE TEMP TABLE IF NOT EXISTS listed_ids (kind TEXT, id TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
    DELETE FROM listed_ids;
    INSERT OR IGNORE INTO listed_ids SELECT iif(kind = 'reply', 'comment', kind), item_id FROM members WHERE last_pass > 0;`)
  const tables = [
    { table: 'users', kind: 'user' },
    { table: 'posts', kind: 'post' },
    { table: 'comments', kind: 'comment' },
  ] as const
  return tables.map(({ table, kind }) => {
    const one = (sql: string): number => sqlite.prepare<object, number>(sql).pluck().get({ kind, streams: JSON.stringify(streams) }) ?? 0
    const rows = sqlite.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0
    const listed = one(`SELECT count(*) FROM ${table} t WHERE EXISTS (SELECT 1 FROM listed_ids l WHERE l.kind = :kind AND l.id = t.id)`)
    const followed = one(`
      SELECT count(*) FROM ${table} t WHERE ${table === 'comments' ? 't.parent_comment_id IS NOT NULL OR' : ''} EXISTS (
        SELECT 1 FROM checkpoints k WHERE k.subject_kind = :kind AND k.subject_id = t.id AND k.stream IN (SELECT value FROM json_each(:streams)))`)
    return { table, rows, listed, embedded: rows - listed, neverInScope: rows - followed }
  })
}
