/** What stood on a terminal at the end, with its colours. */
import stringWidth from 'string-width'

export interface Cell {
  readonly character: string
  /** The parameters of the sequence that coloured it; empty for none. */
  readonly style: string
}

// oxlint-disable-next-line no-control-regex -- escape sequences are what it is about
const TOKEN = /\u001B\[(\??)(\d*)([A-Za-z])|[\r\n]|[^\u001B\r\n]/gu

/** The rows of a screen that is high enough for all of an output. @throws at a sequence that it does not know */
export function screenOf(output: string): Cell[][] {
  const rows: Cell[][] = [[]]
  let [row, column, style] = [0, 0, '']
  for (const [token, mark, parameter = '', final] of output.matchAll(TOKEN)) {
    const cells = (rows[row] ??= [])
    if (token === '\r') column = 0
    else if (token === '\n') row += 1
    else if (final === undefined) {
      if (stringWidth(token) !== 1) throw new Error(`${token} does not take one column`)
      while (cells.length < column) cells.push({ character: ' ', style: '' })
      cells[column] = { character: token, style }
      column += 1
    } else if (final === 'm') style = parameter === '0' ? '' : parameter
    else if (final === 'A') row = Math.max(0, row - Number(parameter || 1))
    else if (final === 'G') column = Number(parameter || 1) - 1
    else if (final === 'K') cells.length = parameter === '2' ? 0 : Math.min(cells.length, column)
    else if (final === 'J') {
      cells.length = Math.min(cells.length, column)
      rows.length = row + 1
    } else if (mark === '') throw new Error(`the screen does not know ${JSON.stringify(token)}`)
  }
  return Array.from(rows, cells => cells ?? [])
}
