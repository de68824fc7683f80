import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, type Stats } from 'node:fs'
import Database from 'better-sqlite3'
import { now } from '../clock.js'
import { AppError } from '../errors.js'
import { logMismatch } from './log-file.js'
import type { Sqlite } from './sqlite.js'

/** Bytes of a database that SQLite calls its header. */
const HEADER = 100

/**
 * Whether the file that is open is still the one of its name: what goes on being written after somebody has
 * moved, deleted or replaced it is lost, or spoils what was put there.
 */
export class OwnFile {
  readonly #file: string
  readonly #sqlite: Sqlite
  /**
   * Open for as long as the database is: to close any handle of a file gives up all locks that this process
   * has on it.
   */
  readonly #handle: number
  /**
   * A second connection keeps SQLite from deleting, or copying into the file, what is in the log when the
   * first is closed.
   */
  readonly #holder: Sqlite
  readonly #log: Stats | undefined
  #seen: Stats
  #fault: 'none' | 'moved' | 'overwritten' = 'none'

  /** @param sqlite a connection to the file, which has read it */
  constructor(file: string, sqlite: Sqlite) {
    this.#file = file
    this.#sqlite = sqlite
    this.#handle = openSync(file, 'r')
    this.#holder = new Database(file, { readonly: true })
    this.#holder.pragma('user_version')
    this.#seen = fstatSync(this.#handle)
    this.#log = statSync(`${file}-wal`, { throwIfNoEntry: false })
  }

  /** @throws AppError `moved-database`; nothing may be written any more then */
  check(): void {
    const problem = this.#problem()
    if (problem === undefined) return
    const [fault, words] = problem
    this.#fault = fault
    throw new AppError('moved-database', `${this.#file} ${words}`)
  }

  /**
   * Closes the database, in the way that does least harm where it is no longer the one of its name.
   * @throws AppError `moved-database` if nobody has been told yet
   */
  close(): void {
    try {
      if (this.#fault === 'none') this.check()
    } finally {
      if (this.#fault === 'none') this.#holder.close()
      else if (this.#fault === 'moved') this.#saveLog()
      this.#sqlite.close()
      if (this.#fault !== 'none') this.#clearLog()
      this.#holder.close()
      closeSync(this.#handle)
    }
  }

  /** What was written belongs to the file that is open, wherever that is now. */
  #saveLog(): void {
    try {
      this.#sqlite.pragma('wal_checkpoint(TRUNCATE)')
    } catch {
      // Somebody reads it, or there is no room: what is in the log alone is lost.
    }
  }

  #problem(): ['moved' | 'overwritten', string] | undefined {
    const found = statSync(this.#file, { throwIfNoEntry: false })
    if (found === undefined) return ['moved', 'is no longer there']
    if (!isSame(found, this.#seen)) return ['moved', 'is another file now']
    if (found.nlink > 1) return ['moved', 'has been given a second name']
    const log = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })
    if (this.#log !== undefined && (log === undefined || !isSame(log, this.#log)))
      return ['moved', 'has lost its log (the -wal file beside it)']
    if (found.size === this.#seen.size && found.mtimeMs === this.#seen.mtimeMs) return undefined
    // Somebody has copied the log into it, as SQLite does from time to time, or something else over it.
    if (logMismatch(() => this.#header(), `${this.#file}-wal`) !== undefined)
      return ['overwritten', 'has been overwritten']
    this.#seen = found
    return undefined
  }

  #header(): Buffer {
    const header = Buffer.alloc(HEADER)
    readSync(this.#handle, header, 0, HEADER, 0)
    return header
  }

  /** What this process wrote must not be played into the file that is there now. */
  #clearLog(): void {
    const log = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })
    if (log === undefined || this.#log === undefined || !isSame(log, this.#log)) return
    const file = statSync(this.#file, { throwIfNoEntry: false })
    if (this.#fault === 'overwritten')
      renameSync(`${this.#file}-wal`, `${this.#file}.log-${now().replaceAll(':', '-')}`)
    else if (file === undefined || !isSame(file, this.#seen)) rmSync(`${this.#file}-wal`)
    else return
    rmSync(`${this.#file}-shm`, { force: true })
  }
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev
}
