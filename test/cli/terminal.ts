/** A screen: what a person sees of a program's output on a terminal, frame by frame. */
import stringWidth from 'string-width'

// oxlint-disable-next-line no-control-regex -- escape sequences are what it is about
const TOKEN = /\u001B\[([?>]?)([\d;]*)([A-Za-z])|\u001B.|[\u0000-\u001F\u007F]|[^\u0000-\u001F\u007F]+/gu
const graphemes = new Intl.Segmenter('en')

/**
 * Understands what progress displays use, and throws at anything else: a sequence that it skipped could hide
 * a fault. It never scrolls: a screen that is high enough shows all that was ever written.
 */
export class Terminal {
  /** The screen after each redrawing. */
  readonly frames: string[] = []
  /** Lines that went on beyond the last column, as they were when they did. */
  readonly wrapped: string[] = []
  #cursorShown = true
  #row = 0
  #column = 0
  /** Cells by row; a wide character is followed by an empty cell. */
  readonly #cells: string[][] = []
  /** The style of each cell that was written. */
  readonly #styles: string[][] = []
  #style = ''

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {}

  get cursorShown(): boolean {
    return this.#cursorShown
  }

  get lines(): string[] {
    return Array.from(this.#cells, cells =>
      cells === undefined
        ? ''
        : Array.from(cells, cell => cell ?? ' ')
            .join('')
            .trimEnd(),
    )
  }

  /** The rows with the style of each cell, as the parameters of the sequence that set it; empty for none. */
  get styled(): { readonly character: string; readonly style: string }[][] {
    return Array.from(this.#cells, (cells, row) =>
      Array.from(cells ?? [], (cell, column) => ({
        character: cell ?? ' ',
        style: cell === undefined ? '' : (this.#styles[row]?.[column] ?? ''),
      })),
    )
  }

  write(output: string): void {
    for (const [token, mark, parameters, final] of output.matchAll(TOKEN)) {
      if (final !== undefined) this.#sequence(token, final, mark ?? '', parameters ?? '')
      else if (/^[^\p{Cc}]/u.test(token))
        for (const { segment } of graphemes.segment(token)) this.#put(segment)
      else this.#control(token)
    }
  }

  #put(character: string): void {
    const width = stringWidth(character)
    if (this.#column + width > this.columns) {
      this.wrapped.push(this.lines[this.#row] ?? '')
      this.#control('\r')
      this.#control('\n')
    }
    const cells = (this.#cells[this.#row] ??= [])
    if (width > 0) {
      cells[this.#column] = character
      ;(this.#styles[this.#row] ??= [])[this.#column] = this.#style
    }
    if (width > 1) cells[this.#column + 1] = ''
    this.#column += width
  }

  #control(character: string): void {
    if (character === '\r') this.#column = 0
    else if (character === '\n') this.#row += 1
    else throw new Error(`The terminal does not know ${JSON.stringify(character)}`)
    if (this.#row >= this.rows) throw new Error('The screen is too low: it would scroll')
  }

  #sequence(token: string, final: string, mark: string, parameters: string): void {
    const number = Number(parameters === '' ? 1 : parameters)
    if (mark === '?' && (final === 'h' || final === 'l')) this.#mode(parameters, final === 'h')
    else if (mark !== '') throw new Error(`The terminal does not know ${JSON.stringify(token)}`)
    else if (final === 'm') this.#style = parameters === '0' ? '' : parameters
    else if (final === 'A') this.#row = Math.max(0, this.#row - number)
    else if (final === 'B') this.#row = Math.min(this.rows - 1, this.#row + number)
    else if (final === 'G') this.#column = number - 1
    else if (final === 'K') this.#eraseLine(parameters)
    else if (final === 'J' && (parameters === '' || parameters === '0')) this.#eraseBelow()
    else throw new Error(`The terminal does not know ${JSON.stringify(token)}`)
  }

  #mode(parameters: string, on: boolean): void {
    if (parameters === '25') this.#cursorShown = on
    else if (parameters !== '2026') throw new Error(`The terminal does not know mode ${parameters}`)
    else if (!on) this.frames.push(this.lines.join('\n'))
  }

  #eraseLine(parameters: string): void {
    const cells = (this.#cells[this.#row] ??= [])
    if (parameters === '2') cells.length = 0
    else if (parameters === '' || parameters === '0') cells.length = Math.min(cells.length, this.#column)
    else throw new Error(`The terminal cannot erase ${parameters}`)
  }

  #eraseBelow(): void {
    this.#eraseLine('0')
    this.#cells.length = Math.min(this.#cells.length, this.#row + 1)
  }
}
