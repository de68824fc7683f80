import { fold, foldName, type Folded } from './fold.js'
import { TextHmac } from './hmac.js'
import { NameFinder } from './name-finder.js'

/** Sixteen letters of which no name and no word is made: no text of a pseudonym looks like somebody's. */
const LETTERS = 'bcdfghjkmnpqrtvw'
const HEX = '0123456789abcdef'
/** 96 bits: among a hundred million ids, two get the same pseudonym with a chance of one in ten trillion. */
const BYTES = 12

/** What a pseudonym says of the id behind it: its kind, which is in the platform's ids too. */
const KINDS: readonly (readonly [beginning: string, kind: string])[] = [
  ['user-', 'pseudo-user-'],
  ['ch_', 'pseudo-character-'],
  ['s_', 'pseudo-post-'],
  ['gen_', 'pseudo-file-'],
]

/**
 * Ids as the platform makes them: whatever looks so is one, also in texts and whether it is known or not. The
 * last two are comments'.
 */
const ID = String.raw`(?:user-|(?<![A-Za-z0-9])(?:ch_|gen_|s_))(?:(?=[A-Za-z_-]{0,40}[0-9])[A-Za-z0-9_-]{10,}|[A-Za-z0-9]{20,})|(?<![A-Za-z0-9])(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?![A-Za-z0-9])`
const DOMAIN = String.raw`(?:[\p{L}\p{N}-]{1,63}\.){1,8}`
const EMAIL = String.raw`(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@${DOMAIN}[\p{L}\p{N}-]{2,}`
const TOP =
  'com|net|org|edu|io|me|tv|co|app|ai|gg|ly|link|bio|info|dev|xyz|be|de|uk|fr|es|it|jp|cn|kr|br|ru|in'
const LINK = String.raw`[a-z][a-z0-9+.-]{0,20}:\/\/[^\s<>"]+|(?<![\p{L}\p{N}.-])(?:www\.[^\s<>"]+|${DOMAIN}(?:[a-z]{2,24}\/[^\s<>"]*|(?:${TOP})(?![\p{L}\p{N}])))`
const MENTION = String.raw`[@＠][\p{L}\p{N}_](?:[\p{L}\p{N}\p{M}_.-]*[\p{L}\p{N}\p{M}_])?`
const PATTERN = new RegExp(`(?<link>${LINK})|(?<email>${EMAIL})|(?<id>${ID})|(?<mention>${MENTION})`, 'giu')
const IS_ID = new RegExp(`^(?:${ID})$`)

interface Span {
  readonly start: number
  readonly end: number
  readonly instead: () => string
}

/**
 * Replaces what names people, under a key. The same key gives the same pseudonym for the same id or name, in
 * every file and every export; without the key nobody can tell which is whose, even with a list of all ids.
 */
export class Pseudonyms {
  readonly #hmac: TextHmac
  readonly #known = new NameFinder()
  /** Ids that do not look like ids, by their folded form. */
  readonly #oddIds = new Map<string, string>()
  readonly #written = Buffer.alloc(2 * BYTES)
  /** The same id comes many times in a row; others are sooner made than found. */
  #asked = ''
  #letters = ''

  constructor(key: Uint8Array) {
    this.#hmac = new TextHmac(key)
  }

  /** Tells of a name or id that is to be found in texts. */
  know(kind: 'name' | 'id', value: string): void {
    if (kind === 'id' && IS_ID.test(value)) return
    if (kind === 'id') this.#oddIds.set(foldName(value), value)
    this.#known.add(value)
  }

  /** By this the holder of a key knows its exports; it tells nothing of the key. */
  get fingerprint(): string {
    return this.#hash('fingerprint', '').slice(0, 8)
  }

  id(id: string): string {
    if (id === '') return id
    return (KINDS.find(([beginning]) => id.startsWith(beginning))?.[1] ?? 'pseudo-id-') + this.#hash('id', id)
  }

  /**
   * Spellings of a name that differ in case or form alone have one pseudonym, as have a handle and the same
   * as a name shown.
   */
  name(name: string): string {
    const folded = foldName(name).replaceAll(/\s+/g, ' ')
    return folded === '' ? '' : `pseudo-name-${this.#hash('name', folded)}`
  }

  /** A seed in its normal form. */
  seed(seed: string): string {
    if (seed === 'feed' || seed === 'leaderboard') return seed
    const [, kind, name] = /^(@|search:)([^]*)$/.exec(seed) ?? []
    return kind === undefined || name === undefined ? this.id(seed) : kind + this.name(name)
  }

  /**
   * A text in which every known name and id, every mention, and whatever looks like an id, a link or an
   * address is replaced.
   */
  text(text: string): string {
    const folded = fold(text)
    let name = this.#nextName(text, folded, 0)
    let match = this.#nextMatch(text, 0)
    let scrubbed = ''
    let done = 0
    for (let span = firstOf(name, match); span !== undefined; span = firstOf(name, match)) {
      scrubbed += text.slice(done, span.start) + span.instead()
      done = span.end
      if (name !== undefined && name.start < done) name = this.#nextName(text, folded, done)
      if (match !== undefined && match.start < done) match = this.#nextMatch(text, done)
    }
    return done === 0 ? text : scrubbed + text.slice(done)
  }

  #nextName(text: string, folded: Folded, from: number): Span | undefined {
    const found = this.#known.find(folded.text, placeOf(folded, from))
    if (found === undefined) return undefined
    const { start, end } = originOf(folded, found, text.length)
    return { start: Math.max(start, from), end, instead: () => this.#forName(found.name) }
  }

  #nextMatch(text: string, from: number): Span | undefined {
    PATTERN.lastIndex = from
    const match = PATTERN.exec(text)
    if (match === null) return undefined
    const { 0: all, index, groups } = match
    return { start: index, end: index + all.length, instead: () => this.#forMatch(all, groups ?? {}) }
  }

  #forMatch(all: string, groups: Readonly<Record<string, string | undefined>>): string {
    if (groups['link'] !== undefined) return '[link]'
    if (groups['email'] !== undefined) return '[address]'
    return groups['id'] === undefined ? `@${this.name(all.slice(1))}` : this.id(all)
  }

  #forName(folded: string): string {
    const id = this.#oddIds.get(folded)
    return id === undefined ? this.name(folded) : this.id(id)
  }

  #hash(domain: string, value: string): string {
    const asked = `${domain}\0${value}`
    if (asked === this.#asked) return this.#letters
    const digits = this.#hmac.digest(asked)
    for (let i = 0; i < 2 * BYTES; i += 1)
      this.#written[i] = LETTERS.charCodeAt(HEX.indexOf(digits.charAt(i)))
    this.#asked = asked
    // One flat string: pieces joined one by one would stay in memory as pieces.
    this.#letters = this.#written.toString('latin1')
    return this.#letters
  }
}

/**
 * The one that begins first; of two, the longer; and of a mention and a longer name that begins after its
 * sign, the name.
 */
function firstOf(name: Span | undefined, match: Span | undefined): Span | undefined {
  if (name === undefined || match === undefined) return name ?? match
  if (name.start === match.start) return name.end > match.end ? name : match
  return name.start < match.start || (name.start === match.start + 1 && name.end > match.end) ? name : match
}

/** Where in the folded text a place of the original is. */
function placeOf({ text, origins }: Folded, place: number): number {
  if (origins === null || place === 0) return place
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((origins[middle] ?? 0) < place) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Where in the original something found in the folded text is: whole characters, with what cannot be seen
 * after them.
 */
function originOf(
  { origins }: Folded,
  { start, end }: { start: number; end: number },
  length: number,
): { start: number; end: number } {
  if (origins === null) return { start, end }
  const last = origins[end - 1]
  let next = end
  while (next < origins.length && origins[next] === last) next += 1
  return { start: origins[start] ?? 0, end: origins[next] ?? length }
}
