import type { PlannedSeed } from '../crawl/index.js'
import type { CrawlStore } from '../db/index.js'
import type { Output } from './output.js'

/**
 * Says which `@name` seeds lead to users who have another handle now; each once. A handle that is remembered
 * is not asked for again.
 */
export class RenamedHandles {
  readonly #told = new Set<string>()
  readonly #handles: readonly string[]

  constructor(
    seeds: readonly PlannedSeed[],
    private readonly store: CrawlStore,
    private readonly output: Pick<Output, 'note'>,
  ) {
    this.#handles = seeds.flatMap(({ seed }) => (seed.kind === 'handle' ? [seed.id] : []))
  }

  tell(): void {
    if (this.#handles.length === 0) return
    for (const { handle, userId, now, taker } of this.store.renamed(this.#handles)) {
      if (this.#told.has(handle)) continue
      this.#told.add(handle)
      const other = taker === null ? '' : `, and ${taker} is @${handle}`
      this.output.note(
        `@${handle} is remembered as ${userId}, who is @${now} now${other}; name the user that ` +
          'you mean by id.',
      )
    }
  }
}
