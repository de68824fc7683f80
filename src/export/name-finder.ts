import { foldName } from './fold.js'
import { TextSet } from './text-set.js'

/** A place in a folded text where a name stands. */
export interface Found {
  readonly start: number
  readonly end: number
  readonly name: string
}

/**
 * Of a code unit: no letter or digit; one of a script that puts spaces between words; one of a script that
 * does not.
 */
const NONE = 0
const SPACED = 1
const UNSPACED = 2

let kinds: Uint8Array | undefined

/** Names that begin alike: how long they are, the longest first. */
type Lengths = number[]

const PREFIX = 3
const FILTER_SIZE = 1 << 20

/**
 * Finds any of many names in texts, in one walk over a text: at each place where a name can begin, the first
 * letters say which lengths there are, and only what has such a length is looked up. A name of letters stands
 * between other characters than letters and digits; one that has digits or signs in it as well, as handles
 * do, is found within words too.
 */
export class NameFinder {
  /** Folded names. */
  readonly #names = new TextSet()
  readonly #whole = new Map<string, Lengths>()
  readonly #anywhere = new Map<string, Lengths>()
  /** Which beginnings there are at all: most places are settled by it. */
  readonly #filter = new Uint8Array(FILTER_SIZE)
  readonly #kinds = (kinds ??= findKinds())

  add(name: string): void {
    const folded = foldName(name)
    if (folded === '' || !this.#names.add(folded)) return
    enter(isDistinctive(folded) ? this.#anywhere : this.#whole, folded)
    for (let length = 1; length <= Math.min(PREFIX, folded.length); length += 1)
      this.#filter[hash(folded, 0, length)] = 1
    const single = folded.replaceAll(/\s+/g, ' ')
    if (single !== folded) this.add(single)
  }

  /** The first name in a folded text from a place on, and the longest of those that begin there. */
  find(text: string, from: number): Found | undefined {
    for (let start = from; start < text.length; start += 1) {
      if (this.#filter[hash(text, start, 1)] !== 1) continue
      const end = this.#endAt(text, start)
      if (end > start) return { start, end, name: text.slice(start, end) }
    }
    return undefined
  }

  /** Where the longest name that begins at a place ends; the place itself if there is none. */
  #endAt(text: string, start: number): number {
    const beginsWord = this.#isEdge(text, start)
    let longest = start
    for (let length = Math.min(PREFIX, text.length - start); length >= 1; length -= 1) {
      if (this.#filter[hash(text, start, length)] !== 1) continue
      const prefix = text.slice(start, start + length)
      if (beginsWord) longest = this.#longest(text, start, longest, this.#whole.get(prefix), true)
      longest = this.#longest(text, start, longest, this.#anywhere.get(prefix), false)
    }
    return longest
  }

  #longest(text: string, start: number, known: number, lengths: Lengths | undefined, whole: boolean): number {
    for (const length of lengths ?? []) {
      const end = start + length
      if (end <= known) break
      if (end > text.length || (whole && !this.#isEdge(text, end))) continue
      if (this.#names.has(text, start, end)) return end
    }
    return known
  }

  /** Whether a word of a spaced script does not go on across a place. */
  #isEdge(text: string, place: number): boolean {
    if (place === 0 || place === text.length) return true
    return (
      this.#kinds[text.charCodeAt(place - 1)] !== SPACED || this.#kinds[text.charCodeAt(place)] !== SPACED
    )
  }
}

/** Names are entered under their first three letters; shorter ones under all of them. */
function enter(index: Map<string, Lengths>, name: string): void {
  const prefix = name.slice(0, PREFIX)
  const lengths = index.get(prefix)
  if (lengths === undefined) index.set(prefix, [name.length])
  else if (!lengths.includes(name.length))
    lengths.splice(lengths.findLastIndex(length => length > name.length) + 1, 0, name.length)
}

/** Such as `sam.harbour2`, which is no word of any language. */
function isDistinctive(name: string): boolean {
  return name.length >= 5 && /\p{L}/u.test(name) && /[\p{N}_.-]/u.test(name) && !/\s/.test(name)
}

function hash(text: string, start: number, length: number): number {
  let value = length
  for (let i = start; i < start + length; i += 1) value = Math.imul(value, 0x9e3779b1) ^ text.charCodeAt(i)
  return (Math.imul(value, 0x85ebca6b) >>> 12) & (FILTER_SIZE - 1)
}

function findKinds(): Uint8Array {
  const found = new Uint8Array(0x1_0000).fill(NONE)
  for (let unit = 0; unit < found.length; unit += 1) {
    const character = String.fromCharCode(unit)
    if (
      /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}]/u.test(
        character,
      )
    )
      found[unit] = UNSPACED
    else if (/[\p{L}\p{N}\p{M}]/u.test(character)) found[unit] = SPACED
  }
  return found
}
