import { shared } from '../widths.js'
import { padded, painted, widthOf, wrap, type Style } from './text.js'

const GAP = '  '
/** A column of words narrower than this is no longer read with ease: the rows become lists. */
const NARROWEST = 18

/** A table's cells, the first row its header, in lines of at most `width` columns. */
export function tableLines(rows: readonly (readonly string[])[], width: number, style: Style): string[] {
  const [header = [], ...body] = rows
  const widths = widthsOf(rows, width - GAP.length * (header.length - 1))
  const last = widths.at(-1) ?? 0
  const isNatural = naturalWidth(rows, header.length - 1) <= last
  return !isNatural && last < NARROWEST
    ? listLines(header, body, width, style)
    : gridLines(header, body, widths, style)
}

const naturalWidth = (rows: readonly (readonly string[])[], column: number): number =>
  Math.max(0, ...rows.map(row => widthOf(row[column] ?? '')))

const longestWord = (rows: readonly (readonly string[])[], column: number): number =>
  Math.max(0, ...rows.flatMap(row => (row[column] ?? '').split(/\s+/).map(widthOf)))

/** What each column gets of the room: its longest word where that is possible, and then the rest evenly. */
function widthsOf(rows: readonly (readonly string[])[], room: number): number[] {
  const columns = (rows[0] ?? []).map((_, i) => i)
  return shared(
    columns.map(i => naturalWidth(rows, i)),
    columns.map(i => Math.min(longestWord(rows, i), 34)),
    room,
  )
}

function gridLines(
  header: readonly string[],
  body: readonly (readonly string[])[],
  widths: readonly number[],
  style: Style,
): string[] {
  const rule = widths.map(width => '─'.repeat(width)).join(GAP)
  const blocks = body.map(row => rowLines(row, widths, style))
  const isTall = blocks.some(lines => lines.length > 1)
  const rows = blocks.flatMap((lines, i) => (isTall && i > 0 ? ['', ...lines] : lines))
  const head = header.some(cell => cell !== '') ? rowLines(header, widths, style) : []
  return [...head, rule, ...rows]
}

function rowLines(row: readonly string[], widths: readonly number[], style: Style): string[] {
  const cells = widths.map((width, i) => {
    const lines = wrap(row[i] ?? '', width)
    const gaps = lines.map(line => padded(line, width).slice(line.length))
    return painted(lines, style).map((line, n) => line + gaps[n])
  })
  const height = Math.max(1, ...cells.map(lines => lines.length))
  return Array.from({ length: height }, (_, n) =>
    widths
      .map((width, i) => cells[i]?.[n] ?? ' '.repeat(width))
      .join(GAP)
      .trimEnd(),
  )
}

/** Each row by its first cell, and what the other columns say of it below. */
function listLines(
  header: readonly string[],
  body: readonly (readonly string[])[],
  width: number,
  style: Style,
): string[] {
  return body.flatMap((row, r) => [
    ...(r > 0 ? [''] : []),
    ...painted(wrap(row[0] ?? '', width), style),
    ...row
      .slice(1)
      .flatMap((cell, i) =>
        cell === ''
          ? []
          : painted(wrap(`${header[i + 1]}: ${cell}`, width - 4), style).map(line => `    ${line}`),
      ),
  ])
}
