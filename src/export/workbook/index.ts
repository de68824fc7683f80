import type { Row, Snapshot } from '../../db/index.js'
import type { Column, Dataset, Remarks, Resource, RowSource, Sink, Task } from '../contract.js'
import { piecesOf, type TableRequest } from '../tables.js'
import { cellXml, textCell } from './cell.js'
import { fixedParts, sheetFrame, sheetPart, STYLES } from './parts.js'
import { ZipWriter, type ZipPart } from './zip.js'

/** The name that `--format` takes. */
export const WORKBOOK = 'xlsx'
const FILE = 'workbook.xlsx'
const MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Rows that Excel takes beside the header. */
const MOST_ROWS = 1_048_575
/** A part of an archive has a size of 32 bits. */
const MOST_SHEET_BYTES = 3 * 2 ** 30
const MOST_NAME = 31
const BATCH_LENGTH = 1 << 18

export interface WorkbookLimits {
  readonly rows: number
  readonly bytes: number
}

/** One file with a sheet for each dataset, more where one takes no more rows, and one that says what columns are. */
export function workbookTask(
  snapshot: Snapshot,
  request: Omit<TableRequest, 'formats' | 'partition'>,
  limits: WorkbookLimits = { rows: MOST_ROWS, bytes: MOST_SHEET_BYTES },
): Task {
  const tables = request.datasets.map(dataset => {
    const [piece] = piecesOf(snapshot, dataset, { ...request, formats: [], partition: false })
    if (piece === undefined) throw new Error(`no rows of ${dataset.name}`)
    return { dataset, ...piece }
  })
  const names = request.datasets.map(({ name }) => name).join(', ')
  return {
    path: FILE,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    dataset: null,
    columns: [],
    format: WORKBOOK,
    write: (sink, remarks) => new Workbook(sink, remarks, limits).write(tables),
    describe: (): Resource => ({
      name: 'workbook',
      description: `A workbook with a sheet for each of ${names}, and one that says what their columns are.`,
      format: WORKBOOK,
      mediatype: MEDIA_TYPE,
    }),
  }
}

interface Table {
  readonly dataset: Dataset
  readonly source: RowSource
}

class Workbook {
  readonly #zip: ZipWriter
  readonly #remarks: Remarks
  readonly #limits: WorkbookLimits
  readonly #sheets: string[] = []

  constructor(sink: Sink, remarks: Remarks, limits: WorkbookLimits) {
    this.#zip = new ZipWriter(sink)
    this.#remarks = remarks
    this.#limits = limits
  }

  *write(tables: readonly Table[]): Generator<number, void> {
    for (const { dataset, source } of tables)
      yield* this.#sheetsOf(dataset.name, source.columns, source.rows())
    const about = tables.flatMap(({ dataset }) =>
      dataset.columns.map(column => [dataset.name, column.name, column.type, column.about]),
    )
    for (const _ of this.#sheetsOf('columns', ABOUT_COLUMNS, about));
    for (const [name, xml] of fixedParts(this.#sheets)) this.#zip.part(name).end(xml)
    this.#zip.end()
  }

  /** The rows of a table, in as many sheets as they take. */
  *#sheetsOf(name: string, columns: readonly Column[], rows: Iterable<Row>): Generator<number, void> {
    const reader = rows[Symbol.iterator]()
    let next = reader.next()
    let part = 1
    do {
      const sheet = new Sheet(this.#zip.part(sheetPart(this.#sheets.length)), columns, this.#remarks)
      this.#sheets.push(this.#nameOf(name, part))
      while (next.done !== true && sheet.rows < this.#limits.rows && sheet.bytes < this.#limits.bytes) {
        const written = sheet.add(next.value)
        if (written > 0) yield written
        next = reader.next()
      }
      yield sheet.end()
      part += 1
    } while (next.done !== true)
  }

  #nameOf(name: string, part: number): string {
    const taken = new Set(this.#sheets.map(one => one.toLowerCase()))
    for (let n = part; ; n += 1) {
      const more = n === 1 ? '' : `-${n}`
      const own = `${name.slice(0, MOST_NAME - more.length)}${more}`
      if (!taken.has(own.toLowerCase())) return own
    }
  }
}

const text = (name: string): Column => ({ name, type: 'text', required: true, choices: null, about: '' })
const ABOUT_COLUMNS = [text('table'), text('column'), text('type'), text('about')]

/** One sheet: a header, which stays in sight, and rows. */
class Sheet {
  readonly #part: ZipPart
  readonly #columns: readonly Column[]
  readonly #letters: readonly string[]
  readonly #after: string
  readonly #remarks: Remarks
  #text: string
  #waiting = 0
  rows = 0

  constructor(part: ZipPart, columns: readonly Column[], remarks: Remarks) {
    this.#part = part
    this.#columns = columns
    this.#letters = columns.map((_, i) => lettersOf(i))
    this.#remarks = remarks
    const { before, after } = sheetFrame(columns.map(widthOf))
    this.#after = after
    const header = columns.map(({ name }, i) =>
      textCell(`${this.#letters[i]}1`, name, remarks, ` s="${STYLES.header}"`),
    )
    this.#text = `${before}<row r="1">${header.join('')}</row>`
  }

  /** Bytes so far; of rows that wait for their batch, characters. */
  get bytes(): number {
    return this.#part.bytes + this.#text.length
  }

  /** @returns the rows that went to the archive by now; they go in batches */
  add(row: Row): number {
    this.rows += 1
    this.#waiting += 1
    const place = this.rows + 1
    let cells = ''
    for (let i = 0; i < this.#columns.length; i += 1)
      cells += cellXml(
        `${this.#letters[i]}${place}`,
        row[i] ?? null,
        this.#columns[i] as Column,
        this.#remarks,
      )
    this.#text += `<row r="${place}">${cells}</row>`
    return this.#text.length < BATCH_LENGTH ? 0 : this.#flush()
  }

  end(): number {
    const written = this.#flush()
    this.#part.end(this.#after)
    return written
  }

  #flush(): number {
    this.#part.write(this.#text)
    const written = this.#waiting
    this.#text = ''
    this.#waiting = 0
    return written
  }
}

/** 0 as A, 26 as AA. */
function lettersOf(index: number): string {
  const last = String.fromCodePoint(65 + (index % 26))
  return index < 26 ? last : lettersOf(Math.floor(index / 26) - 1) + last
}

const WIDTHS: Readonly<Record<Column['type'], number>> = {
  text: 24,
  json: 24,
  any: 16,
  time: 20,
  integer: 10,
  number: 10,
  boolean: 8,
}

/** In characters: enough for what the column holds as a rule, and for its name. */
const widthOf = ({ name, type }: Column): number => Math.max(WIDTHS[type], name.length + 2)
