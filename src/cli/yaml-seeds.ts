import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml'
import * as z from 'zod'
import type { SeedOptions } from '../crawl/index.js'
import { AppError, messageOf } from '../errors.js'
import { seedEntry, type SeedEntry, type SeedFileContext } from './seed-text.js'

/**
 * The seeds of a YAML file. @throws AppError `bad-seed` naming file and line, where it is no list that can be
 * read
 */
export function yamlSeeds(path: string, text: string, context: SeedFileContext): SeedEntry[] {
  const lines = new LineCounter()
  const document = parsedYaml(path, text, lines)
  const lineOf = (offset: number | undefined): string => `${path}:${lines.linePos(offset ?? 0).line}`
  const [error] = document.errors
  if (error !== undefined)
    throw new AppError('bad-seed', `${lineOf(error.pos[0])}: ${error.message.split('\n')[0]}`)
  if (document.contents === null) return []
  if (!isSeq(document.contents)) throw new AppError('bad-seed', `${path}:1: a YAML seed file is a list`)
  return document.contents.items.map(item =>
    yamlSeed(item as Node, document, lineOf((item as Node).range?.[0]), context),
  )
}

function parsedYaml(path: string, text: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter, logLevel: 'error' })
  } catch (cause) {
    // The parser recurses: lists within lists, thousands deep, exhaust the stack.
    throw new AppError('bad-seed', `${path}:1: it cannot be read as YAML (${messageOf(cause)})`, { cause })
  }
}

function yamlSeed(item: Node, document: Document, place: string, context: SeedFileContext): SeedEntry {
  if (isScalar(item) && typeof item.value === 'string') return seedEntry(item.value, place, context.options)
  if (isMap(item)) return mappedSeed(item, document, place, context)
  return { problem: `${place}: a seed is a string, or a map with "seed"` }
}

const seedMap = z.strictObject({
  seed: z.string(),
  collect: z.union([z.string(), z.array(z.string())]).optional(),
  depth: z.int().min(0).optional(),
  max_pages: z.int().min(1).nullable().optional(),
})

/** A seed list in YAML. */
export const seedList = z
  .array(z.union([z.string(), seedMap]))
  .describe('A seed list: each a seed, or a map of a seed and options of its own')

function mappedSeed(
  item: YAMLMap,
  document: Document,
  place: string,
  { options, readCollect }: SeedFileContext,
): SeedEntry {
  try {
    const parsed = seedMap.safeParse(plainValue(item, document))
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      return { problem: `${place}: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}` }
    }
    const { seed, collect, depth, max_pages } = parsed.data
    const own: SeedOptions = {
      collect: collect === undefined ? options.collect : readCollect(collect),
      depth: depth ?? options.depth,
      maxPages: max_pages === undefined ? options.maxPages : max_pages,
    }
    return seedEntry(seed, place, own)
  } catch (error) {
    return { problem: `${place}: ${messageOf(error)}` }
  }
}

/** The map with its aliases followed. @throws Error naming the option with one that leads nowhere */
function plainValue(item: YAMLMap, document: Document): unknown {
  try {
    return item.toJS(document)
  } catch (error) {
    const option = item.items.find(({ value }) => isAlias(value))?.key
    throw new Error(`${String(option)}: ${messageOf(error)}`, { cause: error })
  }
}
