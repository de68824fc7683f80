import { parseSeed } from '../crawl/index.js'
import { seedEntry, type SeedEntry, type SeedFileContext } from './seed-text.js'

/** Columns that hold handles, which most tables write without `@`. */
const HANDLES = /^(user[ _-]?names?|handles?|screen[ _-]?names?)$/i

/** A value of a column of seeds. In a column of handles a bare word is one, `feed` too. */
export function columnSeed(
  value: string,
  column: string,
  place: string,
  { options }: SeedFileContext,
): SeedEntry {
  const seed = parseSeed(value)
  const isBare = 'problem' in seed || seed.kind === 'feed' || seed.kind === 'leaderboard'
  const withSign = isBare && HANDLES.test(column.trim()) ? parseSeed(`@${value.trim()}`) : seed
  return 'problem' in withSign ? seedEntry(value, place, options) : { seed: withSign, options }
}
