/**
 * Remembers the last `limit` answers of a pure function, so that memory stays flat in a world of any size.
 */
export class Memo<T> {
  readonly #known = new Map<number, T>()

  constructor(
    readonly limit: number,
    readonly compute: (key: number) => T,
  ) {}

  get(key: number): T {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const value = this.compute(key)
    if (this.#known.size >= this.limit) this.#forgetOldest()
    this.#known.set(key, value)
    return value
  }

  #forgetOldest(): void {
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest)
      return
    }
  }
}
