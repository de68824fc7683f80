const SMALLEST = 1 << 10
/** A table fuller than this is made larger. */
const FULL = 0.6

/**
 * A set of texts that keeps 64 bits of each and no text, a tenth of what strings take. That a text is taken
 * for one that it is not has a chance of one in ten trillion with a million texts; one that is in it is
 * always found.
 */
export class TextSet {
  #first = new Uint32Array(SMALLEST)
  #second = new Uint32Array(SMALLEST)
  #size = 0

  /** @returns false if it was there */
  add(text: string): boolean {
    const first = firstHash(text, 0, text.length)
    const second = secondHash(text, 0, text.length)
    const at = this.#place(first, second)
    if (this.#second[at] !== 0) return false
    this.#put(at, first, second)
    return true
  }

  /** Whether a part of a text is in it. */
  has(text: string, start: number, end: number): boolean {
    return this.#second[this.#place(firstHash(text, start, end), secondHash(text, start, end))] !== 0
  }

  #put(at: number, first: number, second: number): void {
    this.#first[at] = first
    this.#second[at] = second
    this.#size += 1
    if (this.#size > FULL * this.#first.length) this.#grow()
  }

  /** Where it is, or would be. */
  #place(first: number, second: number): number {
    const last = this.#first.length - 1
    let at = first & last
    while (this.#second[at] !== 0 && (this.#first[at] !== first || this.#second[at] !== second))
      at = (at + 1) & last
    return at
  }

  #grow(): void {
    const before = { first: this.#first, second: this.#second }
    this.#first = new Uint32Array(2 * before.first.length)
    this.#second = new Uint32Array(2 * before.first.length)
    this.#size = 0
    for (const [i, second] of before.second.entries()) {
      const first = before.first[i] as number
      if (second !== 0) this.#put(this.#place(first, second), first, second)
    }
  }
}

function firstHash(text: string, start: number, end: number): number {
  let value = end - start
  for (let i = start; i < end; i += 1)
    value = Math.imul(value ^ text.charCodeAt(i), 0x9e3779b1) ^ (value >>> 15)
  return mixed(value)
}

/** Never 0, which stands for an empty place. */
function secondHash(text: string, start: number, end: number): number {
  let value = 0x2545f491
  for (let i = start; i < end; i += 1)
    value = (Math.imul(value, 0x01000193) + text.charCodeAt(i)) ^ (value >>> 17)
  return mixed(value) || 1
}

function mixed(value: number): number {
  const half = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const most = Math.imul(half ^ (half >>> 13), 0xc2b2ae35)
  return (most ^ (most >>> 16)) >>> 0
}
