/**
 * One listing as the API holds it: it grows at its head, loses items anywhere, and may show an old item on
 * top.
 */

interface Entry {
  id: string
  /**
   * The place in the order: larger is newer. Cursors are anchored here, so a deleted item kills no cursor.
   */
  place: number
}

export interface Page {
  ids: string[]
  next: string | null
}

export class Listing {
  #entries: Entry[] = []
  #pinned: string | undefined
  #published = 0

  constructor(private readonly prefix: string) {}

  /** What the listing shows, from its top. */
  get shown(): string[] {
    const ids = this.#entries.map(({ id }) => id)
    return this.#pinned === undefined ? ids : [this.#pinned, ...ids.filter(id => id !== this.#pinned)]
  }

  publish(count: number): void {
    for (let n = 0; n < count; n += 1) {
      this.#published += 1
      this.#entries.unshift({
        id: `${this.prefix}${String(this.#published).padStart(8, '0')}`,
        place: this.#published,
      })
    }
  }

  /** A ranked listing gets its news anywhere. */
  insertAt(index: number, id: string): void {
    const above = this.#entries[index - 1]?.place ?? (this.#entries[0]?.place ?? 0) + 2
    const below = this.#entries[index]?.place ?? above - 2
    this.#entries.splice(Math.min(index, this.#entries.length), 0, { id, place: (above + below) / 2 })
  }

  remove(ids: ReadonlySet<string>): void {
    this.#entries = this.#entries.filter(({ id }) => !ids.has(id))
    if (this.#pinned !== undefined && ids.has(this.#pinned)) this.#pinned = undefined
  }

  pin(id: string | undefined): void {
    this.#pinned = id
  }

  page(cursor: string | null, size: number): Page {
    const below = cursor === null ? Number.POSITIVE_INFINITY : Number(cursor)
    const rest = this.#entries.filter(({ id, place }) => id !== this.#pinned && place < below)
    const isTop = cursor === null && this.#pinned !== undefined
    const listed = rest.slice(0, isTop ? size - 1 : size)
    const last = listed.at(-1)
    const hasMore = last !== undefined && listed.length < rest.length
    return {
      ids: [...(isTop ? [this.#pinned as string] : []), ...listed.map(({ id }) => id)],
      next: hasMore ? String(last.place) : null,
    }
  }
}
