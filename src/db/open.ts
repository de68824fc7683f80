import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { AppError, isNoRoom, messageOf } from '../errors.js'
import { APPLICATION_ID } from './copies.js'
import { logMismatch } from './log-file.js'
import { appliedMigration, bringUp, MIGRATIONS, newestMigration } from './migrate.js'
import { isMountedAlone } from './place.js'
import { canBeWritten, copyFile, copyThrough, lacksPlaceForLog, type PrivateCopy } from './private-copy.js'
import type { Drizzle, Sqlite } from './sqlite.js'
import { describeShapes } from './statistics.js'

export type { Drizzle, Sqlite } from './sqlite.js'

/** Bytes: a little more than is copied into the file at a time. */
const LARGEST_IDLE_LOG = 42_000_000
/** Earlier versions can lose commits in WAL mode when two processes write and checkpoint at once. */
const OLDEST_SAFE_SQLITE = '3.51.3'

/**
 * Opens a database for writing: makes it if it is not there, and brings its tables up to this version, after
 * copying it. The caller holds its write lock.
 * @param migrations the folder of migrations, if not this version's
 * @throws AppError `bad-database`, `newer-database`, `disk-full`, `locked`; the file is as it was then
 */
export function openForWriting(file: string, migrations = MIGRATIONS): { sqlite: Sqlite; db: Drizzle } {
  const sqlite = openOrSayWhy(file)
  try {
    checkOwner(sqlite, file, migrations)
    sqlite.pragma('journal_mode = WAL')
    // A power cut may lose the last commits (paid pages, at most seconds of them), never the file; a killed
    // process loses nothing.
    sqlite.pragma('synchronous = NORMAL')
    // Copying the log into the file after every 40 MB of it, instead of 4, writes a page that many commits
    // touch once.
    sqlite.pragma('wal_autocheckpoint = 10000')
    // A log that grew while somebody read goes back to this when it begins anew.
    sqlite.pragma(`journal_size_limit = ${LARGEST_IDLE_LOG}`)
    sqlite.pragma('busy_timeout = 10000')
    const db = drizzle(sqlite)
    // Told at once, not at the first page: SQLite opens for reading what it may not write.
    sqlite.exec(`BEGIN IMMEDIATE; PRAGMA application_id = ${APPLICATION_ID}; ROLLBACK`)
    if (applicationId(sqlite) !== APPLICATION_ID) sqlite.pragma(`application_id = ${APPLICATION_ID}`)
    bringUp(sqlite, file, migrations)
    describeShapes(sqlite)
    return { sqlite, db }
  } catch (error) {
    sqlite.close()
    throw databaseError(error, file)
  }
}

function openOrSayWhy(file: string): Sqlite {
  try {
    return openFile(file, false)
  } catch (error) {
    throw databaseError(error, file)
  }
}

/**
 * Opens an existing database for reading; it can be read while a crawl writes. What is read is a private
 * copy, which is gone when the connection is closed, where SQLite can make no log beside the file (in a
 * folder or on a medium that cannot be written), and where the tables are an earlier version's.
 * @param migrations the folder of migrations, if not this version's
 * @throws AppError `bad-database`, `newer-database`, `temporary-full`, `unreadable-place`
 */
export function openForReading(file: string, migrations = MIGRATIONS): { sqlite: Sqlite; db: Drizzle } {
  if (!existsSync(file)) throw new AppError('bad-database', `${file} does not exist`)
  try {
    // What is written under another name would be read half before and half after it.
    const inPlace = isMountedAlone(realpathSync(file)) ? undefined : openInPlace(file, migrations)
    if (inPlace === undefined) return openCopy(copyFile(file), file, migrations)
    if (!isOlder(inPlace, migrations)) return { sqlite: inPlace, db: drizzle(inPlace) }
    try {
      return openCopy(copyThrough(inPlace, file), file, migrations)
    } finally {
      inPlace.close()
    }
  } catch (error) {
    throw databaseError(error, file)
  }
}

/** undefined: SQLite cannot open it where it is. */
function openInPlace(file: string, migrations: string): Sqlite | undefined {
  try {
    return openReader(file, file, migrations)
  } catch (error) {
    if (lacksPlaceForLog(error) && !areDescriptorsShort()) return undefined
    throw error
  }
}

function openCopy(copy: PrivateCopy, file: string, migrations: string): { sqlite: Sqlite; db: Drizzle } {
  try {
    openReader(copy.file, file, migrations).close()
    const writer = openFile(copy.file, false)
    bringUp(writer, null, migrations)
    writer.close()
    const sqlite = openReader(copy.file, file, migrations)
    return { sqlite, db: drizzle(sqlite) }
  } finally {
    // The connection goes on reading a file that has no name any more, so that nothing is left whatever
    // becomes of the process.
    copy.remove()
  }
}

function isOlder(sqlite: Sqlite, migrations: string): boolean {
  return (appliedMigration(sqlite) ?? 0) < newestMigration(migrations)
}

/**
 * Looks at an existing file before anything is made beside it.
 * @throws AppError as {@link openForWriting}; also `bad-database` where it or its folder cannot be written
 */
export function checkForWriting(file: string): void {
  if (!existsSync(file)) return
  if (!statSync(file).isFile()) throw new AppError('bad-database', `${file} is not a file`)
  try {
    const sqlite = openFile(file, true)
    try {
      checkOwner(sqlite, file, MIGRATIONS)
    } finally {
      sqlite.close()
    }
  } catch (error) {
    throw lacksPlaceForLog(error) && !areDescriptorsShort() ? readOnly(file) : databaseError(error, file)
  }
  if (!canBeWritten(file)) throw readOnly(file)
}

function readOnly(file: string): AppError {
  return new AppError(
    'bad-database',
    `${file} cannot be written: it, or the folder it is in, is read-only for you`,
  )
}

/**
 * A database on which something can be tried out of which nothing is kept: the file itself, or a copy of one
 * that cannot be written.
 * @param hold makes sure that nobody else writes to the file; returns how to let go
 * @returns its name, and what to do when it is closed
 * @throws as {@link openForReading}
 */
export function openForTrial(file: string, hold: () => () => void): { file: string; release: () => void } {
  if (canBeWritten(file)) return { file, release: hold() }
  const { sqlite } = openForReading(file)
  try {
    const copy = copyThrough(sqlite, file)
    return { file: copy.file, release: () => copy.remove() }
  } catch (error) {
    throw databaseError(error, file)
  } finally {
    sqlite.close()
  }
}

/** @param place where the file is; its `name` is what errors call it */
function openReader(place: string, name: string, migrations: string): Sqlite {
  const sqlite = openFile(place, true)
  try {
    checkOwner(sqlite, name, migrations)
    if (applicationId(sqlite) !== APPLICATION_ID) throw new AppError('bad-database', `${name} is empty`)
    sqlite.pragma('temp_store = MEMORY')
    return sqlite
  } catch (error) {
    sqlite.close()
    throw error
  }
}

function openFile(file: string, readonly: boolean): Sqlite {
  if (existsSync(file)) checkWhole(file)
  const sqlite = new Database(file, { readonly })
  try {
    checkSqlite(sqlite)
    // References tell other programs what belongs together. Here a row may be stored before the one that it
    // refers to, and `check` asks whether that came.
    sqlite.pragma('foreign_keys = OFF')
    return sqlite
  } catch (error) {
    sqlite.close()
    throw error
  }
}

const MAGIC = 'SQLite format 3\0'
const HEADER_BYTES = 100

/**
 * Looks at a file before SQLite does, which writes to some files before it finds out that they are damaged.
 */
function checkWhole(file: string): void {
  const { size } = statSync(file)
  if (!statSync(file).isFile()) throw new AppError('bad-database', `${file} is not a file`)
  if (size === 0) return
  const header = headerOf(file)
  if (header.subarray(0, MAGIC.length).toString('latin1') !== MAGIC)
    throw new AppError('bad-database', `${file} is not an SQLite database`)
  // The header is read again: somebody may write to the file.
  if (logMismatch(() => headerOf(file), `${file}-wal`) !== undefined)
    throw new AppError('stale-log', `${file}-wal holds what was written to another state of ${file}`)
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  const whole = pageSize * header.readUInt32BE(28)
  // A log that was not copied into the file yet can hold what the file lacks.
  if (size < whole && !hasLog(file))
    throw new AppError('bad-database', `${file} is cut off: it has ${size} bytes of ${whole}`)
}

function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

/**
 * Only while this process has no connection to the file: to close a handle gives up all locks that the
 * process has on it.
 */
function headerOf(file: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  const handle = openSync(file, 'r')
  try {
    readSync(handle, header, 0, HEADER_BYTES, 0)
    return header
  } finally {
    closeSync(handle)
  }
}

function checkSqlite(sqlite: Sqlite): void {
  const version = sqlite.prepare('select sqlite_version()').pluck().get() as string
  if (version.localeCompare(OLDEST_SAFE_SQLITE, undefined, { numeric: true }) < 0) {
    throw new AppError(
      'bad-database',
      `SQLite ${version} is in use, which can lose data; run \`npm ci\` to get ${OLDEST_SAFE_SQLITE} or newer`,
    )
  }
}

/** Writes the first page, so that a copy made before this can be told from the file by the counter in it. */
export function noteOpening(sqlite: Sqlite): void {
  sqlite.pragma(`application_id = ${APPLICATION_ID}`)
}

function applicationId(sqlite: Sqlite): number {
  return sqlite.pragma('application_id', { simple: true }) as number
}

/** Refuses files of other programs and of newer versions of this one, before anything is written. */
function checkOwner(sqlite: Sqlite, file: string, migrations: string): void {
  const tables = sqlite
    .prepare("select count(*) from sqlite_master where type = 'table'")
    .pluck()
    .get() as number
  if (tables === 0) return
  if (applicationId(sqlite) !== APPLICATION_ID)
    throw new AppError('bad-database', `${file} is a database of another program`)
  if ((appliedMigration(sqlite) ?? 0) > newestMigration(migrations))
    throw new AppError('newer-database', file)
}

/** The tables, indexes and views of a new database, as SQLite keeps them. */
export function pristineSchema(): { type: string; name: string; sql: string }[] {
  const sqlite = new Database(':memory:')
  try {
    bringUp(sqlite, ':memory:', MIGRATIONS)
    return sqlite
      .prepare(
        'SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB ' +
          "'sqlite_*' AND name NOT GLOB '__drizzle*'",
      )
      .all() as { type: string; name: string; sql: string }[]
  } finally {
    sqlite.close()
  }
}

/** What SQLite and the file system say, as one of the catalogue's errors. */
export function databaseError(error: unknown, file: string): unknown {
  if (error instanceof AppError) return error
  if (isNotLoaded(error)) return new AppError('not-loaded', messageOf(error), { cause: error })
  const code = (error as { code?: unknown }).code
  if (
    code === 'EMFILE' ||
    code === 'ENFILE' ||
    (typeof code === 'string' && code.startsWith('SQLITE_CANTOPEN') && areDescriptorsShort())
  ) {
    return new AppError('few-descriptors', `${file} cannot be opened`, { cause: error })
  }
  if (code === 'SQLITE_FULL' || (code !== 'EIO' && isNoRoom(error)))
    return new AppError('disk-full', file, { cause: error })
  if (typeof code === 'string' && code.startsWith('SQLITE_IOERR'))
    return new AppError('disk-full', `${file} cannot be written (${messageOf(error)})`, { cause: error })
  if (code === 'SQLITE_NOTADB')
    return new AppError('bad-database', `${file} is not an SQLite database`, { cause: error })
  if (code === 'SQLITE_BUSY') return new AppError('locked', file, { cause: error })
  if (typeof code === 'string' && code.startsWith('SQLITE_CORRUPT') && hasLog(file)) {
    return new AppError(
      'stale-log',
      `${file} is damaged (${messageOf(error)}), and ${file}-wal, which is beside it, may be why`,
      { cause: error },
    )
  }
  const isSqlite =
    error instanceof Database.SqliteError || (typeof code === 'string' && code.startsWith('SQLITE'))
  return isSqlite || error instanceof Error
    ? new AppError('bad-database', `${file}: ${messageOf(error)}`, { cause: error })
    : error
}

/** better-sqlite3 is there, and the binary that belongs to it is not, or is another Node's or machine's. */
function isNotLoaded(error: unknown): boolean {
  return (
    (error as { code?: unknown }).code === 'ERR_DLOPEN_FAILED' ||
    messageOf(error).startsWith('Could not locate the bindings file')
  )
}

/** SQLite does not say why it cannot open a file. A database takes about ten of them. */
function areDescriptorsShort(): boolean {
  const open: number[] = []
  try {
    while (open.length < 10) open.push(openSync(devNull, 'r'))
    return false
  } catch (error) {
    const code = (error as { code?: unknown }).code
    return code === 'EMFILE' || code === 'ENFILE'
  } finally {
    for (const handle of open) closeSync(handle)
  }
}
