import type { Figure } from './figures/index.js'
import { databaseError, openForReading, type Sqlite } from './open.js'

/**
 * Answers to the questions of a report, all of them of one moment, however long they take and whatever is
 * written meanwhile.
 */
export class FigureReader {
  readonly #file: string
  readonly #sqlite: Sqlite

  /** @throws AppError `bad-database` or `newer-database` */
  constructor(file: string) {
    this.#file = file
    this.#sqlite = openForReading(file).sqlite
    // Some questions sort a million rows: what does not fit into a small memory goes to a temporary file.
    this.#sqlite.pragma('temp_store = FILE')
    this.#sqlite.pragma('cache_size = -4096')
    this.#sqlite.exec('BEGIN')
  }

  /** @throws AppError `bad-database` */
  rows<Row extends object>({ sql }: Figure<Row>): Row[] {
    try {
      return this.#sqlite.prepare<[], Row>(sql).all()
    } catch (error) {
      throw databaseError(error, this.#file)
    }
  }

  close(): void {
    this.#sqlite.close()
  }
}
