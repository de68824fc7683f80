import { routes, type MicroUsd, type ReadRoute } from '../api/index.js'
import type { BudgetCaps, Crawler } from '../crawl/index.js'
import { AppError } from '../errors.js'

/** @throws AppError `bad-usage` for a cap on cost by which not even the cheapest request can be sent */
export function assertAffordable(
  { maxCost }: BudgetCaps,
  crawlers: readonly Crawler[],
  prices: Partial<Record<ReadRoute, MicroUsd>>,
): void {
  const cheapest = Math.min(...crawlers.map(({ route }) => prices[route] ?? routes[route].price))
  if (maxCost === null || maxCost >= cheapest) return
  throw new AppError(
    'bad-usage',
    `--max-cost ${maxCost / 1_000_000} is less than one request costs, $${cheapest / 1_000_000}: ` +
      'nothing could be sent',
  )
}
