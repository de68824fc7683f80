import type { IsoTime } from '../clock.js'
import type { Row, Selection, Snapshot } from '../db/index.js'
import type { Dataset, Format, RowSource, Task } from './contract.js'
import { monthColumnOf, sinceOf } from './datasets.js'
import { resourceOf } from './resources.js'

/** Which rows of which datasets are exported, and how. */
export interface TableRequest {
  readonly datasets: readonly Dataset[]
  readonly formats: readonly Format[]
  readonly since: IsoTime | null
  readonly partition: boolean
  /** The SQL of datasets that are queries, by their names. */
  readonly queries: ReadonlyMap<string, string>
}

/** The name of the part of rows without a time, as Hive writes it. */
const NO_MONTH = '__HIVE_DEFAULT_PARTITION__'

/** One task for each file: a dataset in a format, or a month or part of it. */
export function tableTasks(snapshot: Snapshot, request: TableRequest): Task[] {
  const pieces = new Map(request.datasets.map(dataset => [dataset, piecesOf(snapshot, dataset, request)]))
  return request.formats.flatMap(format => {
    const whole = new Set(
      [...pieces]
        .filter(
          ([, own]) =>
            request.since === null &&
            own.length === 1 &&
            own.every(({ folder, rows }) => folder === '' && rows <= format.maxRows),
        )
        .map(([{ name }]) => name),
    )
    return [...pieces].flatMap(([dataset, own]) =>
      own.flatMap(piece => tasksOf({ dataset, format, folder: folderOf(format, request), whole }, piece)),
    )
  })
}

/** Excel's CSV makes room for the plain one where both are asked for. */
function folderOf(format: Format, { formats }: TableRequest): string {
  return format.name === 'excel' && formats.some(({ name }) => name === 'csv') ? 'excel/' : ''
}

/** Rows that go to one file, where a format sets no limit. */
export interface Piece {
  /** Between the folder of the format and the name of the file. */
  readonly folder: string
  readonly suffix: string
  readonly rows: number
  readonly source: RowSource
}

export function piecesOf(snapshot: Snapshot, dataset: Dataset, request: TableRequest): Piece[] {
  const { since, partition, queries } = request
  const sql = queries.get(dataset.name)
  if (sql !== undefined) return [queryPiece(snapshot, dataset, sql, request)]
  const whole: Selection = {
    table: dataset.name,
    columns: dataset.columns.map(({ name }) => name),
    order: hasRowid(dataset) ? ['rowid'] : dataset.key,
    since: since === null ? null : sinceOf(dataset, since),
    month: null,
  }
  const column = partition ? monthColumnOf(dataset) : null
  if (column === null) return [pieceOf(snapshot, dataset, whole, { folder: '', suffix: '' })]
  const key = column.replace(/_at$/, '_month')
  return snapshot
    .months(whole, column)
    .map(month =>
      pieceOf(
        snapshot,
        dataset,
        { ...whole, month: { column, month } },
        { folder: `${dataset.name}/${key}=${month ?? NO_MONTH}/`, suffix: `.${month ?? 'no-month'}` },
      ),
    )
}

/** How many rows a query has is counted only where a format must know: it takes as long as the query. */
function queryPiece(snapshot: Snapshot, { columns }: Dataset, sql: string, { formats }: TableRequest): Piece {
  let rows = 0
  if (formats.some(({ maxRows }) => maxRows !== Infinity)) for (const _ of snapshot.queryRows(sql)) rows += 1
  return { folder: '', suffix: '', rows, source: { columns, rows: () => snapshot.queryRows(sql) } }
}

function pieceOf(
  snapshot: Snapshot,
  dataset: Dataset,
  selection: Selection,
  place: Pick<Piece, 'folder' | 'suffix'>,
): Piece {
  const values = { columns: dataset.columns, rows: () => snapshot.rows(selection) }
  return {
    ...place,
    rows: snapshot.count(selection),
    source: hasRowid(dataset) ? { ...values, packed: () => snapshot.packed(selection) } : values,
  }
}

/** Tables whose key has several columns are kept in the order of that key, and have no other. */
function hasRowid({ kind, key }: Dataset): boolean {
  return kind === 'table' && key.length === 1
}

interface Target {
  readonly dataset: Dataset
  readonly format: Format
  readonly folder: string
  readonly whole: ReadonlySet<string>
}

/** One task, or as many as it takes where a format has a limit. */
function tasksOf(
  { dataset, format, folder, whole }: Target,
  { folder: inner, suffix, rows, source }: Piece,
): Task[] {
  const parts = Math.max(1, Math.ceil(rows / format.maxRows))
  const reader = parts === 1 ? null : new PartReader(source)
  return Array.from({ length: parts }, (_, part) => {
    const more = part === 0 ? '' : `-${part + 1}`
    const own =
      reader === null ? source : { columns: source.columns, rows: () => reader.next(format.maxRows) }
    return {
      path: `${folder}${inner}${dataset.name}${more}.${format.extension}`,
      rows: Math.min(format.maxRows, rows - part * format.maxRows),
      dataset: dataset.name,
      columns: dataset.columns,
      format: format.name,
      write: (sink, remarks) => format.write(own, sink, remarks),
      describe: written => resourceOf({ dataset, format, suffix: suffix + more, rows: written, whole }),
    }
  })
}

/** Rows of which each file takes as many as it can hold. */
class PartReader {
  readonly #source: RowSource
  #rows: Iterator<Row> | undefined

  constructor(source: RowSource) {
    this.#source = source
  }

  *next(most: number): Generator<Row, void> {
    this.#rows ??= this.#source.rows()[Symbol.iterator]()
    for (let i = 0; i < most; i += 1) {
      const { value, done } = this.#rows.next()
      if (done === true) return
      yield value
    }
  }
}
