import type { IsoTime } from '../clock.js'
import type { Month, Selection, Snapshot } from '../db/index.js'
import { AppError } from '../errors.js'
import type { Dataset, Format, Task } from './contract.js'
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
  return request.datasets.flatMap((dataset) => {
    const pieces = piecesOf(snapshot, dataset, request)
    return request.formats.flatMap((format) => pieces.flatMap((piece) => tasksOf(dataset, format, piece, request)))
  })
}

/** Rows that go to one file, where a format sets no limit. */
interface Piece {
  /** Between the folder of the format and the name of the file. */
  readonly folder: string
  readonly suffix: string
  readonly rows: number
  readonly read: () => Iterable<readonly (bigint | number | string | Uint8Array | null)[]>
}

function piecesOf(snapshot: Snapshot, dataset: Dataset, { since, partition, queries }: TableRequest): Piece[] {
  const sql = queries.get(dataset.name)
  if (sql !== undefined) return [{ folder: '', suffix: '', rows: 0, read: () => snapshot.queryRows(sql) }]
  const whole: Selection = {
    table: dataset.name,
    columns: dataset.columns.map(({ name }) => name),
    order: dataset.key,
    since: since === null ? null : sinceOf(dataset, since),
    month: null,
  }
  const column = partition ? monthColumnOf(dataset) : null
  if (column === null) return [pieceOf(snapshot, whole, '', '')]
  const key = column.replace(/_at$/, '_month')
  return snapshot.months(whole, column).map((month) => monthPiece(snapshot, { ...whole, month: { column, month } }, `${dataset.name}/${key}`, month))
}

function monthPiece(snapshot: Snapshot, selection: Selection, folder: string, month: Month): Piece {
  return pieceOf(snapshot, selection, `${folder}=${month ?? NO_MONTH}/`, `.${month ?? 'none'}`)
}

function pieceOf(snapshot: Snapshot, selection: Selection, folder: string, suffix: string): Piece {
  return { folder, suffix, rows: snapshot.count(selection), read: () => snapshot.rows(selection) }
}

function tasksOf(dataset: Dataset, format: Format, piece: Piece, request: TableRequest): Task[] {
  if (piece.rows > format.maxRows) throw new AppError('bad-usage', `${dataset.name} has too many rows for ${format.name}`)
  const folder = format.name === 'excel' && request.formats.some(({ name }) => name === 'csv') ? 'excel/' : ''
  const path = `${folder}${piece.folder}${dataset.name}.${format.extension}`
  const source = { columns: dataset.columns, rows: piece.read }
  return [
    {
      path,
      rows: piece.rows,
      write: (sink, remarks) => format.write(source, sink, remarks),
      describe: (rows) => resourceOf(dataset, format, piece.suffix, rows),
    },
  ]
}
