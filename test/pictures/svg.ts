/** A terminal's screen as a picture. */

export interface Cell {
  readonly character: string
  /** The parameters of the sequence that coloured it; empty for none. */
  readonly style: string
}

const CELL = { width: 8.4, height: 19 }
const PADDING = 16
const BAR = 30
const COLOURS: Readonly<Record<string, string>> = {
  '': '#d6deeb',
  prompt: '#7fdbca',
  '1': '#ffffff',
  '2': '#7d8ba1',
  '31': '#ef6b73',
  '32': '#9ccc65',
  '33': '#e6c15c',
  '36': '#82aaff',
}

/**
 * @param lines the screen's rows
 * @param columns its width in characters
 * @returns an SVG of a window; every run of one colour is given its width, so that columns stand below one
 *   another whatever font there is
 */
export function svgOf(lines: readonly (readonly Cell[])[], columns: number, title: string): string {
  const width = Math.ceil(columns * CELL.width + 2 * PADDING)
  const height = BAR + lines.length * CELL.height + PADDING
  const texts = lines.flatMap((line, row) => runsOf(line).map(run => textOf(run, row)))
  const buttons = ['#ef6b73', '#e6c15c', '#9ccc65'].map(
    (colour, i) => `<circle cx="${PADDING + 6 + i * 20}" cy="16" r="6" fill="${colour}"/>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="10" fill="#111827"/>`,
    ...buttons,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">',
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

interface Run {
  readonly column: number
  readonly text: string
  readonly style: string
}

/** Neighbours of one style, parted where columns are: at more than one space. */
function runsOf(line: readonly Cell[]): Run[] {
  const text = line.map(({ character }) => character).join('')
  return [...text.matchAll(/\S+(?: \S+)*/g)].flatMap(({ 0: words, index }) =>
    ofOneStyle(line.slice(index, index + words.length), index),
  )
}

function ofOneStyle(cells: readonly Cell[], column: number): Run[] {
  const runs: Run[] = []
  for (const [i, { character, style }] of cells.entries()) {
    const last = runs.at(-1)
    if (last?.style === style) runs[runs.length - 1] = { ...last, text: last.text + character }
    else runs.push({ column: column + i, text: character, style })
  }
  return runs
}

function textOf({ column, text: whole, style }: Run, row: number): string {
  const text = whole.trimEnd()
  const x = (PADDING + column * CELL.width).toFixed(1)
  const y = BAR + (row + 0.75) * CELL.height
  const length = ([...text].length * CELL.width).toFixed(1)
  const colour = COLOURS[style]
  if (colour === undefined) throw new Error(`there is no colour for the style ${style}`)
  return `<text x="${x}" y="${y.toFixed(1)}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${colour}">${escaped(text)}</text>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
