import type { Sqlite } from './open.js'

interface DriftRow {
  kind: string
  path: string
  got: string
  expected: string
  records: number
  first_seen_at: string
  last_seen_at: string
}

/**
 * Drift is counted, and counts cannot be rewound: what began in pages that were pruned stays at least as it
 * was, and so does what is known of fields that no longer come. Empties the table; call inside the
 * transaction of a replay.
 */
export class DriftBase {
  readonly #sqlite: Sqlite
  readonly #base: readonly DriftRow[]

  constructor(sqlite: Sqlite, prunedUntil: string | null) {
    this.#sqlite = sqlite
    this.#base = sqlite
      .prepare<object, DriftRow>(
        "SELECT * FROM main.drift WHERE :until IS NOT NULL AND (first_seen_at <= :until OR kind = 'dropped')",
      )
      .all({ until: prunedUntil })
    sqlite.exec('DELETE FROM main.drift')
    // Which new fields are named is settled in the order in which they came.
    for (const row of this.#base) if (row.kind === 'added') this.#merge(row, 0)
  }

  /** Puts the base below what was counted anew. */
  merge(): void {
    for (const row of this.#base) this.#merge(row, row.records)
  }

  #merge(row: DriftRow, records: number): void {
    this.#sqlite
      .prepare(
        `
        INSERT INTO main.drift (kind, path, got, expected, records, first_seen_at, last_seen_at) VALUES (:kind, :path, :got, :expected, :records, :first_seen_at, :last_seen_at)
        ON CONFLICT DO UPDATE SET records = max(records, excluded.records), first_seen_at = min(first_seen_at, excluded.first_seen_at), last_seen_at = max(last_seen_at, excluded.last_seen_at)`,
      )
      .run({ ...row, records })
  }
}
