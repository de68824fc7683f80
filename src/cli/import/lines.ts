import { LONGEST, type Found } from './found.js'

const LINE_END = 0x0a

/** The lines of a text: a line that is no JSON costs itself alone. */
export class Lines {
  #line = 1
  #parts: Buffer[] = []
  #length = 0

  push(piece: Buffer): Found[] {
    const found: Found[] = []
    let from = 0
    for (let to = piece.indexOf(LINE_END); to !== -1; to = piece.indexOf(LINE_END, from)) {
      this.#keep(piece.subarray(from, to))
      found.push(...this.#take())
      from = to + 1
    }
    this.#keep(piece.subarray(from))
    return found
  }

  end(): Found[] {
    return this.#take()
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length <= LONGEST) this.#parts.push(part)
    else this.#parts = []
  }

  #take(): Found[] {
    const isLong = this.#length > LONGEST
    const text = (this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts))
      .toString()
      .trim()
    const place = { line: this.#line }
    this.#parts = []
    this.#length = 0
    this.#line += 1
    if (isLong) return [{ ...place, problem: 'the line is too long to be an answer' }]
    return text === '' ? [] : [{ ...place, text }]
  }
}
