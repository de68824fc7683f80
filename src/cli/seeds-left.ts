import { seedsOfOthers, type PlannedSeed } from '../crawl/index.js'
import type { CrawlStore } from '../db/index.js'
import { AppError } from '../errors.js'
import type { Output } from './output.js'

/**
 * The seeds of a command without those of people whom the database was told to forget, each of which is told
 * in one line: a list of seeds must not stop being crawled because one of them asked to be forgotten.
 * @throws AppError `forgotten-seeds` where none is left
 */
export function seedsLeft(
  seeds: readonly PlannedSeed[],
  store: CrawlStore,
  output: Pick<Output, 'note'>,
): readonly PlannedSeed[] {
  const { kept, left } = seedsOfOthers(seeds, store.forgotten)
  if (kept.length === 0)
    throw new AppError(
      'forgotten-seeds',
      `${left.join(', ')}: this database was told to forget whom it names`,
    )
  for (const seed of left) output.note(`${seed} is left out: this database was told to forget whom it names.`)
  return kept
}
