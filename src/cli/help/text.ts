import stringWidth from 'string-width'

/*
 * Text with styles: private characters that take no column turn a style on and off, so that lines can be
 * broken and aligned before anybody has to know how a terminal is told of it.
 */
export const BOLD = '\uE000'
export const CODE = '\uE001'
export const END = '\uE002'
const MARKS = /[\uE000-\uE002]/g

/** How styles are written: none in a file; to a terminal by its sequences. */
export interface Style {
  readonly isPlain: boolean
}

const SEQUENCES: Readonly<Record<string, string>> = {
  [BOLD]: '\u001b[1m',
  [CODE]: '\u001b[36m',
  [END]: '\u001b[0m',
}

/** The columns that a text takes. */
export function widthOf(text: string): number {
  return stringWidth(text.replaceAll(MARKS, ''))
}

/** Text filled up with spaces to a width. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Words in lines of at most `width` columns; a word that is longer than a line is broken, at a sign if it has one. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter(one => one !== '')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (widthOf(longer) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = broken(word, width)
    line = pieces.pop() ?? ''
    lines.push(...pieces)
  }
  return line === '' ? lines : [...lines, line]
}

/** The pieces of a word that is too long for a line. */
function broken(word: string, width: number): string[] {
  const pieces: string[] = []
  let rest = word
  while (widthOf(rest) > width) {
    const at = placeToBreak(rest, width)
    pieces.push(rest.slice(0, at))
    rest = rest.slice(at)
  }
  return [...pieces, rest]
}

function placeToBreak(word: string, width: number): number {
  let end = 0
  while (end < word.length && widthOf(word.slice(0, end + 1)) <= width) end += 1
  const sign = word.slice(0, end).search(/[,/?&=_-][^,/?&=_-]*$/)
  return sign > end / 3 ? sign + 1 : Math.max(1, end)
}

/** A paragraph's lines with its styles as `style` writes them; a style goes on over the end of a line. */
export function painted(lines: readonly string[], { isPlain }: Style): string[] {
  if (isPlain) return lines.map(line => line.replaceAll(MARKS, ''))
  let on = ''
  return lines.map(line => {
    const begin = on === '' ? '' : SEQUENCES[on]
    const text = line.replaceAll(MARKS, mark => {
      on = mark === END ? '' : mark
      return SEQUENCES[mark] ?? ''
    })
    return `${begin}${text}${on === '' ? '' : SEQUENCES[END]}`
  })
}
