import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { AppError } from '../errors.js'
import { appliedMigration, MIGRATIONS, newestMigration } from './migrate.js'
import { checkForWriting, databaseError } from './open.js'
import type { Origin } from './origin.js'
import { checkOneName, realName } from './place.js'

/** What can be said of the place of a database and of the file there without changing either. */
export interface DatabaseFacts {
  /** The file's one name, links followed. */
  readonly path: string
  readonly exists: boolean
  readonly bytes: number
  /** Of the log beside it. */
  readonly log_bytes: number
  /** null where nothing has been stored. */
  readonly origin: Origin | null
  /** Whose tables it has; null where it has none. An older version's are brought up by the next crawl. */
  readonly tables: 'current' | 'older' | null
  /** Whether another process is writing to it; null where nobody can tell. */
  readonly is_locked: boolean | null
  /** Bytes that may still be written to its disk; null where the system does not say. */
  readonly free_bytes: number | null
  /** Whether its folder is on another machine, as far as its file system tells. */
  readonly is_remote: boolean
}

/**
 * Looks at a database without writing to it, and at its place where there is none yet.
 * @throws AppError with the reason why a crawl could not use it: `bad-database`, `newer-database`,
 *   `stale-log`, `second-name`, `not-loaded`
 */
export function inspectDatabase(file: string): DatabaseFacts {
  const path = realName(file)
  const exists = existsSync(path)
  if (exists) {
    checkOneName(path)
    checkForWriting(path)
  }
  const folder = nearestFolder(path)
  if (!exists) checkFolder(folder, file)
  return {
    path,
    exists,
    bytes: sizeOf(path),
    log_bytes: sizeOf(`${path}-wal`),
    ...(exists ? contentOf(path) : { origin: null, tables: null, is_locked: false }),
    ...diskOf(folder),
  }
}

/** The version of SQLite. @throws AppError `not-loaded` where better-sqlite3 does not fit this Node */
export function sqliteVersion(): string {
  try {
    const sqlite = new Database(':memory:')
    try {
      return sqlite.prepare('SELECT sqlite_version()').pluck().get() as string
    } finally {
      sqlite.close()
    }
  } catch (error) {
    throw databaseError(error, 'better-sqlite3')
  }
}

/** The newest request of the ledger. */
export interface LastRequest {
  readonly id: number
  readonly status: number | null
  /** The code of what went wrong and the server's words for it, as `code: words`; null after a page. */
  readonly error: string | null
}

/** @returns null where nothing was ever sent */
export function lastRequest(file: string): LastRequest | null {
  const sqlite = new Database(file, { readonly: true })
  try {
    const newest = 'SELECT id, status, error FROM requests ORDER BY id DESC LIMIT 1'
    return sqlite.prepare<[], LastRequest>(newest).get() ?? null
  } catch (error) {
    throw databaseError(error, file)
  } finally {
    sqlite.close()
  }
}

function contentOf(path: string): Pick<DatabaseFacts, 'origin' | 'tables' | 'is_locked'> {
  const sqlite = new Database(path, { readonly: true })
  try {
    const applied = appliedMigration(sqlite)
    const origin =
      applied === undefined
        ? undefined
        : sqlite.prepare<[], Origin>("SELECT value FROM meta WHERE key = 'origin'").pluck().get()
    return {
      origin: origin ?? null,
      tables: applied === undefined ? null : applied < newestMigration(MIGRATIONS) ? 'older' : 'current',
      is_locked: isLocked(`${path}.lock`),
    }
  } catch (error) {
    throw databaseError(error, path)
  } finally {
    sqlite.close()
  }
}

/** Whether somebody holds the lock, as its file tells; there is none until somebody has written. */
function isLocked(lock: string): boolean | null {
  if (!existsSync(lock)) return false
  try {
    const sqlite = new Database(lock, { readonly: true, timeout: 0 })
    try {
      sqlite.prepare('SELECT count(*) FROM sqlite_master').get()
      return false
    } finally {
      sqlite.close()
    }
  } catch (error) {
    return (error as { code?: unknown }).code === 'SQLITE_BUSY' ? true : null
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** The folder of a file, or the one in which it would be made. */
function nearestFolder(path: string): string {
  const folder = dirname(path)
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder)
}

function checkFolder(folder: string, file: string): void {
  try {
    if (!statSync(folder).isDirectory()) throw new Error('it is no folder')
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new AppError('bad-database', `${file} cannot be made in ${folder}`, { cause })
  }
}

/** Kinds of file systems, as Linux numbers them, whose files are on another machine. */
const REMOTE: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400])

function diskOf(folder: string): Pick<DatabaseFacts, 'free_bytes' | 'is_remote'> {
  try {
    const { bavail, bsize, type } = statfsSync(folder)
    return { free_bytes: bavail * bsize, is_remote: process.platform === 'linux' && REMOTE.has(type) }
  } catch {
    return { free_bytes: null, is_remote: false }
  }
}
