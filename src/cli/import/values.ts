/** A JSON value of a file with the line on which it begins; or what is wrong there. */
export type Found = { readonly line: number; readonly text: string; readonly exportedAt?: string | undefined } | { readonly line: number; readonly problem: string }

/** A value longer than this is no answer of this API: 32 MB of body, escaped as text at worst. */
const LONGEST = 64 * 1024 * 1024

/**
 * The values in a text that comes in pieces: one a line where the first line is a value by itself, else the elements of a list, the items
 * of a SoraVault manifest, or whole objects one after the other. Holds one value at a time.
 * @param isLines whether it is known to be one a line
 */
export async function* valuesIn(pieces: AsyncIterable<string>, isLines: boolean): AsyncGenerator<Found> {
  const lines = new LineSplitter()
  let splitter: LineSplitter | ElementSplitter | undefined = isLines ? lines : undefined
  let head = ''
  for await (const piece of pieces) {
    if (splitter !== undefined) {
      yield* splitter.push(piece)
      continue
    }
    head += piece
    splitter = chosen(head, false)
    if (splitter === undefined) continue
    const text = head
    head = ''
    yield* splitter.push(text)
  }
  if (splitter === undefined && head.trim() !== '') {
    splitter = chosen(head, true) ?? lines
    yield* splitter.push(head)
  }
  if (splitter !== undefined) yield* splitter.end()
}

/** Undefined while the beginning is too short to tell. */
function chosen(head: string, isAll: boolean): LineSplitter | ElementSplitter | undefined {
  const begin = head.replace(/^[\uFEFF\s]+/, '')
  if (begin === '') return undefined
  if (begin.startsWith('[')) return new ElementSplitter()
  const end = begin.indexOf('\n')
  if (end === -1 && !isAll && begin.length < LONGEST) return undefined
  return isJson(end === -1 ? begin : begin.slice(0, end)) ? new LineSplitter() : new ElementSplitter()
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

class LineSplitter {
  #line = 1
  #parts: string[] = []
  #length = 0

  #keep(part: string): void {
    this.#length += part.length
    if (this.#length <= LONGEST) this.#parts.push(part)
    else this.#parts = []
  }

  *push(piece: string): Generator<Found> {
    let from = 0
    for (let to = piece.indexOf('\n'); to !== -1; to = piece.indexOf('\n', from)) {
      this.#keep(piece.slice(from, to))
      yield* this.#take()
      from = to + 1
    }
    this.#keep(piece.slice(from))
  }

  *end(): Generator<Found> {
    yield* this.#take()
  }

  *#take(): Generator<Found> {
    const text = this.#parts.join('').replace(/^\uFEFF/, '').trim()
    if (this.#length > LONGEST) yield { line: this.#line, problem: 'the line is too long to be an answer' }
    else if (text !== '') yield { line: this.#line, text }
    this.#parts = []
    this.#length = 0
    this.#line += 1
  }
}

class ElementSplitter {
  /** How deep the objects are that are wanted: 0 on their own, 1 in a list, 2 in a manifest. */
  #wanted = 0
  #depth = 0
  #inText = false
  #isEscaped = false
  #line = 1
  #taken: { line: number; parts: string[]; length: number } | undefined
  #count = 0
  #exportedAt: string | undefined

  #goOnInText(mark: string | undefined): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (mark === '\\') this.#isEscaped = true
    else if (mark === '"') this.#inText = false
  }

  *push(piece: string): Generator<Found> {
    let from = 0
    for (let at = 0; at < piece.length; at += 1) {
      const mark = piece[at]
      if (mark === '\n') this.#line += 1
      if (this.#inText) this.#goOnInText(mark)
      else if (mark === '"') this.#inText = true
      else if (mark === '{' || mark === '[') {
        if (mark === '[' && this.#opensList(piece.slice(from, at))) this.#wanted = this.#depth + 1
        else if (mark === '{' && this.#depth === this.#wanted) from = this.#begin(at)
        this.#depth += 1
      } else if (mark === '}' || mark === ']') {
        this.#depth = Math.max(0, this.#depth - 1)
        if (this.#taken === undefined || this.#depth !== this.#wanted) continue
        this.#keep(piece.slice(from, at + 1))
        yield this.#take()
      }
    }
    this.#keep(piece.slice(from))
  }

  *end(): Generator<Found> {
    if (this.#taken !== undefined) yield { line: this.#taken.line, problem: 'it is cut off, or not JSON' }
    else if (this.#depth > 0) yield { line: this.#line, problem: 'the file is cut off, or not JSON' }
    else if (this.#count === 0 && this.#wanted === 0) yield { line: 1, problem: 'there is no JSON object in it' }
  }

  /** A list of answers, or the items of a manifest, which are taken one by one; what came before them is its head. */
  #opensList(rest: string): boolean {
    if (this.#depth === 0) return true
    if (this.#depth !== 1 || this.#taken === undefined || this.#wanted !== 0 || this.#taken.length > LONGEST) return false
    const head = this.#taken.parts.join('') + rest
    if (!/"items"\s*:\s*$/.test(head.slice(-200)) || !head.includes('"soravault_version"')) return false
    this.#exportedAt = /"exported_at"\s*:\s*"([^"\\]*)"/.exec(head)?.[1]
    this.#taken = undefined
    return true
  }

  #begin(at: number): number {
    this.#taken = { line: this.#line, parts: [], length: 0 }
    return at
  }

  #keep(part: string): void {
    if (this.#taken === undefined) return
    this.#taken.length += part.length
    if (this.#taken.length <= LONGEST) this.#taken.parts.push(part)
    else this.#taken.parts = []
  }

  #take(): Found {
    const { line, parts, length } = this.#taken ?? { line: this.#line, parts: [], length: 0 }
    this.#taken = undefined
    this.#count += 1
    return length > LONGEST ? { line, problem: 'it is too long to be an answer' } : { line, text: parts.join(''), exportedAt: this.#exportedAt }
  }
}
