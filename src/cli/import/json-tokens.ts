import { Tokenizer, TokenType, type ParsedTokenInfo } from '@streamparser/json'

export { TokenType }

/** Who is told of the tokens of a text; `at` counts bytes from its beginning. */
export interface TokenReader {
  token(type: TokenType, value: unknown, at: number): void
  /** Something that is no JSON. */
  fault(at: number): void
}

/**
 * A text of which so much has come is no key and no time: from there on only its end is looked for, in flat
 * memory.
 */
const LONG_TEXT = 64 * 1024
/** A file with more faults is no JSON. */
const MOST_FAULTS = 10_000

/**
 * The tokens of a JSON text that comes in pieces of whole characters. The tokenizer gives up at the first
 * thing that is no JSON, and keeps texts of any length: a new one goes on behind a fault, and within a long
 * text. Why it is so: decision 0038.
 */
export class JsonTokens {
  #tokenizer!: Tokenizer
  /** Where the tokenizer's first byte stands. */
  #base = 0
  #length = 0
  #faults = 0
  #fault: Error | undefined
  /** Where the text began that another tokenizer has begun. */
  #textAt: number | undefined
  #unendedAt: number | undefined

  constructor(private readonly reader: TokenReader) {
    this.#begin(0)
  }

  /** Whether so much of it was no JSON that no more is looked for. */
  get isGivenUp(): boolean {
    return this.#faults > MOST_FAULTS
  }

  /** Where a text began that goes on in the next piece, as far as is known. */
  get textAt(): number | undefined {
    return this.#unendedAt ?? this.#textAt
  }

  push(piece: Buffer): void {
    const start = this.#length
    this.#length += piece.length
    this.#unendedAt = undefined
    for (let from = 0; from < piece.length && !this.isGivenUp;) {
      this.#tokenizer.write(piece.subarray(from))
      from = this.#fault === undefined ? piece.length : this.#goOnBehind(this.#fault, piece, start)
    }
    if (this.#unendedAt !== undefined && this.#length - this.#unendedAt > LONG_TEXT)
      this.#beginInText(this.#length, this.#unendedAt)
  }

  end(): void {
    if (this.#unendedAt === undefined) this.#tokenizer.end()
  }

  /** @returns where in the piece the next tokenizer goes on */
  #goOnBehind(fault: Error, piece: Buffer, start: number): number {
    const told = /absolute position "(\d+)"\) in state (\w+)$/s.exec(fault.message)
    // Whatever else it cannot read: the piece is lost, and what it belonged to is no JSON.
    const at = told === null ? piece.length - 1 : this.#base + Number(told[1]) - start
    const state = told?.[2] ?? ''
    this.#faults += 1
    this.reader.fault(start + at)
    if (!state.startsWith('STRING')) {
      const next = nextMark(piece, at)
      this.#begin(start + next)
      return next
    }
    const isControl = (piece[at] ?? 0) < 0x20
    this.#beginInText(start + at + (isControl ? 1 : 0), this.#textAt ?? start + at)
    return at + (isControl ? 1 : 0)
  }

  #begin(base: number): void {
    this.#base = base
    this.#fault = undefined
    this.#textAt = undefined
    this.#tokenizer = new Tokenizer({ emitPartialTokens: true })
    this.#tokenizer.onToken = token => this.#take(token)
    this.#tokenizer.onError = error => {
      this.#fault = error
    }
  }

  #beginInText(at: number, textAt: number): void {
    this.#begin(at - 1)
    this.#tokenizer.write('"')
    this.#textAt = textAt
    this.#unendedAt = textAt
  }

  #take({ token, value, offset, partial }: ParsedTokenInfo & { partial?: boolean }): void {
    const at = this.#textAt ?? this.#base + offset
    if (partial === true) {
      if (token === TokenType.STRING) this.#unendedAt = at
      return
    }
    this.#textAt = undefined
    this.#unendedAt = undefined
    this.reader.token(token, value, at)
  }
}

const MARKS = new Set([...'{}[]:,"\n'].map(mark => mark.charCodeAt(0)))

/** Where the next bracket, comma, text or line begins, from a place on that is no beginning of a token. */
function nextMark(piece: Buffer, at: number): number {
  for (let next = at; next < piece.length; next += 1) if (MARKS.has(piece[next] ?? 0)) return next
  return piece.length
}
