import { writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { seedFile, soundSeeds, type SeedFileContext } from '../../src/cli/seed-files.js'
import { readCollect } from '../../src/cli/flags.js'
import { collectable, parseSeed, type PlannedSeed } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { AppError } from '../../src/errors.js'
import { decodeText } from '../../src/text-file.js'
import { Bench } from '../db/support/database.js'
import { damage, damaged } from './support/bytes.js'
import { hostile, HOSTILE_VALUES } from './support/hostile.js'

/*
 * Lists of seeds that were changed on their way: each line gives its seeds, or an error that names file and
 * line.
 */

const RUNS = Number(process.env['FUZZ_SEED_RUNS'] ?? 10_000)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_502)

const crawlers = await loadCrawlers()
const known = new Set(collectable(crawlers))
const context: SeedFileContext = {
  options: { collect: ['posts'], depth: 0, maxPages: null },
  readCollect: value => readCollect(value, crawlers),
}

const VALID = [
  'feed',
  'leaderboard',
  'search:sam',
  'search: two words ',
  'user-Ab12',
  'ch_00ff',
  '@harbour.kite',
  's_0090c17dc83cf2fa22fb6f32587a5345',
  'https://sora.chatgpt.com/profile/sam',
  'https://sora.chatgpt.com/p/s_0090c17d?ref=x#top',
  'https://sora.chatgpt.com/p/s_00%39',
  '@風筝',
  'search:#tag',
]
const BAD = [
  '@',
  '@a b',
  'user-',
  's_',
  'search:',
  'https://',
  'https://sora.chatgpt.com/',
  'https://evil.example/p/s_1',
  'http://[',
  'javascript:alert(1)',
  'user-../..',
  '%',
  '\u0000',
  '# x \u2028 y',
  'feed # x \u2028 y',
  'x'.repeat(5_000),
  '@\u001B[2J',
]

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...VALID) },
  { weight: 2, arbitrary: fc.constantFrom(...BAD) },
  { weight: 1, arbitrary: fc.nat(HOSTILE_VALUES).map(n => textOf(hostile(n))) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)
const space = fc.constantFrom('', '', '', ' ', '\t', '\u00A0', '\uFEFF')
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(space, word, space).map(parts => parts.join('')) },
  { weight: 1, arbitrary: fc.constantFrom('', '  ', '# a comment', '\t# another', '#') },
  {
    weight: 1,
    arbitrary: fc.tuple(word, fc.constantFrom(' # why', ' #', '#no', '\t#x')).map(parts => parts.join('')),
  },
)
const textList = fc.record({
  lines: fc.array(line, { maxLength: 8 }),
  end: fc.constantFrom('\n', '\r\n', '\r', '\n\n'),
  harm: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: damage }),
})

const yamlValue = fc.oneof(
  { weight: 2, arbitrary: fc.nat(HOSTILE_VALUES).map(n => JSON.stringify(hostile(n)) ?? '~') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '0',
      '1',
      '7',
      '-1',
      '1.5',
      '1e3',
      '.inf',
      '.nan',
      '0x10',
      '~',
      'true',
      '[posts, comments]',
      'posts,followers',
      'all',
      '[]',
      '{a: b}',
      '&a feed',
      '*a',
      '*nobody',
      '!!binary aGk=',
      '!!set {a, b}',
      '!!js/function "x"',
      '2026-01-01',
      '<<',
    ),
  },
)
const yamlItem = fc.oneof(
  { weight: 3, arbitrary: word.map(text => `- ${JSON.stringify(text)}`) },
  { weight: 2, arbitrary: word.map(text => `- ${text}`) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        word,
        fc.constantFrom('collect', 'depth', 'max_pages', 'seed', '__proto__', 'constructor', 'Depth', ''),
        yamlValue,
      )
      .map(([text, key, value]) => `- seed: ${JSON.stringify(text)}\n  ${key}: ${value}`),
  },
  { weight: 1, arbitrary: fc.tuple(yamlValue, yamlValue).map(([key, value]) => `- ? ${key}\n  : ${value}`) },
  { weight: 1, arbitrary: yamlValue.map(value => `- ${value}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '---',
      '...',
      '%YAML 1.2',
      '# why',
      'seeds:',
      '  - feed',
      '\t- feed',
      '- - feed',
      '- |\n  feed',
      '- >-\n  feed',
      '- &a [*a]',
      `- ${'['.repeat(50)}`,
      `- ${'{a: '.repeat(50)}`,
      '- &x [feed, feed]\n- &y [*x, *x, *x]\n- [*y, *y, *y]',
      '- !!pairs [a: 1]',
      '- {seed: feed, ? [a, b] : c}',
    ),
  },
)
const yamlList = fc.record({
  lines: fc.array(yamlItem, { maxLength: 6 }),
  end: fc.constantFrom('\n', '\n', '\r\n', '\n\n'),
  harm: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: damage }),
})

type List = typeof textList extends fc.Arbitrary<infer T> ? T : never

function bytesOf({ lines, end, harm }: List): Buffer {
  const bytes = Buffer.from(lines.join(end))
  return harm === null ? bytes : damaged(bytes, harm)
}

/** The seeds of a file, or the error of the catalogue; whatever else is thrown is a fault. */
async function read(path: string, bytes: Buffer): Promise<PlannedSeed[] | AppError> {
  writeFileSync(path, bytes)
  try {
    return soundSeeds(await seedFile(path, context))
  } catch (error) {
    if (error instanceof AppError && error.code === 'bad-seed') return error
    throw error
  }
}

/** A seed that was taken can be sent, shown, and written down again. */
function checkSeed({ seed, options }: PlannedSeed): void {
  const again = parseSeed(seed.text)
  if ('problem' in again || again.text !== seed.text || again.id !== seed.id || again.kind !== seed.kind)
    throw new Error(`${JSON.stringify(seed)} read again is ${JSON.stringify(again)}`)
  if (seed.id === '' && seed.kind !== 'feed' && seed.kind !== 'leaderboard')
    throw new Error(`${seed.text} names nothing`)
  if (Buffer.from(seed.text).toString() !== seed.text || /\p{Cc}|\uFFFD/u.test(seed.text))
    throw new Error(`${JSON.stringify(seed.text)} is no text`)
  if (
    !Number.isSafeInteger(options.depth) ||
    options.depth < 0 ||
    (options.maxPages !== null && !(Number.isSafeInteger(options.maxPages) && options.maxPages >= 1))
  )
    throw new Error(`options ${JSON.stringify(options)}`)
  if (options.collect.length === 0 || options.collect.some(name => !known.has(name)))
    throw new Error(`collects ${JSON.stringify(options.collect)}`)
}

/** The lines that hold a seed, by number: what is no comment and not blank. */
function told(text: string): Map<number, string> {
  const lines = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/)
  const seeds = lines.map((whole, index): [number, string] => [
    index + 1,
    whole.split(/(?:^|\s)#/)[0]?.replaceAll(/^[\s\p{Cf}]+/gu, '') ?? '',
  ])
  return new Map(seeds.filter(([, seed]) => seed !== ''))
}

function lineIn(error: AppError, path: string): number {
  const [, number] = error.message.startsWith(path)
    ? (/^:(\d+): ./s.exec(error.message.slice(path.length)) ?? [])
    : []
  if (number === undefined) throw new Error(`no file and line: ${error.message.slice(0, 200)}`)
  if (error.line.length > 4_000) throw new Error(`a line of ${error.line.length} characters`)
  return Number(number)
}

describe('a list of seeds that was changed on its way', () => {
  let bench: Bench
  beforeAll(() => {
    bench = new Bench()
  })
  afterAll(() => bench.end())

  it(
    'as text gives a seed for each line, or names the first line that has none',
    { timeout: 3_600_000 },
    async () => {
      const path = bench.file('seeds.txt')
      let bad = 0
      const check = async (list: List): Promise<void> => {
        const bytes = bytesOf(list)
        const lines = told(decodeText(bytes))
        const first = [...lines].find(([, seed]) => 'problem' in parseSeed(seed))
        const result = await read(path, bytes)
        if (!(result instanceof AppError)) {
          if (first !== undefined || result.length !== lines.size)
            throw new Error(`${result.length} seeds of ${lines.size} lines`)
          return result.forEach(checkSeed)
        }
        bad += 1
        if (lines.size === 0 && result.message === `${path} has no seeds`) return
        if (lineIn(result, path) !== first?.[0])
          throw new Error(`line ${first?.[0]} is no seed, it says: ${result.message}`)
      }
      await fc.assert(fc.asyncProperty(textList, check), { numRuns: Math.ceil(RUNS * 0.6), seed: SEED })
      expect(bad / (RUNS * 0.6)).toBeGreaterThan(0.3)
      expect(bad / (RUNS * 0.6)).toBeLessThan(0.95)
    },
  )

  it.each([5_000, 30_000])('as YAML is refused where it is nested %i deep', async depth => {
    const path = bench.file('deep.yaml')
    for (const [open, close] of [
      ['[', ']'],
      ['{a: ', '}'],
      ['- ', ''],
      ['[', ''],
    ] as const) {
      const result = await read(path, Buffer.from(`- feed\n- ${open.repeat(depth)}${close.repeat(depth)}`))
      if (!(result instanceof AppError)) throw new Error(`${result.length} seeds`)
      expect(lineIn(result, path)).toBeGreaterThan(0)
    }
  })

  it(
    'as YAML gives a seed for each entry, or names a line that has none',
    { timeout: 3_600_000 },
    async () => {
      const path = bench.file('seeds.yaml')
      let good = 0
      const check = async (list: List): Promise<void> => {
        const bytes = bytesOf(list)
        const result = await read(path, bytes)
        if (result instanceof AppError) {
          if (result.message === `${path} has no seeds`) return
          const lines = decodeText(bytes).split('\n').length
          const number = lineIn(result, path)
          if (number < 1 || number > lines) throw new Error(`line ${number} of ${lines}`)
          return
        }
        good += 1
        result.forEach(checkSeed)
      }
      await fc.assert(fc.asyncProperty(yamlList, check), { numRuns: Math.ceil(RUNS * 0.4), seed: SEED })
      expect(good).toBeGreaterThan(RUNS / 50)
    },
  )
})
