/** A seeded source of choices (mulberry32), so that a failing world can be rebuilt from one number. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** An integer from 0 to below `limit`. */
  int(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from')
    return list[this.int(list.length)] as T
  }

  /** Up to `count` different members, in random order. */
  sample<T>(list: readonly T[], count: number): T[] {
    const pool = [...list]
    const taken: T[] = []
    while (taken.length < count && pool.length > 0) taken.push(...pool.splice(this.int(pool.length), 1))
    return taken
  }

  /** `value`, or null with the given probability. */
  maybe<T>(nullShare: number, value: T): T | null {
    return this.chance(nullShare) ? null : value
  }

  hex(length: number): string {
    return this.#letters('0123456789abcdef', length)
  }

  alnum(length: number): string {
    return this.#letters('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', length)
  }

  #letters(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[this.int(alphabet.length)]).join('')
  }
}

/** A stable number for a string: lets a choice belong to an entity instead of to the order of requests. */
export function hashOf(text: string): number {
  let hash = 2_166_136_261
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619)
  return hash >>> 0
}
