import type { PackedRows, Row, Snapshot } from '../db/index.js'

/** What the values of a column are, whatever SQLite keeps them as. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'time' | 'json' | 'any'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** Whether it is never NULL. */
  readonly required: boolean
  readonly choices: readonly string[] | null
  readonly about: string
}

/** A column that tells a row of another dataset. */
export interface Reference {
  readonly column: string
  readonly dataset: string
  readonly key: string
}

/** What can be exported as a table: its columns, in the order in which they are written. */
export interface Dataset {
  readonly name: string
  readonly kind: 'table' | 'view' | 'query'
  readonly about: string
  readonly columns: readonly Column[]
  /** The columns that name a row, by which rows are ordered; empty for a query. */
  readonly key: readonly string[]
  readonly references: readonly Reference[]
}

/** Where the bytes of a file go. */
export interface Sink {
  write(chunk: string | Uint8Array): void
}

/** A file that has been written. */
export interface WrittenFile {
  /** Relative to the folder, with `/` between. */
  readonly path: string
  readonly bytes: number
  /** In hexadecimal digits. */
  readonly sha256: string
}

/** What a writer has counted on its way. */
export interface Remarks {
  /** NUL characters that were left out of texts. */
  nulRemoved: number
  /** Texts that were cut because a cell takes no more. */
  cellsCut: number
  /** Values of another kind than their column's, which a typed format cannot hold. */
  leftOut: number
}

/** Rows of one file, one at a time; values in the order of the columns, integers as bigint. */
export interface RowSource {
  readonly columns: readonly Column[]
  rows(): Iterable<Row>
  /**
   * The same rows joined by SQLite, for formats that are little more than text; left out where that cannot be
   * had.
   */
  readonly packed?: () => Iterable<PackedRows>
}

/** A way to write rows to a file: one small file of code each. */
export interface Format {
  readonly name: string
  readonly extension: string
  readonly mediaType: string
  /** The most rows of one file, where readers have a limit; the rest goes to `…-2`, `…-3`. */
  readonly maxRows: number
  /**
   * Writes the rows to the sink. It yields how many it has written since it last yielded, every few
   * milliseconds, so that progress can be shown and the export be stopped.
   */
  write(source: RowSource, sink: Sink, remarks: Remarks): Generator<number, void>
}

/** One file of an export: it is known before anything is written. */
export interface Task {
  /** The file, relative to the folder, with `/` between. */
  readonly path: string
  /** How many rows are expected, for the time left. */
  readonly rows: number
  /** What it holds, where that is one dataset; null for a graph. */
  readonly dataset: string | null
  /** The columns of a table; empty for a graph. */
  readonly columns: readonly Column[]
  /** The name of the format, as `--format` takes it. */
  readonly format: string
  /** Yields like a format's `write`. */
  write(sink: Sink, remarks: Remarks): Generator<number, void>
  /** What `datapackage.json` says of the file beside its size and hash; asked for when it is written. */
  describe(rows: number): Resource
}

/** A file in `datapackage.json`, in the words of Frictionless Data Package v2. */
export interface Resource {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly format: string
  readonly mediatype: string
  readonly [property: string]: unknown
}

/** A file beside the data that is known only when the data is written: seeds, lines that load it. */
export interface HelperFile extends Resource {
  /** Relative to the folder, with `/` between. */
  readonly path: string
  text(files: readonly LoadableFile[]): string
}

/** A file of the export, as what loads it needs to know it. */
export interface LoadableFile {
  readonly path: string
  readonly format: string
  /** The table that it holds, or holds a part of; null for a graph. */
  readonly dataset: string | null
  readonly columns: readonly Column[]
  readonly rows: number
}

/** Makes the tasks of one kind of file, of the one snapshot that a whole export is of. */
export type TaskMaker = (snapshot: Snapshot) => readonly Task[]
