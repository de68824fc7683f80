import Database from 'better-sqlite3'
import { AppError, messageOf } from '../errors.js'
import { databaseError, openForWriting, type Sqlite } from './open.js'

/**
 * What is behind an error that nobody foresaw while a database was in use: a damaged file is no bug of the
 * program's.
 * @returns AppError `bad-database` (or what else SQLite says of the file), or the error itself if the file is
 *   sound
 */
export function damageBehind(error: unknown, file: string): unknown {
  if (error instanceof AppError) return error
  if (
    error instanceof Database.SqliteError &&
    /^SQLITE_(CORRUPT|NOTADB|IOERR|FULL|BUSY|READONLY|CANTOPEN|PROTOCOL)/.test(error.code)
  )
    return databaseError(error, file)
  const damage = damageOf(file)
  return damage === undefined
    ? error
    : new AppError('bad-database', `${file} is damaged (${damage})`, { cause: error })
}

/** What is wrong with a file, in SQLite's words; undefined if it is sound, or cannot be looked at. */
function damageOf(file: string): string | undefined {
  let sqlite: Sqlite | undefined
  try {
    sqlite = new Database(file, { readonly: true, fileMustExist: true })
    const [first] = sqlite.pragma('integrity_check(1)', { simple: false }) as { integrity_check: string }[]
    if (first?.integrity_check !== 'ok') return first?.integrity_check ?? 'it cannot be checked'
    return schemaOf(sqlite) === newSchema() ? undefined : 'its tables are not those of this version'
  } catch (error) {
    return error instanceof Database.SqliteError && error.code !== 'SQLITE_CANTOPEN'
      ? messageOf(error)
      : undefined
  } finally {
    sqlite?.close()
  }
}

function newSchema(): string {
  const { sqlite } = openForWriting(':memory:')
  try {
    return schemaOf(sqlite)
  } finally {
    sqlite.close()
  }
}

function schemaOf(sqlite: Sqlite): string {
  return JSON.stringify(
    sqlite
      .prepare(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name",
      )
      .raw()
      .all(),
  )
}
