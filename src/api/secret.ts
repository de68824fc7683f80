/** A secret shorter than this would be found in texts that have nothing to do with it, once it is cut to a base64 core. */
const SHORTEST_CORE = 8

/**
 * The key, to be taken out of whatever a server says: as it is, and in the forms that JSON, addresses and base64 give it. A gateway
 * that echoes a request in an error, or a proxy that shows its headers, must not bring the key into a database or a log.
 */
export class Secret {
  readonly #forms: readonly string[]
  readonly #escaped: RegExp

  constructor(secret: string) {
    this.#forms = formsOf(secret)
    this.#escaped = new RegExp([...secret].map((char) => `(?:\\\\?${literal(char)}|\\\\u00${hex(char)}|%${hex(char)})`).join(''), 'gi')
  }

  /** Whether a body may hold it. Bytes are searched several times faster than text. */
  isIn(body: Buffer): boolean {
    const shows = (mark: string): boolean => body.includes(mark)
    return this.#forms.some(shows) || (shows('\\u00') && JSON_ESCAPES.some(shows)) || ADDRESS_ESCAPES.some(shows)
  }

  /** The text with `[key]` in place of every form of it. */
  strip(text: string): string {
    return this.#forms.reduce((clean, form) => clean.replaceAll(form, '[key]'), text).replaceAll(this.#escaped, '[key]')
  }
}

/** How an ASCII character in an escaped text begins that needs no escape: seldom seen, so that the slower search is seldom made. */
const JSON_ESCAPES = ['\\u002', '\\u003', '\\u004', '\\u005', '\\u006', '\\u007']
const ADDRESS_ESCAPES = ['%2D', '%2d', '%5F', '%5f', '%6', '%7']

function formsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1)
  return [...new Set([secret, inJson, inJson.replaceAll('/', '\\/'), encodeURIComponent(secret), ...base64Cores(secret)])]
}

/** What base64 makes of a secret at each of the three places where it can stand in a longer text, without what its neighbours change. */
function base64Cores(secret: string): string[] {
  const cores = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
    return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
  })
  const both = cores.flatMap((core) => [core, core.replaceAll('+', '-').replaceAll('/', '_')])
  return both.filter((core) => core.length >= SHORTEST_CORE)
}

const hex = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, '0')
const literal = (char: string): string => char.replaceAll(/[^A-Za-z0-9]/g, '\\$&')
