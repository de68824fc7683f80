import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import type { Row, SqlValue } from '../../db/index.js'
import { AppError } from '../../errors.js'
import type { Column, ColumnType, Format, Remarks, RowSource, Sink } from '../contract.js'
import { textOf } from './values.js'

/** Rows are held until their group is written: fewer would compress worse, more would take more memory. */
const GROUP_ROWS = 10_000
/** Of the texts of a group, in characters; long texts make smaller groups. */
const GROUP_LENGTH = 16_000_000
/** Rows between two looks at whether the export goes on. */
const TURN_ROWS = 1_000

/**
 * Typed columns in row groups, compressed with snappy; every column can be NULL unless the schema says never.
 */
export const parquet: Format = {
  name: 'parquet',
  extension: 'parquet',
  mediaType: 'application/vnd.apache.parquet',
  maxRows: Infinity,
  *write(source, sink, remarks) {
    const columns = typed(source)
    const bytes = new SinkWriter(sink)
    const file = new ParquetWriter({
      writer: bytes,
      schema: [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)],
      createdBy: 'sora-crawl',
    })
    let group = new Group(columns, remarks)
    let told = 0
    for (const row of source.rows()) {
      group.add(row)
      told += 1
      if (group.isFull) {
        file.write({ columnData: group.columnData(), rowGroupSize: group.rows })
        group = new Group(columns, remarks)
      }
      if (told < TURN_ROWS) continue
      yield told
      told = 0
    }
    if (group.rows > 0) file.write({ columnData: group.columnData(), rowGroupSize: group.rows })
    file.finish()
    yield told
  },
}

/** Bytes that the library writes, handed on after each row group. */
class SinkWriter extends ByteWriter {
  readonly #sink: Sink

  constructor(sink: Sink) {
    super(1 << 20)
    this.#sink = sink
  }

  flush(): void {
    this.#sink.write(new Uint8Array(this.buffer, 0, this.index))
    this.index = 0
  }

  override finish(): void {
    this.flush()
  }
}

class Group {
  readonly #columns: readonly Column[]
  readonly #remarks: Remarks
  readonly #values: unknown[][]
  #length = 0
  rows = 0

  constructor(columns: readonly Column[], remarks: Remarks) {
    this.#columns = columns
    this.#remarks = remarks
    this.#values = columns.map(() => [])
  }

  get isFull(): boolean {
    return this.rows >= GROUP_ROWS || this.#length >= GROUP_LENGTH
  }

  /** @throws AppError `bad-database` where a value is missing that every row has */
  add(row: Row): void {
    for (const [i, { name, type, required }] of this.#columns.entries()) {
      const value = row[i] ?? null
      const stored = value === null ? undefined : storedAs(value, type)
      if (stored === undefined && required)
        throw new AppError(
          'bad-database',
          `a row has no ${type} in the column ${name}, which every row has: the file is damaged or was changed`,
        )
      const written = stored ?? (value === null ? null : this.#leaveOut())
      if (typeof value === 'string') this.#length += value.length
      this.#values[i]?.push(written)
    }
    this.rows += 1
  }

  columnData(): { name: string; data: unknown[] }[] {
    return this.#columns.map(({ name }, i) => ({ name, data: this.#values[i] ?? [] }))
  }

  #leaveOut(): null {
    this.#remarks.leftOut += 1
    return null
  }
}

/**
 * A value as its column stores it, JSON as its text, so that its numbers keep their digits; undefined where
 * it is of another kind than the column.
 */
function storedAs(value: Exclude<SqlValue, null>, type: ColumnType): unknown {
  switch (type) {
    case 'integer':
      return typeof value === 'bigint' ? value : undefined
    case 'boolean':
      return typeof value === 'bigint' ? value !== 0n : undefined
    case 'number':
      return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : undefined
    case 'time':
      return timeOf(value)
    default:
      return textOf(value)
  }
}

function timeOf(value: SqlValue): bigint | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : BigInt(ms)
}

function elementOf({ name, type, required }: Column): SchemaElement {
  const shape = { name, repetition_type: required ? ('REQUIRED' as const) : ('OPTIONAL' as const) }
  switch (type) {
    case 'integer':
      return { ...shape, type: 'INT64' }
    case 'boolean':
      return { ...shape, type: 'BOOLEAN' }
    case 'number':
      return { ...shape, type: 'DOUBLE' }
    case 'time':
      return {
        ...shape,
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      }
    default:
      return { ...shape, type: 'BYTE_ARRAY', converted_type: 'UTF8' }
  }
}

/** The columns with the types of their values, which of a query are known only when all have been seen. */
function typed(source: RowSource): readonly Column[] {
  if (source.columns.every(({ type }) => type !== 'any')) return source.columns
  const seen = source.columns.map(() => new Set<string>())
  for (const row of source.rows()) {
    for (const [i, value] of row.entries()) if (value !== null) seen[i]?.add(typeof value)
  }
  return source.columns.map((column, i) => ({ ...column, type: narrowest(seen[i] ?? new Set()) }))
}

function narrowest(kinds: ReadonlySet<string>): ColumnType {
  if (kinds.size === 0 || kinds.has('string') || kinds.has('object')) return 'text'
  return kinds.has('number') ? 'number' : 'integer'
}
