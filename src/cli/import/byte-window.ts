/**
 * The bytes of a text that are still needed, and the lines in it. Places count from its beginning. It holds
 * no more than a limit: what is longer cannot be had again.
 */
export class ByteWindow {
  readonly #limit: number
  #pieces: Buffer[] = []
  /** Where the first piece begins, and where the last one ends. */
  #from = 0
  #to = 0
  #line = 1
  #countedTo = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get end(): number {
    return this.#to
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#to += piece.length
  }

  /** The bytes between two places; undefined where they are more than are held. */
  slice(from: number, to: number): Buffer | undefined {
    if (from < this.#from || to - from > this.#limit) return undefined
    const parts: Buffer[] = []
    let start = this.#from
    for (const piece of this.#pieces) {
      if (start < to && start + piece.length > from)
        parts.push(piece.subarray(Math.max(0, from - start), to - start))
      start += piece.length
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts)
  }

  /** The line of a place that is no earlier than any asked for before. */
  lineAt(place: number): number {
    let start = this.#from
    for (const piece of this.#pieces) {
      const end = Math.min(piece.length, place - start)
      for (let at = Math.max(0, this.#countedTo - start); at < end; at += 1) {
        at = piece.indexOf(LINE_END, at)
        if (at === -1 || at >= end) break
        this.#line += 1
      }
      start += piece.length
    }
    this.#countedTo = Math.max(this.#countedTo, Math.min(place, this.#to))
    return this.#line
  }

  /** Lets go of what stands before a place, and of all that is held if it is too much. */
  release(place: number): void {
    const needed = this.#to - place > this.#limit ? this.#to : place
    this.lineAt(needed)
    for (
      let first = this.#pieces[0];
      first !== undefined && this.#from + first.length <= needed;
      first = this.#pieces[0]
    ) {
      this.#from += first.length
      this.#pieces.shift()
    }
  }
}

const LINE_END = 0x0a
