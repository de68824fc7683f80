import { buffer } from 'node:stream/consumers'
import { AppError, messageOf } from '../errors.js'
import { decodeText, linesOf, readTextFile } from '../text-file.js'
import { seedEntry, type SeedEntry, type SeedFileContext } from './seed-text.js'

export { soundSeeds, type SeedEntry, type SeedFileContext } from './seed-text.js'

/** The seeds of the command line. */
export function seedArguments(texts: readonly string[], { options }: SeedFileContext): SeedEntry[] {
  return texts.map(text => seedEntry(text, null, options))
}

/**
 * The seeds of a file, or of standard input where its name is `-`: YAML (`.yaml`, `.yml`) as a list of
 * strings or of `{seed, collect, depth, max_pages}`; with a column, CSV; any other as text, one seed per
 * line, with `#` comments.
 * @throws AppError `bad-seed` for a file that cannot be read or holds no list
 */
export async function seedFile(
  path: string,
  context: SeedFileContext,
  column?: string,
): Promise<SeedEntry[]> {
  const name = path === '-' ? 'stdin' : path
  const text = path === '-' ? await readStdin() : readText(path)
  const entries = await entriesOf(name, text, context, column)
  if (entries.length === 0) throw new AppError('bad-seed', `${name} has no seeds`)
  return entries
}

/**
 * The readers of YAML and CSV are loaded where they are needed: that of YAML takes longer than most crawls
 * take to plan.
 */
async function entriesOf(
  name: string,
  text: string,
  context: SeedFileContext,
  column: string | undefined,
): Promise<SeedEntry[]> {
  if (column !== undefined) return (await import('./csv-seeds.js')).csvSeeds(name, text, column, context)
  return /\.ya?ml$/i.test(name)
    ? (await import('./yaml-seeds.js')).yamlSeeds(name, text, context)
    : textSeeds(name, text, context)
}

function readText(path: string): string {
  try {
    return readTextFile(path)
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : messageOf(error)
    throw new AppError('bad-seed', `the file of --seeds, ${path}: ${why}`, { cause: error })
  }
}

async function readStdin(): Promise<string> {
  if (process.stdin.isTTY)
    throw new AppError('bad-usage', '--seeds - reads standard input, and nothing is piped into it')
  return decodeText(await buffer(process.stdin))
}

function textSeeds(path: string, text: string, { options }: SeedFileContext): SeedEntry[] {
  return linesOf(text).flatMap((line, index) => {
    const seed = withoutComment(line)
    return /^[\s\p{Cf}]*$/u.test(seed) ? [] : [seedEntry(seed, `${path}:${index + 1}`, options)]
  })
}

/** A comment begins with `#`, at the start or after a space: a `#` within a word is part of an address. */
function withoutComment(line: string): string {
  const start = line.search(/(?<=^|\s)#/)
  return start === -1 ? line : line.slice(0, start)
}
