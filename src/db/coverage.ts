import { toldSql, type ListingMeasure } from './measures.js'
import type { Sqlite } from './open.js'

/** A listing as it is stored: its last appearance in a run, and its numbers. */
export interface ListingRecord {
  readonly seed: string
  readonly stream: string
  readonly subject: string
  readonly told: number | null
  readonly held: number
  readonly setAside: number
  /** Whether the database was told to forget people: who of them is listed here is not kept. */
  readonly hasForgotten: 0 | 1
  /** Pages of its current or last pass. */
  readonly pages: number
  /** Whether a pass is open, which the run goes on with. */
  readonly isOpen: 0 | 1
  /** When a pass of it last completed. */
  readonly completedAt: string | null
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

/**
 * Every listing that a run ever had in scope, as its last run left it; one at a time, so that a million do
 * not fill the memory.
 */
export function* listings(sqlite: Sqlite, measures: readonly ListingMeasure[]): Generator<ListingRecord> {
  sqlite.exec(`
    CREATE TEMP TABLE IF NOT EXISTS last_scope (stream TEXT, stream_id INTEGER, run_id INTEGER NOT NULL, PRIMARY KEY (stream, stream_id)) WITHOUT ROWID;
    DELETE FROM last_scope;
    INSERT INTO last_scope SELECT k.stream, f.stream_id, max(f.run_id) FROM frontier f JOIN checkpoints k ON k.id = f.stream_id GROUP BY f.stream_id;
    CREATE TEMP TABLE IF NOT EXISTS set_aside (stream_id INTEGER, pass INTEGER, n INTEGER NOT NULL, PRIMARY KEY (stream_id, pass)) WITHOUT ROWID;
    DELETE FROM set_aside;
    INSERT INTO set_aside SELECT stream_id, pass, count(*) FROM rejects GROUP BY stream_id, pass;`)
  for (const measure of measures) {
    const { stream, lists: kind, readWhole } = measure
    yield* sqlite
      .prepare<object, ListingRecord>(listingsSql(measure))
      .iterate({ stream, kind, readWhole: readWhole ? 1 : 0 })
  }
}

function listingsSql(measure: ListingMeasure): string {
  return `
    SELECT s.text AS seed, k.stream, k.subject_id AS subject, ${toldSql(measure, 'k.subject_id')} AS told,
      (SELECT count(*) FROM members m WHERE m.stream_id = k.id AND m.kind = :kind AND m.gone = 0) AS held,
      -- A pass that stopped early says nothing of the records below: there the pass that set aside most counts.
      coalesce((SELECT max(n) FROM set_aside a WHERE a.stream_id = k.id AND (a.pass = k.pass OR NOT :readWhole AND NOT k.full)), 0) AS setAside,
      EXISTS (SELECT 1 FROM forgotten) AS hasForgotten,
      k.pages, k.pass_state = 'open' AND k.pages > 0 AS isOpen, k.completed_at AS completedAt, f.state, f.reason, r.state AS runState, r.stopped_by AS stoppedBy
    FROM last_scope l
    JOIN checkpoints k ON k.id = l.stream_id
    JOIN frontier f ON f.run_id = l.run_id AND f.stream_id = l.stream_id
    JOIN runs r ON r.id = l.run_id
    JOIN run_seeds s ON s.run_id = f.run_id AND s.seed = f.seed
    WHERE l.stream = :stream ORDER BY s.text, k.id`
}

/** Rows by where they come from. */
export function tableCoverage(sqlite: Sqlite, streams: readonly string[]): TableCoverage[] {
  const tables = [
    { table: 'users', kind: 'user', members: "'user'" },
    { table: 'posts', kind: 'post', members: "'post'" },
    { table: 'comments', kind: 'comment', members: "'comment', 'reply'" },
  ] as const
  return tables.map(({ table, kind, members }) => {
    // A post that a seed names is the subject of a listing of its own kind: its detail.
    const named = kind === 'post' ? 'link' : kind
    const one = (sql: string): number =>
      sqlite
        .prepare<object, number>(sql)
        .pluck()
        .get({ kind, named, streams: JSON.stringify(streams) }) ?? 0
    const rows = sqlite.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0
    // Sorted, not gathered in a table: millions of ids in no order would have to be held in memory.
    const listed = one(`
      SELECT count(*) FROM (SELECT item_id FROM members WHERE kind IN (${members}) AND max(last_pass, last_full_pass) > 0 GROUP BY item_id) l
      WHERE EXISTS (SELECT 1 FROM ${table} t WHERE t.id = l.item_id)`)
    const followed = one(`
      SELECT count(*) FROM ${table} t WHERE ${table === 'comments' ? 't.parent_comment_id IS NOT NULL OR' : ''} EXISTS (
        SELECT 1 FROM checkpoints k WHERE k.subject_kind IN (:kind, :named) AND k.subject_id = t.id AND k.stream IN (SELECT value FROM json_each(:streams)))`)
    return { table, rows, listed, embedded: rows - listed, neverInScope: rows - followed }
  })
}
