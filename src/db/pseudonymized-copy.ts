import { databaseError, openForWriting, type Sqlite } from './open.js'
import type { SqlValue } from './query.js'
import { privacy, type Privacy } from './schema/index.js'

/** What becomes of the values that can name somebody. */
export interface NameReplacer {
  /** Is told of the names and ids in the database before anything is asked. */
  know(kind: 'name' | 'id', value: string): void
  id(id: string): string
  name(name: string): string
  seed(seed: string): string
  text(text: string): string
}

/** Rows between two looks at whether the copy goes on. */
const TURN_ROWS = 500
/** Names and ids likewise. */
const TURN_NAMES = 20_000

/** The tables in which people and their works are told of. What a search asked for is a word, and not somebody's name. */
const TOLD_IN = ['users', 'usernames', 'handles', 'posts', 'attachments', 'comments', 'edges', 'rankings']

/**
 * Writes a new database with the rows of another, in which no person's name, id, link or profile is left: what is dropped is NULL,
 * and tables of which nothing may be told are empty. Rows stand in the order of their pseudonyms: in that of the originals, whoever
 * has a list of these could count off which is whose.
 * Yields how many rows it has copied since it last yielded.
 */
export function* copyWithPseudonyms(source: Sqlite, file: string, replacer: NameReplacer): Generator<number, void> {
  yield* learn(source, replacer)
  source.function('place_of', { deterministic: true }, (value: unknown) => (typeof value === 'string' ? replacer.id(value) : value))
  const target = openForWriting(file).sqlite
  try {
    // Nothing of it is read after a crash.
    target.pragma('journal_mode = OFF')
    target.pragma('synchronous = OFF')
    const indexes = dropIndexes(target)
    target.exec('BEGIN')
    for (const table of tellingTables(source)) yield* copyTable(source, target, table, replacer)
    target.exec('COMMIT')
    for (const sql of indexes) target.exec(sql)
  } catch (error) {
    throw databaseError(error, file)
  } finally {
    target.close()
  }
}

/** So that names and ids are found in texts. */
function* learn(source: Sqlite, replacer: NameReplacer): Generator<number, void> {
  let seen = 0
  for (const table of TOLD_IN) {
    const columns = Object.entries(privacy.get(table) ?? {})
    for (const [column, kind] of columns) {
      if (kind !== 'name' && kind !== 'id') continue
      for (const value of source.prepare<[], unknown>(`SELECT ${column} FROM ${table} WHERE ${column} IS NOT NULL`).pluck().iterate()) {
        if (typeof value === 'string') replacer.know(kind, value)
        seen += 1
        if (seen % TURN_NAMES === 0) yield 0
      }
    }
  }
}

function* copyTable(source: Sqlite, target: Sqlite, table: string, replacer: NameReplacer): Generator<number, void> {
  const taken = new Set((target.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name))
  const columns = columnsOf(source, table).filter(({ name }) => taken.has(name))
  const names = columns.map(({ name }) => name).join(', ')
  const key = columns.filter((column) => column.key > 0).toSorted((a, b) => a.key - b.key)
  const order = key.map(({ name, privacy: kind }) => (kind === 'keep' ? name : `place_of(${name})`))
  // The salt of the forgotten is in the same table as the origin.
  const only = table === 'meta' ? " WHERE key = 'origin'" : ''
  const select = source.prepare<[], SqlValue[]>(`SELECT ${names} FROM ${table}${only} ORDER BY ${order.join(', ')}`)
  // Two handles of a user that differ in case alone are one under a pseudonym.
  const insert = target.prepare(`INSERT OR IGNORE INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`)
  let rows = 0
  for (const row of select.safeIntegers().raw().iterate()) {
    insert.run(...columns.map((column, i) => replace(row[i] ?? null, column, replacer)))
    rows += 1
    if (rows < TURN_ROWS) continue
    yield rows
    rows = 0
  }
  yield rows
}

function replace(value: SqlValue, { privacy: kind, empty }: CopiedColumn, replacer: NameReplacer): SqlValue {
  if (value === null || kind === 'keep') return value
  // SQLite keeps what it is given: a value that is no text is in none of the words that can be replaced.
  return kind === 'drop' || typeof value !== 'string' ? empty : replacer[kind](value)
}

interface CopiedColumn {
  readonly name: string
  readonly privacy: Privacy
  /** Its place in the primary key, from 1; 0 if it is in none. */
  readonly key: number
  /** What stands for nothing. */
  readonly empty: SqlValue
}

/** The columns that there are; one that nobody has classified is dropped. */
function columnsOf(source: Sqlite, table: string): CopiedColumn[] {
  const found = source.pragma(`table_info(${table})`) as { name: string; type: string; notnull: number; pk: number }[]
  return found.map(({ name, type, notnull, pk }) => ({
    name,
    privacy: privacy.get(table)?.[name] ?? 'drop',
    key: pk,
    empty: notnull === 0 ? null : /INT|REAL/i.test(type) ? 0 : /BLOB/i.test(type) ? new Uint8Array() : '',
  }))
}

/** The tables of a database of which something may be told. */
function tellingTables(source: Sqlite): string[] {
  const names = source.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all()
  return names.filter((name) => Object.values(privacy.get(name) ?? {}).some((kind) => kind !== 'drop'))
}

/** They are made faster at the end. @returns how to make them again */
function dropIndexes(target: Sqlite): string[] {
  const indexes = target.prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").all()
  for (const { name } of indexes) target.exec(`DROP INDEX ${name}`)
  return indexes.map(({ sql }) => sql)
}
