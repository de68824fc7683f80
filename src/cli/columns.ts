import stringWidth from 'string-width'
import { oneLine } from '../errors.js'
import { painted, type Tone } from './colour.js'
import { cut, number } from './format.js'
import { shared } from './widths.js'

/** A number goes to the right; a tone is shown where there are colours. */
export type Cell = string | number | { readonly text: string; readonly tone: Tone }

const GAP = '  '
/** A cell of at most so many columns is never broken. */
const SHORT = 12
/** A word longer than this is cut where the table has no room for it. */
const LONGEST_WORD = 24

export interface ColumnsOptions {
  /** What each line begins with. */
  readonly indent?: string
  /** Columns that lines may take; as many as the terminal has unless told, without end where there is none. */
  readonly width?: number
  readonly isColourful?: boolean
}

/** The columns of the terminal that results go to; without end where they go elsewhere, or it does not tell. */
export function screenWidth(): number {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Infinity
}

/**
 * Rows as aligned columns, numbers to the right. Cells that the screen is too narrow for go on below
 * themselves, between words; only a word that is too long is cut.
 */
export function columns(
  rows: readonly (readonly Cell[])[],
  { indent = GAP, width = screenWidth(), isColourful = false }: ColumnsOptions = {},
): string {
  const texts = rows.map(row => row.map(textOf))
  const room = width - indent.length - GAP.length * ((texts[0]?.length ?? 1) - 1)
  const widths = widthsOf(texts, room)
  const isNumbers = widths.map((_, i) => isOfNumbers(rows, i))
  return rows
    .flatMap((row, r) => {
      const cells = row.map((cell, i) => {
        const isRight = typeof cell === 'number' || (r === 0 && isNumbers[i] === true)
        const lines = wrapped(textOf(cell), widths[i] ?? 0).map(line => pad(line, widths[i] ?? 0, isRight))
        return isColourful && typeof cell === 'object' ? lines.map(line => painted(line, cell.tone)) : lines
      })
      return rowLines(cells, widths)
    })
    .map(line => `${indent}${line}`.trimEnd())
    .join('\n')
}

/** A cell's text, safe to show. */
function textOf(cell: Cell): string {
  if (typeof cell === 'number') return number(cell)
  return oneLine(typeof cell === 'string' ? cell : cell.text)
}

/** Whether all that stands below a header is numbers. */
function isOfNumbers(rows: readonly (readonly Cell[])[], column: number): boolean {
  return rows.length > 1 && rows.slice(1).every(row => typeof row[column] === 'number')
}

function widthsOf(texts: readonly (readonly string[])[], room: number): number[] {
  const places = (texts[0] ?? []).map((_, i) => i)
  const most = (measure: (cell: string) => number, i: number): number =>
    // One after the other: a call takes fewer arguments than a table can have rows.
    texts.reduce((widest, row) => Math.max(widest, measure(row[i] ?? '')), 0)
  return shared(
    places.map(i => most(stringWidth, i)),
    places.map(i => Math.min(most(leastOf, i), LONGEST_WORD)),
    room,
  )
}

/** The columns that a cell needs to be read with ease. */
function leastOf(text: string): number {
  const width = stringWidth(text)
  return width <= SHORT ? width : Math.max(...text.split(' ').map(word => stringWidth(word)))
}

function rowLines(cells: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const height = Math.max(1, ...cells.map(lines => lines.length))
  return Array.from({ length: height }, (_, n) =>
    cells.map((lines, i) => lines[n] ?? ' '.repeat(widths[i] ?? 0)).join(GAP),
  )
}

/** A cell in lines of whole words. */
function wrapped(text: string, width: number): string[] {
  if (stringWidth(text) <= width) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && stringWidth(longer) <= width) lines[lines.length - 1] = longer
    else lines.push(cut(word, width))
  }
  return lines
}

/** A text filled up to a width, before it or behind it. */
export function pad(cell: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(cell)))
  return right ? space + cell : cell + space
}
