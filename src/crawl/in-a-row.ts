import type { Candidate, FailedStream } from '../db/index.js'

/** So many entities refused in the same words, and nobody served between: the trouble is ours. */
const ALIKE_THAT_STOP = 10
/** So many entities refused without saying for whose sake, likewise. */
const WITHHELD_THAT_STOP = 5
/** So many answers of routes that are not there, where nothing has ever answered. */
const MISSES_THAT_STOP = 5

/**
 * Refusals of different entities in a row, over all streams: what each may be to blame for alone, all of them
 * together are not.
 */
export class InARow {
  #words = ''
  readonly #alike = new Map<string, FailedStream[]>()
  readonly #withheld = new Set<string>()
  #misses = 0

  /** Somebody was served. */
  served(): void {
    this.#alike.clear()
    this.#withheld.clear()
  }

  /**
   * A stream has failed because its request was refused.
   * @returns the streams that failed so in a row, if that is no longer a coincidence
   */
  failed(candidate: Candidate, said: string): readonly FailedStream[] | undefined {
    const { streamId, subject, checkpoint } = candidate
    const words = wordsOf(said, subject.id)
    if (words !== this.#words) this.#alike.clear()
    this.#words = words
    const entity = entityOf(candidate)
    this.#alike.set(entity, [...(this.#alike.get(entity) ?? []), { streamId, cursor: checkpoint.cursor }])
    return this.#alike.size >= ALIKE_THAT_STOP ? [...this.#alike.values()].flat() : undefined
  }

  /**
   * A stream was refused without saying for whose sake.
   * @param others how many entities its route left in doubt in earlier invocations and this one
   */
  withheld(candidate: Candidate, others: number): boolean {
    this.#withheld.add(entityOf(candidate))
    return Math.max(this.#withheld.size, others) >= WITHHELD_THAT_STOP
  }

  /** A 404 where nothing has ever answered. @returns whether the API is not there at all */
  missed(): boolean {
    this.#misses += 1
    return this.#misses >= MISSES_THAT_STOP
  }

  /** The API is there, whatever it said. */
  found(): void {
    this.#misses = Number.NEGATIVE_INFINITY
  }
}

function entityOf({ subject }: Candidate): string {
  const kind = subject.kind === 'link' ? 'post' : subject.kind
  return `${kind} ${subject.id}`
}

/** The words without what differs from entity to entity: its id, numbers, request ids. */
function wordsOf(said: string, id: string): string {
  const rest = id === '' ? said : said.replaceAll(id, '·')
  return rest.replaceAll(/\b[\w-]*\d[\w-]*\b/g, '·')
}
