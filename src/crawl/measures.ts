import type { ListingMeasure } from '../db/index.js'
import type { Crawler } from './contract.js'

/** How the listings of each crawler are measured. */
export function measuresOf(crawlers: readonly Crawler[]): ListingMeasure[] {
  return crawlers.map(({ name, accepts, lists, length, order }) => ({
    stream: name,
    accepts,
    lists,
    length,
    readWhole: order !== 'newest-first',
  }))
}
