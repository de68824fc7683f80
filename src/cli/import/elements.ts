import { ADDRESS_NAMES, LISTS_OF_ANSWERS, type ListName } from '../../crawl/index.js'
import { ByteWindow } from './byte-window.js'
import { LONGEST, type Found } from './found.js'
import { JsonTokens, TokenType, type TokenReader } from './json-tokens.js'

/** A list whose elements are taken one by one; the first one is the file itself. */
interface List {
  readonly name: ListName | undefined
  /** How many lists and objects stand around its elements. */
  readonly depth: number
}

/** What is known of the object at hand, which may turn out to hold lists of answers. */
interface Holder {
  line: number | undefined
  exportedAt: string | undefined
  /** Names of an address: this is an answer itself, whatever lists it has. */
  isAnswer: boolean
  isOpened: boolean
  /** Objects in its other lists. */
  others: number
  isInOther: boolean
  readonly names: string[]
}

/**
 * The elements of lists, lists of lists, and of the lists in manifests and archives, or whole objects one
 * after the other: cut out of the text by its tokens, and read by whoever wants them. Holds one element at a
 * time.
 */
export class Elements implements TokenReader {
  readonly #tokens = new JsonTokens(this)
  readonly #window = new ByteWindow(LONGEST)
  readonly #lists: List[] = [{ name: undefined, depth: 0 }]
  #found: Found[] = []
  #count = 0
  #depth = 0
  /** Where the element at hand begins. */
  #start: number | undefined
  /** Its line, once it is known. */
  #startLine: number | undefined
  #lastAt = 0
  #lastText = ''
  #isAfterColon = false
  #isEmpty = true
  #holder = newHolder()

  push(piece: Buffer): Found[] {
    if (this.#tokens.isGivenUp) return []
    this.#window.push(piece)
    this.#tokens.push(piece)
    this.#release()
    if (this.#tokens.isGivenUp)
      this.#problem(this.#window.end, 'so much of the file is not JSON that the rest of it is not read')
    return this.#taken()
  }

  end(): Found[] {
    if (this.#tokens.isGivenUp) return []
    this.#tokens.end()
    const { end } = this.#window
    if (this.#depth > 0) this.#problem(this.#start ?? end, 'it is cut off, or not JSON')
    else if (this.#start !== undefined) this.#take(end)
    else if (this.#isEmpty) this.#problem(0, 'there is no JSON in it')
    return this.#taken()
  }

  token(type: TokenType, value: unknown, at: number): void {
    const list = this.#list
    const isDirect = this.#depth === list.depth
    if (type === TokenType.LEFT_BRACE || type === TokenType.LEFT_BRACKET) this.#open(type, at, isDirect)
    else if (type === TokenType.RIGHT_BRACE || type === TokenType.RIGHT_BRACKET) this.#close(at, isDirect)
    else if (!isDirect) this.#within(type, value)
    else if (type === TokenType.COMMA || type === TokenType.COLON) this.#take(at)
    else this.#begin(at)
    this.#lastAt = at
    this.#isAfterColon = type === TokenType.COLON
  }

  fault(at: number): void {
    if (this.#depth === this.#list.depth) this.#start ??= at
  }

  /** Keeps what the element at hand may need when the next piece has come. */
  #release(): void {
    const textAt = this.#depth === this.#list.depth ? this.#tokens.textAt : undefined
    if (this.#start !== undefined) this.#startLine ??= this.#window.lineAt(this.#start)
    this.#window.release(Math.min(this.#start ?? this.#lastAt, textAt ?? Infinity))
  }

  get #list(): List {
    return this.#lists.at(-1) as List
  }

  /** An element begins; whatever stands before it without a comma is one of its own. */
  #begin(at: number): void {
    this.#take(at)
    this.#start = at
    this.#isEmpty = false
  }

  #open(type: TokenType, at: number, isDirect: boolean): void {
    this.#isEmpty = false
    const isList = type === TokenType.LEFT_BRACKET
    this.#depth += 1
    if (isDirect) {
      this.#begin(at)
      if (isList && this.#list.name === undefined) this.#enter(undefined)
      else if (this.#list.name === undefined) this.#holder = newHolder()
      return
    }
    if (this.#list.name !== undefined) return
    const nesting = this.#depth - this.#list.depth
    if (isList && this.#isAfterColon) this.#openNamed(nesting)
    else if (!isList && nesting === 3 && this.#holder.isInOther) this.#holder.others += 1
  }

  /** A list under a name, in the object at hand. */
  #openNamed(nesting: number): void {
    const { names, isAnswer } = this.#holder
    const path = names.slice(0, nesting - 1).join('.')
    const name = isAnswer || nesting > 3 ? undefined : LISTS_OF_ANSWERS.find(one => one === path)
    if (nesting === 2) this.#holder.isInOther = name === undefined
    if (name === undefined) return
    if (this.#start !== undefined) this.#holder.line = this.#startLine ?? this.#window.lineAt(this.#start)
    this.#holder.isOpened = true
    this.#enter(name)
  }

  #enter(name: ListName | undefined): void {
    this.#start = undefined
    this.#startLine = undefined
    this.#lists.push({ name, depth: this.#depth })
  }

  #close(at: number, isDirect: boolean): void {
    if (isDirect) {
      this.#take(at)
      if (this.#lists.length === 1) {
        this.#start = at
        return
      }
      this.#lists.pop()
    }
    this.#depth -= 1
    if (this.#depth - this.#list.depth === 1) this.#holder.isInOther = false
    if (this.#depth === this.#list.depth) this.#endElement(at + 1)
  }

  #endElement(end: number): void {
    this.#take(end)
    const { isOpened, others, line } = this.#holder
    if (this.#list.name !== undefined || !isOpened) return
    if (others > 0)
      this.#found.push({
        line: line ?? 1,
        value: this.#count,
        leftOut: 'an entry of another list in a file of answers',
        count: others,
      })
    this.#holder = newHolder()
  }

  /** Inside an element: what may tell that it holds a list of answers, and when. */
  #within(type: TokenType, value: unknown): void {
    if (this.#list.name !== undefined) return
    const nesting = this.#depth - this.#list.depth
    if (nesting > 2) return
    if (type === TokenType.COLON) {
      this.#holder.names[nesting - 1] = this.#lastText
      if (nesting === 1 && ADDRESS_NAMES.includes(this.#lastText)) this.#holder.isAnswer = true
    } else if (type === TokenType.STRING) {
      if (nesting === 1 && this.#isAfterColon && this.#holder.names[0] === 'exported_at')
        this.#holder.exportedAt = String(value)
      this.#lastText = String(value)
    }
  }

  /** The element at hand ends. */
  #take(end: number): void {
    const start = this.#start
    this.#start = undefined
    if (start === undefined) return
    this.#count += 1
    const place = { line: this.#startLine ?? this.#window.lineAt(start), value: this.#count }
    this.#startLine = undefined
    const bytes = this.#window.slice(start, end)
    if (bytes === undefined) this.#found.push({ ...place, problem: 'it is too long to be an answer' })
    else
      this.#found.push({
        ...place,
        text: bytes.toString(),
        list: this.#list.name,
        exportedAt: this.#holder.exportedAt,
      })
  }

  #problem(at: number, problem: string): void {
    this.#found.push({ line: this.#window.lineAt(at), value: this.#count + 1, problem })
  }

  #taken(): Found[] {
    const found = this.#found
    this.#found = []
    return found
  }
}

function newHolder(): Holder {
  return {
    line: undefined,
    exportedAt: undefined,
    isAnswer: false,
    isOpened: false,
    others: 0,
    isInOther: false,
    names: [],
  }
}
