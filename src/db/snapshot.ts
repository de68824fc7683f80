import type { IsoTime } from '../clock.js'
import { AppError } from '../errors.js'
import {
  graphEdges,
  graphNodes,
  graphRelations,
  type GraphEdge,
  type GraphName,
  type GraphNode,
  type GraphRelations,
} from './graphs.js'
import { onward } from './onward.js'
import { databaseError, openForReading, type Sqlite } from './open.js'
import { copyWithPseudonyms, type CopiedPart, type NameReplacer } from './pseudonymized-copy.js'
import { checkWords, queryError, READ_ONLY, type SqlParameters, type SqlValue } from './query.js'

/** Rows of a table or view: which, what of them, in which order. Names are those of the schema. */
export interface Selection {
  readonly table: string
  readonly columns: readonly string[]
  /** The columns by which rows are ordered. */
  readonly order: readonly string[]
  /** Rows whose time is not before `from`; null for all. */
  readonly since: Since | null
  /** Rows of one month; null for all. */
  readonly month: { readonly column: string; readonly month: Month } | null
}

/** A month such as `2025-10`; null for rows that have no time. */
export type Month = string | null

export interface Since {
  readonly from: IsoTime
  /** A row is in if one of these is not before `from`. */
  readonly columns: readonly string[]
  /** If the columns are those of another table: how its row is found. */
  readonly through: { readonly column: string; readonly table: string; readonly key: string } | null
}

export type Row = readonly SqlValue[]

/**
 * Many rows as one run of bytes, in UTF-8, where the bytes of `packing`, which no UTF-8 has, mark what is
 * between values.
 */
export interface PackedRows {
  readonly rows: number
  readonly bytes: Uint8Array
}

/** After a value; after the last value of a row; in place of NULL. */
export const packing = { value: 0xff, row: 0xfd, nothing: 0xfe } as const

const PACKED_ROWS = 1_000
const PACKED_BYTES = 524_288

/**
 * One look at a database: all that is read through it is of the same instant, whatever is written meanwhile.
 * While it is open the writers' log cannot be folded into the file, so it is not for keeping.
 */
export class Snapshot {
  readonly #file: string
  readonly #sqlite: Sqlite

  /** @throws AppError `bad-database` or `newer-database` */
  constructor(file: string) {
    this.#file = file
    this.#sqlite = openForReading(file).sqlite
    // What has to be sorted goes to a temporary file where it does not fit.
    this.#sqlite.pragma('temp_store = FILE')
    this.#sqlite.pragma('cache_size = -16384')
    this.#sqlite.function('without_cache_url', { deterministic: true }, text => withoutCacheUrl(String(text)))
    this.#sqlite.function('number_text', { deterministic: true }, value =>
      value === null ? null : String(value),
    )
    this.#sqlite.exec('BEGIN')
    this.first('SELECT count(*) FROM sqlite_master')
  }

  count({ table, since, month }: Selection): number {
    return this.first(
      `SELECT count(*) FROM ${table} t${where(since, month)}`,
      valuesOf(since, month),
    ) as number
  }

  /** The months of a time column, in order; null, if there are rows without a time, comes last. */
  months({ table, since }: Selection, column: string): Month[] {
    const sql =
      `SELECT DISTINCT ${monthOf(column)} AS month FROM ${table} t${where(since, null)} ORDER BY ` +
      'month IS NULL, month'
    return this.select(sql, valuesOf(since, null)).map(([month]) => month as Month)
  }

  /** The rows of a selection, one at a time, values in the order of its columns; integers are bigint. */
  *rows(selection: Selection): Generator<Row, void> {
    const { table, columns, order, since, month } = selection
    const select = columns.map(column => safeExpression(table, column)).join(', ')
    yield* this.#iterate(
      `SELECT ${select} FROM ${table} t${where(since, month)} ORDER BY ` +
        `${order.map(name => `t.${name}`).join(', ')}`,
      valuesOf(since, month),
    )
  }

  /** The users who take part in a graph, ordered by id. */
  graphNodes(graph: GraphName): Generator<GraphNode> {
    return this.#guardedRows(graphNodes(this.#sqlite, graph))
  }

  /** The edges of a graph, ordered by source and target. */
  graphEdges(graph: GraphName): Generator<GraphEdge> {
    return this.#guardedRows(graphEdges(this.#sqlite, graph))
  }

  /** Writes a copy with pseudonyms into a new file; see `copyWithPseudonyms`. */
  copyWithPseudonyms(file: string, replacer: NameReplacer, part: CopiedPart): Generator<number, void> {
    return copyWithPseudonyms(this.#sqlite, file, replacer, part)
  }

  graphRelations(graph: GraphName): GraphRelations {
    return graphRelations(this.#sqlite, graph)
  }

  /**
   * The rows of a table in the order in which they were first stored, many at a time: to have SQLite join
   * them takes a fraction of the time that handing over each value takes.
   */
  *packed({ table, columns, since, month }: Selection): Generator<PackedRows, void> {
    const values = columns.map(
      column => `ifnull(${textExpression(table, column)}, ${sqlByte(packing.nothing)})`,
    )
    const filter = where(since, month, 't.rowid > :after')
    const sql = `
      SELECT count(*), CAST(group_concat(line, ${sqlByte(packing.row)}) || ${sqlByte(packing.row)} AS BLOB), max(place)
      FROM (SELECT t.rowid AS place, concat_ws(${sqlByte(packing.value)}, ${values.join(', ')}) AS line FROM ${table} t${filter} ORDER BY t.rowid LIMIT :limit)`
    const statement = this.#sqlite.prepare<[SqlParameters], SqlValue[]>(sql).raw()
    let after: bigint = -(2n ** 63n)
    let limit = PACKED_ROWS
    for (;;) {
      const [rows, bytes, place] = this.#guarded(() =>
        statement.get({ ...valuesOf(since, month), after, limit }),
      ) as [number, Uint8Array, bigint]
      if (rows === 0) return
      yield { rows, bytes }
      after = onward(place, after, table)
      // Texts can be of any length: the next block is made as large as this one says is right.
      limit = Math.max(1, Math.min(PACKED_ROWS, Math.floor((PACKED_BYTES * rows) / bytes.byteLength)))
    }
  }

  /**
   * The columns of a query of the user's own.
   * @throws AppError `bad-query` for whatever does not only read, reads raw answers, or is not SQL
   */
  queryColumns(sql: string): string[] {
    checkWords(sql)
    try {
      const statement = this.#sqlite.prepare(sql)
      if (!statement.readonly || !statement.reader || /^\s*(PRAGMA|EXPLAIN)\b/i.test(sql))
        throw new AppError('bad-query', READ_ONLY)
      if (this.#reads(sql, 'pages'))
        throw new AppError(
          'bad-query',
          'raw answers (the table pages) are not exported: they can hold links that anyone can open',
        )
      return statement.columns().map(({ name }) => name)
    } catch (error) {
      throw queryError(error)
    }
  }

  /** The rows of such a query. */
  *queryRows(sql: string): Generator<Row, void> {
    try {
      for (const row of this.#iterate(sql, {}))
        yield row.map(value => (typeof value === 'string' ? withoutCacheUrl(value) : value))
    } catch (error) {
      throw queryError(error)
    }
  }

  /** All rows of a question of this module's own. */
  select(sql: string, parameters: SqlParameters = {}): Row[] {
    return [...this.#iterate(sql, parameters)].map(row =>
      row.map(value => (typeof value === 'bigint' ? Number(value) : value)),
    )
  }

  /** The first value of the first row. */
  first(sql: string, parameters: SqlParameters = {}): SqlValue | undefined {
    return this.select(sql, parameters)[0]?.[0]
  }

  close(): void {
    this.#sqlite.close()
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw databaseError(error, this.#file)
    }
  }

  *#guardedRows<T>(rows: Iterable<T>): Generator<T, void> {
    try {
      yield* rows
    } catch (error) {
      throw databaseError(error, this.#file)
    }
  }

  *#iterate(sql: string, parameters: SqlParameters): Generator<Row, void> {
    const statement = this.#guarded(() =>
      this.#sqlite.prepare<[SqlParameters], SqlValue[]>(sql).safeIntegers().raw(),
    )
    yield* this.#guardedRows(statement.iterate(parameters))
  }

  /** Whether a query opens a table or one of its indexes, under whatever name. */
  #reads(sql: string, table: string): boolean {
    const roots = new Set(
      this.select('SELECT rootpage FROM sqlite_master WHERE tbl_name = :table', { table }).map(
        ([root]) => root,
      ),
    )
    return this.#sqlite
      .prepare<[], { opcode: string; p2: number }>(`EXPLAIN ${sql}`)
      .all()
      .some(({ opcode, p2 }) => opcode === 'OpenRead' && roots.has(p2))
  }
}

/** A link that anyone can open for a day is in no export: records set aside might hold it. */
function safeExpression(table: string, column: string): string {
  return table === 'rejects' && column === 'raw' ? 'without_cache_url(t.raw) AS raw' : `t.${column}`
}

const REAL_COLUMNS = new Set(['duration_s'])

/**
 * As `safeExpression`, as the text that this program writes: SQLite writes numbers with fraction in 15
 * digits, of which some need 17.
 */
function textExpression(table: string, column: string): string {
  if (REAL_COLUMNS.has(column)) return `number_text(t.${column})`
  return safeExpression(table, column).replace(/ AS \w+$/, '')
}

const sqlByte = (byte: number): string => `CAST(x'${byte.toString(16)}' AS TEXT)`

function withoutCacheUrl(text: string): string {
  if (!text.includes('cache_url')) return text
  return text.replaceAll(
    /("cache_url(?:\\?")?\s*:\s*)("(?:[^"\\]|\\.)*"|\\"(?:[^"\\]|\\[^"])*\\")/g,
    '$1null',
  )
}

function where(since: Since | null, month: Selection['month'], ...others: readonly string[]): string {
  const conditions = [
    ...others,
    ...(since === null ? [] : [sinceCondition(since)]),
    ...(month === null ? [] : [`${monthOf(month.column)} IS :month`]),
  ]
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

function sinceCondition({ columns, through }: Since): string {
  const alias = through === null ? 't' : 'o'
  const isIn = columns.map(column => `${alias}.${column} >= :from`).join(' OR ')
  return through === null
    ? `(${isIn})`
    : `EXISTS (SELECT 1 FROM ${through.table} o WHERE o.${through.key} = t.${through.column} AND (${isIn}))`
}

const monthOf = (column: string): string =>
  `CASE WHEN t.${column} GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-*' THEN substr(t.${column}, 1, 7) END`

function valuesOf(since: Since | null, month: Selection['month']): SqlParameters {
  return {
    ...(since === null ? {} : { from: since.from }),
    ...(month === null ? {} : { month: month.month }),
  }
}
