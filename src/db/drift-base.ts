import type { Sqlite } from './open.js'

interface DriftRow {
  path: string
  got: string
  expected: string
  records: number
  first_seen_at: string
  last_seen_at: string
}

/**
 * Drift is counted, and counts cannot be rewound: what began in pages that were pruned stays at least as it was. Empties the table; call
 * inside the transaction of a replay.
 */
export class DriftBase {
  readonly #sqlite: Sqlite
  readonly #base: readonly DriftRow[]

  constructor(sqlite: Sqlite, prunedUntil: string | null) {
    this.#sqlite = sqlite
    this.#base = sqlite.prepare<object, DriftRow>('SELECT * FROM main.drift WHERE first_seen_at <= :until').all({ until: prunedUntil })
    sqlite.exec('DELETE FROM main.drift')
  }

  /** Puts the base below what was counted anew. */
  merge(): void {
    const merge = this.#sqlite.prepare(`
      INSERT INTO main.drift (path, got, expected, records, first_seen_at, last_seen_at) VALUES (:path, :got, :expected, :records, :first_seen_at, :last_seen_at)
      ON CONFLICT DO UPDATE SET records = max(records, excluded.records), first_seen_at = excluded.first_seen_at, last_seen_at = max(last_seen_at, excluded.last_seen_at)`)
    for (const row of this.#base) merge.run(row)
  }
}
