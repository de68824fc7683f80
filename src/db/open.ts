import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { AppError, messageOf } from '../errors.js'
import { failpoint } from '../failpoint.js'
import { describeShapes } from './statistics.js'

export type Sqlite = Database.Database
export type Drizzle = BetterSQLite3Database<Record<string, never>> & { $client: Sqlite }

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))
/** 'SORA' in ASCII: the mark by which a file is known as one of this program's. */
const APPLICATION_ID = 0x53_4f_52_41
/** Earlier versions can lose commits in WAL mode when two processes write and checkpoint at once. */
const OLDEST_SAFE_SQLITE = '3.51.3'

/** Every statement of a migration is a moment of its own. */
const eachStep = { logQuery: () => failpoint('mid-migration') }

/** Opens a database for writing: makes it if it is not there, and brings its tables up to this version. The caller holds its write lock. */
export function openForWriting(file: string): { sqlite: Sqlite; db: Drizzle } {
  const sqlite = openFile(file, false)
  try {
    checkOwner(sqlite, file)
    sqlite.pragma('journal_mode = WAL')
    // A power cut may lose the last commits (paid pages, at most seconds of them), never the file; a killed process loses nothing.
    sqlite.pragma('synchronous = NORMAL')
    // Copying the log into the file after every 40 MB of it, instead of 4, writes a page that many commits touch once.
    sqlite.pragma('wal_autocheckpoint = 10000')
    sqlite.pragma('busy_timeout = 10000')
    const db = drizzle(sqlite)
    // Told at once, not at the first page: SQLite opens for reading what it may not write.
    sqlite.exec(`BEGIN IMMEDIATE; PRAGMA application_id = ${APPLICATION_ID}; ROLLBACK`)
    if (applicationId(sqlite) !== APPLICATION_ID) sqlite.pragma(`application_id = ${APPLICATION_ID}`)
    migrate(drizzle(sqlite, { logger: eachStep }), { migrationsFolder: MIGRATIONS })
    describeShapes(sqlite)
    return { sqlite, db }
  } catch (error) {
    sqlite.close()
    throw databaseError(error, file)
  }
}

/**
 * The one name of a database file: links are followed, so that two names of a file share its lock.
 * @throws AppError `bad-database` for a name that is no file's
 */
export function realName(file: string): string {
  if (file === '' || file.startsWith(':') || file.startsWith('file:')) throw new AppError('bad-database', `"${file}" is not the name of a file`)
  const path = resolve(file)
  if (existsSync(path)) return realpathSync(path)
  return existsSync(dirname(path)) ? join(realpathSync(dirname(path)), basename(path)) : path
}

/** Opens an existing database for reading; it can be read while a crawl writes. */
export function openForReading(file: string): { sqlite: Sqlite; db: Drizzle } {
  if (!existsSync(file)) throw new AppError('bad-database', `${file} does not exist`)
  const sqlite = openFile(file, true)
  try {
    checkOwner(sqlite, file)
    if (applicationId(sqlite) !== APPLICATION_ID) throw new AppError('bad-database', `${file} is empty`)
    sqlite.pragma('temp_store = MEMORY')
    return { sqlite, db: drizzle(sqlite) }
  } catch (error) {
    sqlite.close()
    throw databaseError(error, file)
  }
}

function openFile(file: string, readonly: boolean): Sqlite {
  try {
    if (existsSync(file) && !statSync(file).isFile()) throw new Error('it is not a file')
    const sqlite = new Database(file, { readonly })
    checkSqlite(sqlite)
    return sqlite
  } catch (error) {
    throw databaseError(error, file)
  }
}

function checkSqlite(sqlite: Sqlite): void {
  const version = sqlite.prepare('select sqlite_version()').pluck().get() as string
  if (version.localeCompare(OLDEST_SAFE_SQLITE, undefined, { numeric: true }) < 0) {
    throw new AppError('bad-database', `SQLite ${version} is in use, which can lose data; run \`npm ci\` to get ${OLDEST_SAFE_SQLITE} or newer`)
  }
}

function applicationId(sqlite: Sqlite): number {
  return sqlite.pragma('application_id', { simple: true }) as number
}

/** Refuses files of other programs and of newer versions of this one, before anything is written. */
function checkOwner(sqlite: Sqlite, file: string): void {
  const tables = sqlite.prepare("select count(*) from sqlite_master where type = 'table'").pluck().get() as number
  if (tables === 0) return
  if (applicationId(sqlite) !== APPLICATION_ID) throw new AppError('bad-database', `${file} is a database of another program`)
  const applied = sqlite.prepare('select max(created_at) from __drizzle_migrations').pluck().get() as number
  if (applied > newestMigration()) throw new AppError('newer-database', file)
}

function newestMigration(): number {
  const journal = JSON.parse(readFileSync(join(MIGRATIONS, 'meta', '_journal.json'), 'utf8')) as { entries: { when: number }[] }
  return Math.max(...journal.entries.map((entry) => entry.when))
}

/** The tables, indexes and views of a new database, as SQLite keeps them. */
export function pristineSchema(): { type: string; name: string; sql: string }[] {
  const sqlite = new Database(':memory:')
  try {
    migrate(drizzle(sqlite), { migrationsFolder: MIGRATIONS })
    return sqlite.prepare("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '__drizzle*'").all() as { type: string; name: string; sql: string }[]
  } finally {
    sqlite.close()
  }
}

/** What SQLite and the file system say, as one of the catalogue's errors. */
export function databaseError(error: unknown, file: string): unknown {
  if (error instanceof AppError) return error
  const code = (error as { code?: unknown }).code
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return new AppError('disk-full', file, { cause: error })
  if (typeof code === 'string' && code.startsWith('SQLITE_IOERR')) return new AppError('disk-full', `${file} cannot be written (${messageOf(error)})`, { cause: error })
  if (code === 'SQLITE_NOTADB') return new AppError('bad-database', `${file} is not an SQLite database`, { cause: error })
  if (code === 'SQLITE_BUSY') return new AppError('locked', file, { cause: error })
  const isSqlite = error instanceof Database.SqliteError || (typeof code === 'string' && code.startsWith('SQLITE'))
  return isSqlite || error instanceof Error ? new AppError('bad-database', `${file}: ${messageOf(error)}`, { cause: error }) : error
}
