import { getTableName } from 'drizzle-orm'
import { listings, tableCoverage, type ListingRecord, type TableCoverage } from './coverage.js'
import type { ListingMeasure } from './measures.js'
import { databaseError, openForReading, type Sqlite } from './open.js'
import type { Origin } from './origin.js'
import { attachments, comments, edges, posts, rejects, users } from './schema/index.js'
import { isImport, isImported, isSent, isUnsure } from './sent.js'

export interface RunReport {
  readonly id: number
  readonly state: 'unfinished' | 'finished' | 'abandoned'
  readonly outcome: string | null
  /** 1 for an import, which has no seeds and sends nothing. */
  readonly is_import: 0 | 1
  readonly exit_code: number | null
  readonly started_at: string
  readonly finished_at: string | null
  /** The seeds in their normal form. */
  readonly seeds: readonly string[]
  readonly requests: number
  /** Millionths of a dollar, requests of unknown fate included. */
  readonly cost_microusd: number
  /** Streams by state. */
  readonly streams: Readonly<Record<string, number>>
}

export interface StreamLine {
  readonly run_id: number
  readonly stream: string
  readonly subject_id: string
  readonly state: string
  readonly reason: string | null
  readonly pages: number
}

/** Where the API is no longer what it was. */
export interface DriftLine {
  /**
   * `type`: another type came; `added`: nobody has described the field; `dropped`: it came, and no longer
   * does.
   */
  readonly kind: 'type' | 'added' | 'dropped'
  /** For example `post.view_count`; `(other fields)` for new ones that are not named. */
  readonly path: string
  readonly expected: string
  readonly got: string
  readonly records: number
  readonly first_seen_at: string
  readonly last_seen_at: string
}

/** Requests sent and what they cost, in millionths of a dollar. */
export interface Spend {
  readonly requests: number
  readonly cost_microusd: number
}

export interface StatusReport {
  readonly origin: Origin | null
  /** Newest first. */
  readonly runs: readonly RunReport[]
  /**
   * Streams that are open or ended otherwise than complete, of the newest runs; at most the limit asked for.
   */
  readonly streams: readonly StreamLine[]
  readonly rows: Readonly<Record<string, number>>
  readonly spend: Spend & { readonly unknown: number }
  /** Answers that were imported, at no cost. */
  readonly imported: number
  readonly spendByRoute: readonly (Spend & { readonly route: string })[]
  /** Newest first; days are UTC. */
  readonly spendByDay: readonly (Spend & { readonly day: string })[]
  /** At most the limit asked for, those of most records first. */
  readonly drift: readonly DriftLine[]
  /** How many there are. */
  readonly driftCount: number
}

const COUNTED = [users, posts, attachments, comments, edges, rejects]

/** Read-only questions to a database; safe while a crawl writes to it. */
export class Reader {
  readonly #file: string
  readonly #sqlite: Sqlite

  /** @throws AppError `bad-database` or `newer-database` */
  constructor(file: string) {
    this.#file = file
    this.#sqlite = openForReading(file).sqlite
    // What is sorted and gathered of millions of rows goes to a temporary file.
    this.#sqlite.pragma('temp_store = FILE')
  }

  /** Rows by table. */
  rows(): Record<string, number> {
    return Object.fromEntries(
      COUNTED.map(table => {
        const name = getTableName(table)
        return [name, this.#sqlite.prepare(`SELECT count(*) FROM ${name}`).pluck().get() as number]
      }),
    )
  }

  status(limit: number): StatusReport {
    try {
      return this.#sqlite.transaction(() => this.#status(limit))()
    } catch (error) {
      throw databaseError(error, this.#file)
    }
  }

  /** Every listing that was ever in a run's scope. */
  listings(measures: readonly ListingMeasure[]): Generator<ListingRecord> {
    return listings(this.#sqlite, measures)
  }

  /** Rows of users, posts and comments by where they come from. */
  tables(measures: readonly ListingMeasure[]): TableCoverage[] {
    return tableCoverage(
      this.#sqlite,
      measures.map(({ stream }) => stream),
    )
  }

  /** The seeds of all runs in their normal form, each once. */
  seeds(): string[] {
    return this.#sqlite.prepare<[], string>('SELECT DISTINCT text FROM run_seeds ORDER BY text').pluck().all()
  }

  /** The handles of those of `ids` that are users with a handle, by id. */
  handles(ids: readonly string[]): Map<string, string> {
    const rows = this.#sqlite
      .prepare<[string], { id: string; username: string }>(
        'SELECT id, username FROM users WHERE username IS NOT NULL AND id IN (SELECT value FROM json_each(?))',
      )
      .all(JSON.stringify(ids))
    return new Map(rows.map(({ id, username }) => [id, username]))
  }

  close(): void {
    this.#sqlite.close()
  }

  #status(limit: number): StatusReport {
    const origin = this.#sqlite.prepare("SELECT value FROM meta WHERE key = 'origin'").pluck().get() as
      Origin | undefined
    const spend = this.#sqlite
      .prepare(
        'SELECT count(*) AS requests, coalesce(sum(cost_microusd), 0) AS cost_microusd, ' +
          `coalesce(sum(${isUnsure()}), 0) AS unknown FROM requests WHERE ${isSent()}`,
      )
      .get() as StatusReport['spend']
    const spendBy = <T>(column: string, order: string): T[] =>
      this.#sqlite
        .prepare<[number], T>(
          `SELECT ${column}, count(*) AS requests, coalesce(sum(cost_microusd), 0) AS ` +
            `cost_microusd FROM requests WHERE ${isSent()} GROUP BY 1 ORDER BY ${order} LIMIT ?`,
        )
        .all(limit)
    return {
      origin: origin ?? null,
      runs: this.#runs(limit),
      streams: this.#streams(limit),
      rows: this.rows(),
      spend,
      imported: this.#sqlite
        .prepare(`SELECT count(*) FROM requests WHERE ${isImported()}`)
        .pluck()
        .get() as number,
      spendByRoute: spendBy('route', 'cost_microusd DESC, route'),
      spendByDay: spendBy('substr(reserved_at, 1, 10) AS day', 'day DESC'),
      drift: this.#drift(limit),
      driftCount: this.#sqlite.prepare('SELECT count(*) FROM drift').pluck().get() as number,
    }
  }

  #runs(limit: number): RunReport[] {
    const runs = this.#sqlite.prepare<[number], Omit<RunReport, 'seeds' | 'streams'>>(RUNS).all(limit)
    const seeds = this.#sqlite
      .prepare<[number], string>('SELECT DISTINCT text FROM run_seeds WHERE run_id = ? ORDER BY seed')
      .pluck()
    const streams = this.#sqlite.prepare<[number], { state: string; n: number }>(
      'SELECT state, count(*) AS n FROM frontier WHERE run_id = ? GROUP BY state',
    )
    return runs.map(run => ({
      ...run,
      seeds: seeds.all(run.id),
      streams: Object.fromEntries(streams.all(run.id).map(({ state, n }) => [state, n])),
    }))
  }

  #streams(limit: number): StreamLine[] {
    return this.#sqlite.prepare<[number], StreamLine>(STREAMS).all(limit)
  }

  #drift(limit: number): DriftLine[] {
    return this.#sqlite.prepare<[number], DriftLine>(DRIFT).all(limit)
  }
}

const RUNS = `
  SELECT r.id, r.state, r.outcome, ${isImport('r.')} AS is_import, r.exit_code, r.started_at, r.finished_at, count(q.id) AS requests, coalesce(sum(q.cost_microusd), 0) AS cost_microusd
  FROM (SELECT * FROM runs ORDER BY id DESC LIMIT ?) r LEFT JOIN requests q ON q.run_id = r.id AND ${isSent('q.')}
  GROUP BY r.id ORDER BY r.id DESC`

const DRIFT =
  'SELECT kind, path, expected, got, records, first_seen_at, last_seen_at FROM drift ORDER BY ' +
  'records DESC, kind, path, got LIMIT ?'

const STREAMS = `
  SELECT f.run_id, k.stream, k.subject_id, f.state, f.reason, k.pages FROM frontier f JOIN checkpoints k ON k.id = f.stream_id
  WHERE f.state NOT IN ('complete', 'gated', 'recent')
  ORDER BY f.run_id DESC, f.state, f.stream_id LIMIT ?`
