import { AppError, messageOf } from '../errors.js'
import { openForReading, type Sqlite } from './open.js'

/** A value as SQLite holds it: integers are bigint, so that all of them are exact. */
export type SqlValue = null | bigint | number | string | Uint8Array
export type SqlParameters = Readonly<Record<string, bigint | number | string | null>>

/** PRAGMAs that tell something and change nothing; only those named second take an argument. */
const TELLING = new Set(
  (
    'application_id collation_list compile_options database_list encoding foreign_keys ' +
    'freelist_count function_list module_list page_count page_size pragma_list schema_version ' +
    'table_list user_version'
  ).split(' '),
)
const TELLING_OF = new Set(
  (
    'foreign_key_check foreign_key_list index_info index_list index_xinfo integrity_check ' +
    'quick_check table_info table_list table_xinfo'
  ).split(' '),
)

export const READ_ONLY =
  'only one statement that reads is run: SELECT, WITH, VALUES, EXPLAIN or a PRAGMA that tells something'

/**
 * One statement that reads, on a connection that cannot write. Other processes may write to the file at the
 * same time.
 */
export class ReadQuery {
  readonly columns: readonly string[]
  readonly #sqlite: Sqlite
  readonly #rows: () => IterableIterator<SqlValue[]>

  /**
   * @param explain whether to tell how SQLite would answer, in place of the answer
   * @throws AppError `bad-query` for whatever does not only read, or is not SQL; `bad-database`,
   *   `newer-database`
   */
  constructor(file: string, sql: string, parameters: SqlParameters, explain = false) {
    checkWords(sql)
    checkParameters(sql, parameters)
    this.#sqlite = openForReading(file).sqlite
    // A person's question may sort or visit everything: what does not fit into memory goes to a temporary
    // file, and pages are mapped, not copied, which halves the time of a walk over a graph of millions.
    this.#sqlite.pragma('temp_store = FILE')
    this.#sqlite.pragma('cache_size = -65536')
    this.#sqlite.pragma('mmap_size = 2147418112')
    try {
      const statement = this.#sqlite.prepare<[SqlParameters], SqlValue[]>(
        explain ? `EXPLAIN QUERY PLAN ${sql}` : sql,
      )
      if (!statement.readonly || !statement.reader) throw new AppError('bad-query', READ_ONLY)
      statement.safeIntegers().raw()
      this.columns = statement.columns().map(({ name }) => name)
      this.#rows = () => statement.iterate(parameters)
    } catch (error) {
      this.#sqlite.close()
      throw queryError(error)
    }
  }

  /** The rows, one at a time, values in the order of the columns. */
  *rows(): Generator<readonly SqlValue[], void> {
    try {
      yield* this.#rows()
    } catch (error) {
      throw queryError(error)
    }
  }

  close(): void {
    this.#sqlite.close()
  }
}

/**
 * Some PRAGMAs take effect as soon as they are prepared, so the words are looked at before SQLite sees them.
 */
export function checkWords(sql: string): void {
  const [, first, rest] = /^(\w+)([^]*)$/.exec(withoutComments(sql)) ?? []
  const word = first?.toUpperCase()
  if (word === undefined && withoutComments(sql).replaceAll(';', '').trim() === '')
    throw new AppError('bad-query', 'there is no statement')
  if (word === 'EXPLAIN') return checkExplained(rest ?? '')
  if (word === 'PRAGMA' && tellsSomething(rest ?? '')) return
  if (word !== 'SELECT' && word !== 'WITH' && word !== 'VALUES') throw new AppError('bad-query', READ_ONLY)
}

function checkExplained(rest: string): void {
  if (!/^\s*(QUERY\s+PLAN\s+)?(SELECT|WITH|VALUES)\b/i.test(withoutComments(rest)))
    throw new AppError('bad-query', READ_ONLY)
}

function tellsSomething(rest: string): boolean {
  const [, name, argument] = /^\s*(?:\w+\s*\.\s*)?(\w+)\s*(\(\s*[\w'"`]+\s*\))?\s*;?\s*$/.exec(rest) ?? []
  if (name === undefined) return false
  return argument === undefined
    ? TELLING.has(name.toLowerCase()) || TELLING_OF.has(name.toLowerCase())
    : TELLING_OF.has(name.toLowerCase())
}

/** The text from its first word on. */
function withoutComments(sql: string): string {
  return sql.replace(/^(\s|--[^\n]*(\n|$)|\/\*[^]*?\*\/|\uFEFF)*/, '')
}

/** SQLite ignores a parameter that the statement does not have; here it is most likely a slip. */
function checkParameters(sql: string, parameters: SqlParameters): void {
  const unused = Object.keys(parameters).find(name => !new RegExp(`[:@$]${name}\\b`).test(sql))
  if (unused !== undefined) throw new AppError('bad-query', `the query has no parameter :${unused}`)
}

export function queryError(error: unknown): unknown {
  if (error instanceof AppError) return error
  const message = messageOf(error)
  const [, missing] = /^Missing named parameter "(.*)"$/.exec(message) ?? []
  if (missing !== undefined)
    return new AppError(
      'bad-query',
      `the query has a parameter :${missing}; give it with --param ${missing}=…`,
    )
  if (/more than one statement/.test(message)) return new AppError('bad-query', READ_ONLY)
  if (/Too few parameter values/.test(message))
    return new AppError('bad-query', 'parameters have names, such as :name', { cause: error })
  return error instanceof Error ? new AppError('bad-query', message, { cause: error }) : error
}
