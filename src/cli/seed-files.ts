import { readFileSync } from 'node:fs'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type YAMLMap } from 'yaml'
import { z } from 'zod'
import { parseSeed, type PlannedSeed, type SeedOptions } from '../crawl/index.js'
import { AppError, messageOf } from '../errors.js'

/** Turns a `--collect` value into stream names. @throws Error naming what is wrong */
export type CollectReader = (value: string | readonly string[]) => readonly string[]

export interface SeedFileContext {
  /** The options of the command, for whatever a seed does not set itself. */
  readonly options: SeedOptions
  readonly readCollect: CollectReader
}

/** The seeds of the command line. */
export function seedArguments(texts: readonly string[], { options }: SeedFileContext): PlannedSeed[] {
  return texts.map((text) => ({ seed: readSeed(text, 'argument'), options }))
}

/**
 * The seeds of a file: YAML (`.yaml`, `.yml`) as a list of strings or of `{seed, collect, depth, max_pages}`; any other file as
 * text, one seed per line, with `#` comments.
 * @throws AppError `bad-seed` naming file and line
 */
export function seedFile(path: string, context: SeedFileContext): PlannedSeed[] {
  const text = readText(path)
  const seeds = /\.ya?ml$/i.test(path) ? yamlSeeds(path, text, context) : textSeeds(path, text, context)
  if (seeds.length === 0) throw new AppError('bad-seed', `${path} has no seeds`)
  return seeds
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : messageOf(error)
    throw new AppError('bad-seed', `the file of --seeds, ${path}: ${why}`, { cause: error })
  }
}

function textSeeds(path: string, text: string, { options }: SeedFileContext): PlannedSeed[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    const seed = withoutComment(line).trim()
    return seed === '' ? [] : [{ seed: readSeed(seed, `${path}:${index + 1}`), options }]
  })
}

/** A comment begins with `#`, at the start or after a space: a `#` within a word is part of an address. */
function withoutComment(line: string): string {
  const start = line.search(/(?<=^|\s)#/)
  return start === -1 ? line : line.slice(0, start)
}

function yamlSeeds(path: string, text: string, context: SeedFileContext): PlannedSeed[] {
  const lines = new LineCounter()
  const document = parsedYaml(path, text, lines)
  const lineOf = (offset: number | undefined): string => `${path}:${lines.linePos(offset ?? 0).line}`
  const [error] = document.errors
  if (error !== undefined) throw new AppError('bad-seed', `${lineOf(error.pos[0])}: ${error.message.split('\n')[0]}`)
  if (document.contents === null) return []
  if (!isSeq(document.contents)) throw new AppError('bad-seed', `${path}:1: a YAML seed file is a list`)
  return document.contents.items.map((item) => yamlSeed(item as Node, document, lineOf((item as Node).range?.[0]), context))
}

function parsedYaml(path: string, text: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter, logLevel: 'error' })
  } catch (cause) {
    // The parser recurses: lists within lists, thousands deep, exhaust the stack.
    throw new AppError('bad-seed', `${path}:1: it cannot be read as YAML (${messageOf(cause)})`, { cause })
  }
}

function yamlSeed(item: Node, document: Document, place: string, context: SeedFileContext): PlannedSeed {
  if (isScalar(item) && typeof item.value === 'string') return { seed: readSeed(item.value, place), options: context.options }
  if (isMap(item)) return mappedSeed(item, document, place, context)
  throw new AppError('bad-seed', `${place}: a seed is a string, or a map with "seed"`)
}

const seedMap = z.strictObject({
  seed: z.string(),
  collect: z.union([z.string(), z.array(z.string())]).optional(),
  depth: z.int().min(0).optional(),
  max_pages: z.int().min(1).nullable().optional(),
})

function mappedSeed(item: YAMLMap, document: Document, place: string, { options, readCollect }: SeedFileContext): PlannedSeed {
  const parsed = seedMap.safeParse(plainValue(item, document, place))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AppError('bad-seed', `${place}: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`)
  }
  const { seed, collect, depth, max_pages } = parsed.data
  try {
    const own: SeedOptions = {
      collect: collect === undefined ? options.collect : readCollect(collect),
      depth: depth ?? options.depth,
      maxPages: max_pages === undefined ? options.maxPages : max_pages,
    }
    return { seed: readSeed(seed, place), options: own }
  } catch (error) {
    throw error instanceof AppError && error.code === 'bad-seed' ? error : new AppError('bad-seed', `${place}: ${messageOf(error)}`)
  }
}

/** The map with its aliases followed. */
function plainValue(item: YAMLMap, document: Document, place: string): unknown {
  try {
    return item.toJS(document)
  } catch (error) {
    const option = item.items.find(({ value }) => isAlias(value))?.key
    throw new AppError('bad-seed', `${place}: ${String(option)}: ${messageOf(error)}`, { cause: error })
  }
}

function readSeed(text: string, place: string): PlannedSeed['seed'] {
  const seed = parseSeed(text)
  if ('problem' in seed) throw new AppError('bad-seed', place === 'argument' ? seed.problem : `${place}: ${seed.problem}`)
  return seed
}
