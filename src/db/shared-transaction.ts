import type { Sqlite } from './open.js'

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Units of work that share transactions. A unit is done when it is called, wholly or not at all; what is
 * called within the same turn of the event loop is committed together at the end of that turn, and a unit's
 * promise resolves then. So under load several pages and the reservations that follow them wait for one
 * commit, and a single one waits for nobody.
 */
export class SharedTransaction {
  readonly #sqlite: Sqlite
  readonly #statements: ReturnType<typeof prepare>
  /** A transaction that was open before belongs to someone else, who commits it or does not. */
  readonly #isGuest: boolean
  #waiting: Waiting[] = []
  #units = 0

  /**
   * @param onUndo told when work is rolled back that had been done
   * @param onBegin called before each transaction; if it throws, there is none
   */
  constructor(
    sqlite: Sqlite,
    private readonly onUndo: () => void,
    private readonly onBegin: () => void,
  ) {
    this.#sqlite = sqlite
    this.#statements = prepare(sqlite)
    this.#isGuest = sqlite.inTransaction
  }

  /** How many units have been tried: what was read from the database is true until this grows. */
  get units(): number {
    return this.#units
  }

  /**
   * Does a unit of work now.
   * @returns its result, once it is committed
   * @throws what it throws; nothing of it is kept then
   */
  async do<T>(unit: () => T): Promise<T> {
    const result = this.#doNow(unit)
    if (!this.#isGuest) await this.#committed()
    return result
  }

  /** Commits what has been done, without waiting for the end of the turn. */
  commit(): void {
    const waiting = this.#waiting
    this.#waiting = []
    if (this.#isGuest) return
    try {
      if (this.#sqlite.inTransaction) this.#statements.commit.run()
      else if (waiting.length > 0) throw new Error('the transaction was rolled back by SQLite')
    } catch (error) {
      if (this.#sqlite.inTransaction) this.#statements.rollback.run()
      this.onUndo()
      for (const { reject } of waiting) reject(error)
      return
    }
    for (const { resolve } of waiting) resolve()
  }

  #doNow<T>(unit: () => T): T {
    const s = this.#statements
    this.#units += 1
    if (!this.#sqlite.inTransaction) {
      this.#giveUpLost()
      this.onBegin()
      s.begin.run()
    }
    s.savepoint.run()
    try {
      const result = unit()
      s.release.run()
      return result
    } catch (error) {
      this.onUndo()
      // SQLite itself may have rolled everything back, as it does when the disk is full.
      if (this.#sqlite.inTransaction) {
        s.undo.run()
        s.release.run()
        if (!this.#isGuest && this.#waiting.length === 0) s.rollback.run()
      }
      throw error
    }
  }

  /** Units whose transaction SQLite has rolled back must not be taken for part of the next one. */
  #giveUpLost(): void {
    if (this.#waiting.length > 0) this.commit()
  }

  #committed(): Promise<void> {
    if (this.#waiting.length === 0) setImmediate(() => this.commit())
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }
}

function prepare(sqlite: Sqlite) {
  return {
    begin: sqlite.prepare('BEGIN IMMEDIATE'),
    commit: sqlite.prepare('COMMIT'),
    rollback: sqlite.prepare('ROLLBACK'),
    savepoint: sqlite.prepare('SAVEPOINT unit'),
    undo: sqlite.prepare('ROLLBACK TO unit'),
    release: sqlite.prepare('RELEASE unit'),
  }
}
