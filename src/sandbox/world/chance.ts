/** A well spread 32-bit hash of a key and some integers: the only source of chance in a world. */
export function mix(key: number, ...parts: number[]): number {
  let hash = key | 0
  for (const part of parts) hash = scramble(hash ^ scramble(part + 0x9e3779b9))
  return hash >>> 0
}

/** Avalanche of one 32-bit integer (the finalizer of MurmurHash3). */
export function scramble(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** A stream of chance that belongs to one thing of the world: the same key always throws the same numbers. */
export class Dice {
  #state: number

  constructor(key: number, ...parts: number[]) {
    this.#state = mix(key, ...parts)
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    return scramble(this.#state) >>> 0
  }

  /** In [0, 1). */
  unit(): number {
    return this.next() / 0x1_0000_0000
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.unit() * limit)
  }

  oneIn(n: number): boolean {
    return this.below(n) === 0
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0]
  }

  /** A power-law integer: 0 with probability `none`, else at least 1, mostly small, never above `max`. */
  heavyTail(none: number, spread: number, max: number): number {
    if (this.unit() < none) return 0
    return Math.min(max, Math.ceil(spread * (1 / (1 - this.unit()) ** 0.7 - 0.999)))
  }

  /** Letters drawn from `alphabet`. */
  word(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join('')
  }
}

/**
 * A keyed shuffle of 0 … size-1 that can be asked in both directions without a table (Feistel, cycle
 * walking).
 */
export class Permutation {
  readonly #half: number
  readonly #mask: number
  readonly #keys: readonly number[]

  constructor(
    key: number,
    readonly size: number,
  ) {
    this.#half = Math.max(1, Math.ceil(Math.log2(Math.max(2, size)) / 2))
    this.#mask = 2 ** this.#half - 1
    this.#keys = [mix(key, 1), mix(key, 2), mix(key, 3), mix(key, 4)]
  }

  /** What stands at a place. */
  at(place: number): number {
    let x = place
    do x = this.#forward(x)
    while (x >= this.size)
    return x
  }

  /** Where it stands: `placeOf(at(n)) === n`. */
  placeOf(item: number): number {
    let x = item
    do x = this.#backward(x)
    while (x >= this.size)
    return x
  }

  #forward(x: number): number {
    let left = x >>> this.#half
    let right = x & this.#mask
    for (const key of this.#keys) {
      const next = left ^ (scramble(right ^ key) & this.#mask)
      left = right
      right = next
    }
    return (left << this.#half) | right
  }

  #backward(x: number): number {
    let left = x >>> this.#half
    let right = x & this.#mask
    for (let round = this.#keys.length - 1; round >= 0; round -= 1) {
      const previous = right ^ (scramble(left ^ (this.#keys[round] ?? 0)) & this.#mask)
      right = left
      left = previous
    }
    return (left << this.#half) | right
  }
}
