import { statSync } from 'node:fs'
import type { IsoTime } from '../clock.js'
import { AppError } from '../errors.js'
import { failpoint } from '../failpoint.js'
import { takeWriteLock } from './lock.js'
import { onward } from './onward.js'
import { databaseError, openForReading, openForWriting, type Sqlite } from './open.js'
import { checkOneName, realName } from './place.js'

/** Raw pages, and the bytes of their bodies as they are stored. */
export interface PageCount {
  readonly pages: number
  readonly bytes: number
}

/**
 * Pages looked at in one transaction: a few megabytes at most, so that neither memory nor the log of SQLite
 * grows.
 */
const BATCH = 500

/**
 * How many raw pages came before a time, and how many are kept. Changes nothing, and can run while a crawl
 * writes.
 * @throws AppError `bad-database` or `newer-database`
 */
export function countOldPages(file: string, before: IsoTime): { old: PageCount; kept: number } {
  const { sqlite } = openForReading(file)
  try {
    const all = sqlite.prepare('SELECT count(*) FROM pages').pluck().get() as number
    const old = sqlite.prepare<object, PageCount>(`${COUNT} WHERE received_at < :before`).get({ before }) ?? {
      pages: 0,
      bytes: 0,
    }
    return { old, kept: all - old.pages }
  } catch (error) {
    throw databaseError(error, file)
  } finally {
    sqlite.close()
  }
}

/** Drops old raw pages and nothing else; holds the database's write lock until closed. */
export class Pruner {
  readonly #file: string
  readonly #sqlite: Sqlite
  readonly #unlock: () => void

  /** @throws AppError `locked`, `bad-database` (also where there is no such file), `newer-database` */
  constructor(name: string) {
    const file = realName(name)
    checkOneName(file)
    // A mistyped name must not become a new, empty database.
    openForReading(file).sqlite.close()
    this.#file = file
    this.#unlock = takeWriteLock(file)
    try {
      this.#sqlite = openForWriting(file).sqlite
    } catch (error) {
      this.#unlock()
      throw error
    }
  }

  /** Drops the pages that came before a time; one whose time lies in the future is not old, and stays. */
  drop(before: IsoTime): PageCount {
    return this.#guard(() => {
      const sum = { pages: 0, bytes: 0 }
      const last = this.#sqlite
        .prepare<object, number | null>(
          'SELECT max(id) FROM (SELECT id FROM pages WHERE id > :after ORDER BY id LIMIT :batch)',
        )
        .pluck()
      const dropBatch = this.#batchDropper()
      let after = 0
      for (
        let upTo = last.get({ after, batch: BATCH });
        typeof upTo === 'number';
        upTo = last.get({ after, batch: BATCH })
      ) {
        const { pages, bytes } = dropBatch({ after, upTo, before })
        sum.pages += pages
        sum.bytes += bytes
        after = onward(upTo, after, 'pages')
      }
      return sum
    })
  }

  /** How many raw pages there are. */
  kept(): number {
    return this.#sqlite.prepare('SELECT count(*) FROM pages').pluck().get() as number
  }

  /**
   * Bytes that {@link compact} would give back, and the free bytes on disk that it needs: for a copy of what
   * is kept, twice.
   */
  slack(): { free: number; needed: number } {
    const { size, pages, free } = {
      size: this.#pragma('page_size'),
      pages: this.#pragma('page_count'),
      free: this.#pragma('freelist_count'),
    }
    return { free: free * size, needed: 2 * (pages - free) * size }
  }

  /**
   * Rewrites the file without its free space, which also wipes what was dropped. Killed half-way it has
   * changed nothing.
   * @throws AppError `disk-full`
   */
  compact(): void {
    try {
      failpoint('before-checkpoint')
      this.#guard(() => this.#sqlite.exec('VACUUM').pragma('wal_checkpoint(TRUNCATE)'))
    } catch (error) {
      const isFull = error instanceof AppError && error.code === 'disk-full'
      throw isFull
        ? new AppError(
            'disk-full',
            `${this.#file} cannot be made smaller; old pages are dropped all the same, and their ` +
              'space is used again',
            { cause: error },
          )
        : error
    }
  }

  /** Bytes on disk, of the file and of its log. */
  fileBytes(): number {
    return sizeOf(this.#file) + sizeOf(`${this.#file}-wal`)
  }

  close(): void {
    this.#sqlite.close()
    this.#unlock()
  }

  #batchDropper() {
    const count = this.#sqlite.prepare<object, PageCount>(`${COUNT} ${IN_BATCH}`)
    const note = this.#sqlite.prepare(`
      INSERT INTO meta (key, value) SELECT 'pruned_until', max(received_at) FROM pages ${IN_BATCH}
      ON CONFLICT DO UPDATE SET value = max(value, excluded.value)`)
    const drop = this.#sqlite.prepare(`DELETE FROM pages ${IN_BATCH}`)
    return this.#sqlite.transaction((batch: { after: number; upTo: number; before: IsoTime }): PageCount => {
      const found = count.get(batch) ?? { pages: 0, bytes: 0 }
      if (found.pages === 0) return found
      note.run(batch)
      drop.run(batch)
      failpoint('mid-prune')
      return found
    }).immediate
  }

  #pragma(name: string): number {
    return this.#sqlite.pragma(name, { simple: true }) as number
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw databaseError(error, this.#file)
    }
  }
}

const COUNT = 'SELECT count(*) AS pages, coalesce(sum(length(body)), 0) AS bytes FROM pages'
const IN_BATCH = 'WHERE id > :after AND id <= :upTo AND received_at < :before'

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
