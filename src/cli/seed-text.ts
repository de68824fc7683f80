import { parseSeed, SEED_FORMS, type PlannedSeed, type SeedOptions } from '../crawl/index.js'
import { AppError } from '../errors.js'

/** Turns a `--collect` value into stream names. @throws Error naming what is wrong */
export type CollectReader = (value: string | readonly string[]) => readonly string[]

export interface SeedFileContext {
  /** The options of the command, for whatever a seed does not set itself. */
  readonly options: SeedOptions
  readonly readCollect: CollectReader
}

/** One entry of a list of seeds: a seed, or why it is none, with its place. */
export type SeedEntry = PlannedSeed | { readonly problem: string }

/**
 * One seed.
 * @param place file and line; null where there are none
 */
export function seedEntry(text: string, place: string | null, options: SeedOptions): SeedEntry {
  const seed = parseSeed(text)
  if ('problem' in seed) return { problem: place === null ? seed.problem : `${place}: ${seed.problem}` }
  return { seed, options }
}

/** How many bad seeds are named; a list with more of them is another kind of list. */
const MOST_NAMED = 100
/** Characters of what is said of one: an option may be as long as a file. */
const LONGEST_PROBLEM = 400

/**
 * The seeds of a list whose every entry is one.
 * @throws AppError `bad-seed` naming all that are none
 */
export function soundSeeds(entries: readonly SeedEntry[]): PlannedSeed[] {
  const problems = entries.flatMap(entry => ('problem' in entry ? [entry.problem] : []))
  if (problems.length > 0) throw new AppError('bad-seed', joined(problems))
  return entries.filter((entry): entry is PlannedSeed => !('problem' in entry))
}

function shortened(text: string): string {
  return text.length > LONGEST_PROBLEM ? `${text.slice(0, LONGEST_PROBLEM).toWellFormed()}…` : text
}

/** The forms of a seed are said once, behind the last. */
function joined(problems: readonly string[]): string {
  const forms = `; a seed is one of ${SEED_FORMS}`
  const named = problems.slice(0, MOST_NAMED).map(problem => shortened(problem.replace(forms, '')))
  const others = problems.length > MOST_NAMED ? `; and ${problems.length - MOST_NAMED} more` : ''
  return named.join('; ') + others + (problems.some(problem => problem.endsWith(forms)) ? forms : '')
}
