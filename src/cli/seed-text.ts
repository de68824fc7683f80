import { parseSeed, type PlannedSeed, type SeedOptions } from '../crawl/index.js'
import { AppError } from '../errors.js'

/** Turns a `--collect` value into stream names. @throws Error naming what is wrong */
export type CollectReader = (value: string | readonly string[]) => readonly string[]

export interface SeedFileContext {
  /** The options of the command, for whatever a seed does not set itself. */
  readonly options: SeedOptions
  readonly readCollect: CollectReader
}

/** @throws AppError `bad-seed` naming the place */
export function readSeed(text: string, place: string): PlannedSeed['seed'] {
  const seed = parseSeed(text)
  if ('problem' in seed) throw new AppError('bad-seed', place === 'argument' ? seed.problem : `${place}: ${seed.problem}`)
  return seed
}
