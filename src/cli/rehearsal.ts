import { routes, type MicroUsd, type ReadRoute } from '../api/index.js'
import {
  estimateRun,
  planRun,
  type Crawler,
  type Estimate,
  type PlannedSeed,
  type RunRules,
} from '../crawl/index.js'
import { rehearse, type OpenRun } from '../db/index.js'
import type { Output } from './output.js'
import { RenamedHandles } from './renamed-handles.js'
import { seedsLeft } from './seeds-left.js'

/** What a crawl asks for, as far as it makes its price. */
export interface PricedCrawl {
  readonly seeds: readonly PlannedSeed[]
  readonly crawlers: readonly Crawler[]
  readonly rules: RunRules
  readonly minAgeMs: number | null
  readonly restart: boolean
  /** Prices that differ from those of the contract. */
  readonly prices: Partial<Record<ReadRoute, MicroUsd>>
}

/**
 * Estimates a crawl on the database, of which nothing is kept and which is not made.
 * @param output where it is said which seeds are left out or renamed
 * @throws AppError as the crawl itself would before its first request
 */
export async function estimateCrawl(
  db: string,
  { seeds, crawlers, rules, minAgeMs, restart, prices }: PricedCrawl,
  output: Pick<Output, 'note'>,
): Promise<{ run: OpenRun; estimate: Estimate }> {
  const price = (route: ReadRoute): MicroUsd => prices[route] ?? routes[route].price
  return rehearse(db, async store => {
    if (restart) await store.abandonRuns()
    const left = seedsLeft(seeds, store, output)
    const run = await store.openRun(planRun(left, crawlers, rules))
    new RenamedHandles(left, store, output).tell()
    return { run, estimate: (await estimateRun(store, run, { crawlers, rules, minAgeMs, price })).estimate }
  })
}
