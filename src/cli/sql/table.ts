import stringWidth from 'string-width'
import type { SqlValue } from '../../db/index.js'
import { pad } from '../columns.js'
import { cut } from '../format.js'
import type { Row } from './query-process.js'
import { textOf, type RowFormat } from './row-format.js'

const GAP = '  '
/** Columns narrower than this say nothing; a table that would need them is written as a list of its rows. */
const NARROWEST = 8

/**
 * A table for people, as wide as the terminal at most. The widths are those of the first batch of rows: what
 * comes later is cut to them on a terminal, and stands out elsewhere.
 */
export class Table implements RowFormat {
  readonly #width: number | null
  #columns: readonly string[] = []
  #layout: Layout | undefined
  #written = 0

  /** @param width columns of the terminal; null where nothing is cut */
  constructor(width: number | null) {
    this.#width = width
  }

  begin(columns: readonly string[]): string {
    this.#columns = columns.map(visible)
    return ''
  }

  rows(batch: readonly Row[]): string {
    const header = this.#layout === undefined
    this.#layout ??= layoutOf(this.#columns, batch, this.#width)
    const lines = this.#layout.isList
      ? this.#list(batch)
      : batch.map(row =>
          this.#line(
            row.map(value => cellOf(value, this.#width)),
            row.map(isNumber),
          ),
        )
    this.#written += batch.length
    return (header && !this.#layout.isList ? this.#header() : '') + lines.join('')
  }

  end(): string {
    if (this.#layout !== undefined) return ''
    this.#layout = layoutOf(this.#columns, [], this.#width)
    return `${this.#layout.isList ? '' : this.#header()}(no rows)\n`
  }

  #header(): string {
    const widths = this.#layout?.widths ?? []
    return (
      this.#line(this.#columns, this.#layout?.right ?? []) +
      this.#line(
        widths.map(width => '─'.repeat(width)),
        [],
      )
    )
  }

  #line(cells: readonly string[], right: readonly boolean[]): string {
    const widths = this.#layout?.widths ?? []
    return `${cells
      .map((cell, i) => pad(this.#fit(cell, widths[i] ?? 0), widths[i] ?? 0, right[i] === true))
      .join(GAP)
      .trimEnd()}\n`
  }

  #list(batch: readonly Row[]): string[] {
    const widest = Math.max(...this.#columns.map(column => stringWidth(column)))
    const names = this.#columns.map(column => pad(column, widest, false))
    return batch.map((row, r) => {
      const lines = row.map((value, i) =>
        this.#fit(`${names[i]}${GAP}${cellOf(value, this.#width)}`, this.#width ?? 0).trimEnd(),
      )
      return `${this.#fit(`── row ${this.#written + r + 1}`, this.#width ?? 0)}\n${lines.join('\n')}\n`
    })
  }

  #fit(text: string, width: number): string {
    return this.#width === null ? text : cut(text, width)
  }
}

interface Layout {
  readonly widths: readonly number[]
  /** Columns of numbers. */
  readonly right: readonly boolean[]
  readonly isList: boolean
}

function layoutOf(columns: readonly string[], rows: readonly Row[], width: number | null): Layout {
  const widthOf = (value: SqlValue): number => stringWidth(cellOf(value, width))
  const natural = columns.map((column, i) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[i] ?? null)), stringWidth(column)),
  )
  const right = columns.map((_, i) => rows.some(row => isNumber(row[i] ?? null)))
  const room = width === null ? Infinity : width - GAP.length * (columns.length - 1)
  const widest = cap(natural, room)
  return { widths: natural.map(own => Math.min(own, widest)), right, isList: widest < NARROWEST }
}

/**
 * The greatest width to which the wide columns can be cut so that all of them fit; those below it are not
 * touched.
 */
function cap(widths: readonly number[], room: number): number {
  let left = room
  const ascending = widths.toSorted((a, b) => a - b)
  for (const [i, width] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - i))
    if (width > share) return share
    left -= width
  }
  return Infinity
}

/**
 * A value in a line; of a long text on a terminal, more than will be shown but not all, since measuring texts
 * takes time.
 */
function cellOf(value: SqlValue, width: number | null): string {
  const text = textOf(value) ?? ''
  return visible(width === null ? text : text.slice(0, width * 8))
}

function isNumber(value: SqlValue): boolean {
  return typeof value === 'bigint' || typeof value === 'number'
}

/** Text that cannot move a cursor, break a line or turn the writing direction of what follows it. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}
