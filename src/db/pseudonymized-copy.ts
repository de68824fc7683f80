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

/**
 * The tables in which people and their works are told of. What a search asked for is a word, and not
 * somebody's name.
 */
const TOLD_IN = ['users', 'usernames', 'handles', 'posts', 'attachments', 'comments', 'edges', 'rankings']

/** What of a database a copy is for. */
export interface CopiedPart {
  /** The tables and views that will be read; null for whatever there is. */
  readonly read: readonly string[] | null
  /** Whether anything will be looked up in it, and not only read in the order of keys. */
  readonly indexed: boolean
}

/**
 * Writes a new database with the rows of another, in which no person's name, id, link or profile is left:
 * what is dropped is NULL, and tables of which nothing may be told are empty. Rows stand in the order of
 * their pseudonyms: in that of the originals, whoever has a list of these could count off which is whose.
 * Yields how many rows it has copied since it last yielded.
 */
export function* copyWithPseudonyms(
  source: Sqlite,
  file: string,
  replacer: NameReplacer,
  { read, indexed }: CopiedPart,
): Generator<number, void> {
  yield* learn(source, replacer)
  source.function('pseudonym_of_id', { deterministic: true }, (value: unknown) =>
    typeof value === 'string' ? replacer.id(value) : null,
  )
  source.function('pseudonym_of_name', { deterministic: true }, (value: unknown) =>
    typeof value === 'string' ? replacer.name(value) : null,
  )
  const target = openForWriting(file).sqlite
  try {
    // Nothing of it is read after a crash.
    target.pragma('journal_mode = OFF')
    target.pragma('synchronous = OFF')
    // Rows come in the order of their keys, so that no page is asked for again.
    target.pragma('cache_size = -2048')
    const indexes = dropIndexes(target)
    target.exec('BEGIN')
    const needed =
      read === null ? null : new Set(['meta', ...read.flatMap(name => tablesBehind(source, name))])
    for (const table of tellingTables(source))
      if (needed?.has(table) !== false) yield* copyTable(source, target, table, replacer)
    target.exec('COMMIT')
    target.pragma('cache_size = -16384')
    if (indexed) for (const sql of indexes) target.exec(sql)
  } catch (error) {
    throw databaseError(error, file)
  } finally {
    target.close()
  }
}

/**
 * An id as the platform makes them, which is found in texts by its form, so that it need not leave SQLite.
 * Behind a NUL, SQLite's functions see nothing.
 */
export const isPlain = (column: string): string => `((
  length(${column}) BETWEEN 15 AND 42 AND ${column} NOT GLOB '*[^A-Za-z0-9_-]*' AND ${column} GLOB '*[0-9]*'
    AND (${column} GLOB 'user-*' OR ${column} GLOB 's_*' OR ${column} GLOB 'ch_*' OR ${column} GLOB 'gen_*')
  OR length(${column}) = 32 AND ${column} NOT GLOB '*[^A-Fa-f0-9]*') AND octet_length(${column}) = length(${column}))`

/** So that names and ids are found in texts. */
function* learn(source: Sqlite, replacer: NameReplacer): Generator<number, void> {
  let seen = 0
  for (const table of TOLD_IN) {
    const columns = Object.entries(privacy.get(table) ?? {})
    for (const [column, kind] of columns) {
      if (kind !== 'name' && kind !== 'id') continue
      const unusual = kind === 'id' ? ` AND NOT ${isPlain(column)}` : ''
      for (const value of source
        .prepare<[], unknown>(`SELECT ${column} FROM ${table} WHERE ${column} IS NOT NULL${unusual}`)
        .pluck()
        .iterate()) {
        if (typeof value === 'string') replacer.know(kind, value)
        seen += 1
        if (seen % TURN_NAMES === 0) yield 0
      }
    }
  }
}

function* copyTable(
  source: Sqlite,
  target: Sqlite,
  table: string,
  replacer: NameReplacer,
): Generator<number, void> {
  const taken = new Set((target.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name))
  const columns = columnsOf(source, table).filter(({ name }) => taken.has(name))
  const names = columns.map(({ name }) => name).join(', ')
  // The salt of the forgotten is in the same table as the origin.
  const only = table === 'meta' ? " WHERE key = 'origin'" : ''
  const select = source.prepare<[], SqlValue[]>(
    `SELECT ${columns.map(expressionOf).join(', ')} FROM ${table}${only} ORDER BY ` +
      `${orderOf(columns).join(', ')}`,
  )
  // Two handles of a user that differ in case alone are one under a pseudonym.
  const insert = target.prepare(
    `INSERT OR IGNORE INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  const replacements = [...columns.entries()].flatMap(([i, column]) =>
    isReplacedBySql(column) ? [] : [[i, replacementOf(column, replacer)] as const],
  )
  let rows = 0
  for (const row of select.safeIntegers().raw().iterate()) {
    for (const [i, replace] of replacements) row[i] = replace(row[i] ?? null)
    insert.run(row)
    rows += 1
    if (rows < TURN_ROWS) continue
    yield rows
    rows = 0
  }
  yield rows
}

interface CopiedColumn {
  readonly name: string
  readonly privacy: Privacy
  /** Its place in the primary key, from 1; 0 if it is in none. */
  readonly key: number
  /** What stands for nothing. */
  readonly empty: SqlValue
}

/**
 * Ids and names by which rows are sorted come out of the sorter replaced, so that each is replaced once; what
 * is dropped is not even read.
 */
function expressionOf(column: CopiedColumn): string {
  const { name, privacy: kind, key, empty } = column
  if (kind === 'drop') return literal(empty)
  if (key === 0 || (kind !== 'id' && kind !== 'name')) return name
  return `coalesce(pseudonym_of_${kind}(${name}), ${literal(empty)})`
}

function literal(empty: SqlValue): string {
  return empty === null
    ? 'NULL'
    : empty instanceof Uint8Array
      ? "x''"
      : typeof empty === 'string'
        ? "''"
        : '0'
}

const isReplacedBySql = ({ privacy: kind, key }: CopiedColumn): boolean =>
  kind === 'keep' || kind === 'drop' || (key > 0 && (kind === 'id' || kind === 'name'))

/**
 * The key of a table, by the places of its columns; where it holds words that are replaced later, by a hash
 * of these.
 */
function orderOf(columns: readonly CopiedColumn[]): string[] {
  const key = columns.filter(column => column.key > 0).toSorted((a, b) => a.key - b.key)
  return key.map(column =>
    isReplacedBySql(column) ? String(columns.indexOf(column) + 1) : `pseudonym_of_id(${column.name})`,
  )
}

/** SQLite keeps what it is given: a value that is no text is in none of the words that can be replaced. */
function replacementOf(
  { privacy: kind, empty }: CopiedColumn,
  replacer: NameReplacer,
): (value: SqlValue) => SqlValue {
  if (kind === 'keep' || kind === 'drop') throw new Error('there is nothing to replace')
  return value => (value === null ? null : typeof value === 'string' ? replacer[kind](value) : empty)
}

/** The columns that there are; one that nobody has classified is dropped. */
function columnsOf(source: Sqlite, table: string): CopiedColumn[] {
  const found = source.pragma(`table_info(${table})`) as {
    name: string
    type: string
    notnull: number
    pk: number
  }[]
  return found.map(({ name, type, notnull, pk }) => ({
    name,
    privacy: privacy.get(table)?.[name] ?? 'drop',
    key: pk,
    empty: notnull === 0 ? null : /INT|REAL/i.test(type) ? 0 : /BLOB/i.test(type) ? new Uint8Array() : '',
  }))
}

/** The tables of a database of which something may be told. */
function tellingTables(source: Sqlite): string[] {
  const names = source
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .pluck()
    .all()
  return names.filter(name => Object.values(privacy.get(name) ?? {}).some(kind => kind !== 'drop'))
}

/** The tables that SQLite opens to read a table or view: a view may stand on any. */
function tablesBehind(source: Sqlite, name: string): string[] {
  const tables = new Map(
    source
      .prepare<[], [number, string]>('SELECT rootpage, tbl_name FROM sqlite_master WHERE rootpage > 0')
      .raw()
      .all(),
  )
  const steps = source.prepare<[], { opcode: string; p2: number }>(`EXPLAIN SELECT * FROM ${name}`).all()
  return steps.filter(({ opcode }) => opcode === 'OpenRead').map(({ p2 }) => tables.get(p2) ?? '')
}

/** They are made faster at the end. @returns how to make them again */
function dropIndexes(target: Sqlite): string[] {
  const indexes = target
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    )
    .all()
  for (const { name } of indexes) target.exec(`DROP INDEX ${name}`)
  return indexes.map(({ sql }) => sql)
}
