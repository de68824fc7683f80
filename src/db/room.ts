import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../errors.js'
import { databaseError } from './open.js'
import type { Sqlite } from './sqlite.js'

/**
 * Bytes that may be written for one answer: its body, and each page of the tables and indexes that its rows
 * touch, in the log.
 */
const ANSWER = 262_144

/**
 * Whether there is room for what requests in flight will bring: an answer that cannot be stored was paid for
 * nothing, and again at each start of a schedule.
 */
export class Room {
  readonly #folder: string
  readonly #inFlight = new Set<number>()
  #isTried = false

  constructor(
    private readonly file: string,
    private readonly sqlite: Sqlite,
  ) {
    this.#folder = dirname(file)
  }

  /**
   * Before a request is reserved.
   * @throws AppError `disk-full` where its answer, and those in flight, may not fit
   */
  check(): void {
    const { bavail, bsize } = statfsSync(this.#folder)
    const requests = this.#inFlight.size + 1
    const needed = requests * ANSWER
    if (bavail * bsize < needed)
      throw new AppError(
        'disk-full',
        `${this.file} has ${kilobytes(bavail * bsize)} left on its disk, and the answers to ` +
          `${requests} requests may need ${kilobytes(needed)}`,
      )
    if (!this.#isTried && !this.sqlite.inTransaction) this.#try()
  }

  reserved(requestId: number): void {
    this.#inFlight.add(requestId)
  }

  settled(requestId: number): void {
    this.#inFlight.delete(requestId)
  }

  /**
   * A quota, or a limit on a file's size, shows itself only to who writes. What is written is undone, and its
   * place in the log stays.
   */
  #try(): void {
    this.#isTried = true
    const cached = this.sqlite.pragma('cache_size', { simple: true }) as number
    // What does not fit into the cache is written before the transaction ends.
    this.sqlite.pragma('cache_size = 10')
    try {
      this.sqlite.exec(`BEGIN IMMEDIATE; INSERT INTO meta (key, value) VALUES ('room', zeroblob(${ANSWER}))`)
    } catch (error) {
      throw databaseError(error, this.file)
    } finally {
      if (this.sqlite.inTransaction) this.sqlite.exec('ROLLBACK')
      this.sqlite.pragma(`cache_size = ${cached}`)
    }
  }
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000)} kB`
}
