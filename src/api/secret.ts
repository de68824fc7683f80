import { kindOfKey } from '../key.js'

/** Base64 that is shorter would be found in texts that have nothing to do with the key. */
const SHORTEST_CORE = 12

/**
 * The key, to be taken out of whatever a server says: as it is, and in the forms that JSON, addresses and
 * base64 give it. A gateway that echoes a request in an error, or a proxy that shows its headers, must not
 * bring the key into a database or a log.
 *
 * What is not the key is left as it was served. In JSON only strings that hold the key are written anew, so
 * that JSON stays JSON. A key that is no random text is taken out only where it stands alone; a word is not
 * taken out at all.
 */
export class Secret {
  readonly #forms: readonly string[]
  readonly #pattern: RegExp | undefined
  /**
   * Finds the key in JSON, too, before its strings are read: most texts that are looked at closely do not
   * hold it.
   */
  readonly #anywhere: RegExp
  /** Names of fields are no place for a key that may be a name. */
  readonly #inNames: boolean

  constructor(secret: string) {
    const kind = kindOfKey(secret)
    const cores = kind === 'random' ? base64Cores(secret) : []
    this.#forms = kind === 'word' ? [] : [...writtenForms(secret), ...cores]
    const anyForm = [[...secret].map(anyEscape).join(''), ...cores.map(literal)].join('|')
    this.#anywhere = new RegExp(anyForm)
    this.#pattern =
      kind === 'word'
        ? undefined
        : new RegExp(
            kind === 'random' ? anyForm : `${STANDS_ALONE.before}(?:${anyForm})${STANDS_ALONE.after}`,
            'g',
          )
    this.#inNames = kind === 'random'
  }

  /** Whether a body may hold it. Bytes are searched several times faster than text. */
  isIn(body: Buffer): boolean {
    if (this.#pattern === undefined) return false
    const shows = (mark: string): boolean => body.includes(mark)
    return (
      this.#forms.some(shows) || (shows('\\u00') && JSON_ESCAPES.some(shows)) || ADDRESS_ESCAPES.some(shows)
    )
  }

  /** The text with `[key]` in place of every form of it. */
  strip(text: string): string {
    if (this.#pattern === undefined || !this.#anywhere.test(text)) return text
    return isJson(text)
      ? text.replaceAll(JSON_STRING, (quoted, isName: string | undefined) =>
          this.#stripString(quoted, isName !== undefined),
        )
      : this.#stripPlain(text)
  }

  #stripString(quoted: string, isName: boolean): string {
    if (isName && !this.#inNames) return quoted
    const text = JSON.parse(quoted) as string
    const clean = this.#stripPlain(text)
    return clean === text ? quoted : JSON.stringify(clean)
  }

  #stripPlain(text: string): string {
    return this.#pattern === undefined ? text : text.replaceAll(this.#pattern, '[key]')
  }
}

/** A string as JSON writes it, and whether it is the name of a field. */
const JSON_STRING = /"[^"\\]*(?:\\.[^"\\]*)*"(?=(\s*:)?)/g

/** No letter, digit or sign of an identifier beside it; a dot may end a sentence; `%20` is a space. */
const STANDS_ALONE = {
  before: '(?:(?<=%[\\da-fA-F]{2})|(?<![\\w~+/@-]|[\\w~+/@-][.]))',
  after: '(?![\\w~+/@-]|[.][\\w~+/@-])',
}

/**
 * How an ASCII character in an escaped text begins that needs no escape: seldom seen, so that the slower
 * search is seldom made.
 */
const JSON_ESCAPES = ['\\u002', '\\u003', '\\u004', '\\u005', '\\u006', '\\u007']
const ADDRESS_ESCAPES = ['%2D', '%2d', '%5F', '%5f', '%6', '%7']

function writtenForms(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1)
  const inAddress = encodeURIComponent(secret)
  const smallHex = inAddress.replaceAll(/%../g, code => code.toLowerCase())
  return [...new Set([secret, inJson, inJson.replaceAll('/', '\\/'), inAddress, smallHex])]
}

/** A character as it is, or as JSON or an address may write it. */
function anyEscape(char: string): string {
  const digits = [...char.charCodeAt(0).toString(16).padStart(2, '0')]
    .map(digit => (/\d/.test(digit) ? digit : `[${digit}${digit.toUpperCase()}]`))
    .join('')
  const escaped = '"\\/'.includes(char) ? '\\\\?' : ''
  return `(?:${escaped}${literal(char)}|\\\\u00${digits}|%${digits})`
}

/**
 * What base64 makes of a secret at each of the three places where it can stand in a longer text, without what
 * its neighbours change.
 */
function base64Cores(secret: string): string[] {
  const cores = [0, 1, 2].map(before => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
    return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
  })
  const both = cores.flatMap(core => [core, core.replaceAll('+', '-').replaceAll('/', '_')])
  return [...new Set(both.filter(core => core.length >= SHORTEST_CORE))]
}

const literal = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '\\$&')

function isJson(text: string): boolean {
  try {
    JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
    return true
  } catch {
    return false
  }
}
