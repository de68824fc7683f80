import { Permutation } from './chance.js'

const firsts = `sam mia kite noor bo ravi yuki lena samir olu
ana chen ivo samantha tariq june sol emre wren samuel
priya kofi lars zoe hana otto nia juan pax suki
dara finn gus ines jamal koda lior maya nils omar`.split(/\s+/)
const words = `harbour paper moon tram orbit lemon static fern tide comet
mango atlas velvet cricket north copper dune echo fig garnet`.split(/\s+/)
const separators = ['.', '_', ''] as const

/** Usernames: unique, readable, and they lead back to their user, so that a search needs no index. */
export class Names {
  readonly #order: Permutation

  constructor(
    key: number,
    readonly users: number,
  ) {
    this.#order = new Permutation(key, users)
  }

  of(user: number): string {
    const place = this.#order.at(user)
    return spell(place % firsts.length, Math.floor(place / firsts.length))
  }

  /** The user of exactly this name. */
  find(name: string): number | undefined {
    for (const [first, word] of firsts.entries()) {
      if (!name.startsWith(word)) continue
      const turn = turnOf(name.slice(word.length))
      const place = turn === undefined ? this.users : turn * firsts.length + first
      if (place < this.users && spell(first, turn ?? 0) === name) return this.#order.placeOf(place)
    }
    return undefined
  }

  /**
   * Users whose name contains the text: the exact one first, then the shortest spellings, at most `limit`.
   */
  search(text: string, limit: number): number[] {
    const needle = text.trim().replace(/^@/, '').toLowerCase()
    const found = new Set<number>()
    const exact = this.find(needle)
    if (exact !== undefined) found.add(exact)
    // A name is tried in the order of its spelling; the scan is bounded, as a world may hold millions.
    const tried = Math.min(this.users, SEARCHED)
    for (let place = 0; place < tried && found.size < limit; place += 1) {
      const name = spell(place % firsts.length, Math.floor(place / firsts.length))
      if (name.includes(needle)) found.add(this.#order.placeOf(place))
    }
    return [...found]
  }
}

const SEARCHED = 20_000

/** `sam`, then `sam.harbour`, `sam_paper`, `sammoon`…, then `sam.harbour2`… */
function spell(first: number, turn: number): string {
  if (turn === 0) return firsts[first] ?? ''
  const word = (turn - 1) % words.length
  const round = Math.floor((turn - 1) / words.length)
  return `${firsts[first]}${separators[word % 3]}${words[word]}${round === 0 ? '' : round + 1}`
}

function turnOf(tail: string): number | undefined {
  if (tail === '') return 0
  const parts = /^[._]?([a-z]+)(\d+)?$/.exec(tail)
  const word = words.indexOf(parts?.[1] ?? '')
  if (parts === null || word < 0) return undefined
  return 1 + word + words.length * (Number(parts[2] ?? 1) - 1)
}
