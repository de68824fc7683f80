import type { PlannedSeed } from '../crawl/index.js'
import { AppError, messageOf } from '../errors.js'
import { linesOf, readTextFile } from '../text-file.js'
import { readSeed, type SeedFileContext } from './seed-text.js'

export type { SeedFileContext } from './seed-text.js'

/** The seeds of the command line. */
export function seedArguments(texts: readonly string[], { options }: SeedFileContext): PlannedSeed[] {
  return texts.map((text) => ({ seed: readSeed(text, 'argument'), options }))
}

/**
 * The seeds of a file: YAML (`.yaml`, `.yml`) as a list of strings or of `{seed, collect, depth, max_pages}`; any other file as
 * text, one seed per line, with `#` comments.
 * @throws AppError `bad-seed` naming file and line
 */
export async function seedFile(path: string, context: SeedFileContext): Promise<PlannedSeed[]> {
  const text = readText(path)
  // The reader of YAML takes longer to load than most crawls take to plan.
  const read = /\.ya?ml$/i.test(path) ? (await import('./yaml-seeds.js')).yamlSeeds : textSeeds
  const seeds = read(path, text, context)
  if (seeds.length === 0) throw new AppError('bad-seed', `${path} has no seeds`)
  return seeds
}

function readText(path: string): string {
  try {
    return readTextFile(path)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : messageOf(error)
    throw new AppError('bad-seed', `the file of --seeds, ${path}: ${why}`, { cause: error })
  }
}

function textSeeds(path: string, text: string, { options }: SeedFileContext): PlannedSeed[] {
  return linesOf(text).flatMap((line, index) => {
    const seed = withoutComment(line).trim()
    return seed === '' ? [] : [{ seed: readSeed(seed, `${path}:${index + 1}`), options }]
  })
}

/** A comment begins with `#`, at the start or after a space: a `#` within a word is part of an address. */
function withoutComment(line: string): string {
  const start = line.search(/(?<=^|\s)#/)
  return start === -1 ? line : line.slice(0, start)
}
