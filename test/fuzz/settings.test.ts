import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { readRoutes } from '../../src/api/index.js'
import { apiSettings, priceSettings, readEnvironment, settings } from '../../src/config.js'
import { AppError } from '../../src/errors.js'
import { test } from '../support/run.js'
import { starWith } from '../support/world/story.js'
import { damage, damaged } from './support/bytes.js'
import { command, misbehaviour } from './support/command-line.js'
import { hostile, HOSTILE_VALUES } from './support/hostile.js'

/*
 * Settings, flags and arguments that nobody meant: they work, or are a mistake in use (exit 2) told in one
 * line.
 */

const RUNS = Number(process.env['FUZZ_SETTINGS_RUNS'] ?? 3_000)
const COMMANDS = Math.ceil(RUNS / 10)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_503)

const KEY = 'sk-canary-5b1f'
const VALUES = [
  '',
  ' ',
  KEY,
  `${KEY}\n`,
  'https://api.example/sora2',
  'http://127.0.0.1:9/sora2/',
  'https://x/sora2?',
  'https://x/sora2#',
  'https://x/?a=b',
  'https://u:p@x/',
  'ftp://x',
  '//x',
  'https://x:99999/',
  'http://[::1]:80/sora2',
  '0.045',
  'get_feed=0.04,get_user_posts=0.03',
  '1e400',
  '1e308',
  '-1',
  '0',
  'NaN',
  'get_feed=',
  '=1',
  'get_feed=1=2',
  '__proto__=1',
  '0x10',
  ',,,',
  '☃',
  '"',
  "'",
  '`',
  '"multi\nline"',
  '${SORA_API_KEY}',
  '#',
]

const value = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 1, arbitrary: fc.nat(HOSTILE_VALUES).map(n => textOf(hostile(n))) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
)
const textOf = (some: unknown): string => (typeof some === 'string' ? some : JSON.stringify(some))
const name = fc.constantFrom(...Object.keys(settings), '__proto__', 'constructor', 'HTTP_PROXY')
const environment = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true })
const envFile = fc.record({
  lines: fc.array(
    fc.oneof(
      fc.tuple(name, value).map(pair => pair.join('=')),
      fc.tuple(name, value).map(pair => `export ${pair.join(' = ')}`),
      value,
    ),
    { maxLength: 5 },
  ),
  harm: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: damage }),
})

describe('settings', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync('/tmp/sora-settings-')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it(
    'are read, or refused by name, whatever stands in the environment and in .env files; the key is ' +
      'never repeated',
    () => {
      let usable = 0
      const check = (
        given: Record<string, string>,
        { lines, harm }: { lines: string[]; harm: Parameters<typeof damaged>[1] | null },
      ): void => {
        const bytes = Buffer.from(lines.join('\n'))
        writeFileSync(path.join(folder, '.env'), harm === null ? bytes : damaged(bytes, harm))
        try {
          const merged = readEnvironment(folder, given)
          for (const price of Object.values(priceSettings(merged, readRoutes)))
            if (!Number.isSafeInteger(price) || price < 0) throw new Error(`a price of ${price}`)
          const { url, key } = apiSettings(merged)
          if (!/^[\x21-\x7e]+$/.test(key)) throw new Error(`no header can carry ${JSON.stringify(key)}`)
          const route = new URL(`${url}/get_feed`)
          if (!route.pathname.endsWith('/get_feed') || route.search !== '' || route.username !== '')
            throw new Error(`${url} is no prefix`)
          usable += 1
        } catch (error) {
          if (!(error instanceof AppError) || error.exit !== 2) throw error
          if (error.line.includes(KEY)) throw new Error(`the key is in: ${error.line}`, { cause: error })
        }
        for (const key in {}) throw new Error(`the prototype of objects has got a ${key}`)
      }
      fc.assert(fc.property(environment, envFile, check), {
        numRuns: RUNS,
        seed: SEED,
        examples: [[{ TIKHUB_API_KEY: KEY }, { lines: [], harm: null }]],
      })
      expect(usable).toBeGreaterThan(RUNS / 100)
    },
  )
})

const FLAGS = [
  '--depth',
  '--max-pages',
  '--collect',
  '--recheck',
  '--min-age',
  '--max-requests',
  '--max-cost',
  '--concurrency',
  '--rate',
  '--seeds',
  '--confirm-above',
  '--log-level',
  '--db',
  '--full',
  '--json',
  '--no-gate',
  '--no-progress',
  '--nonsense',
  '-x',
  '--',
  '--depth=',
  '--__proto__',
  '--constructor.prototype.polluted',
  '--help',
  '--version',
  '--no-json',
]
const GIVEN = [
  '0',
  '1',
  '-1',
  '1.5',
  '1e400',
  '1e99',
  'NaN',
  '9007199254740993',
  '',
  ' ',
  'posts',
  'posts,,comments',
  'all',
  'nothing',
  '12h',
  '1e9d',
  '99999999999999999999w',
  '-5m',
  'feed',
  '@a',
  'search:x',
  'user-a',
  's_1',
  'nowhere.txt',
  '/dev/null',
  '.',
  '/proc/self/mem',
  ':memory:',
  'file:x',
  '\u001B[2J',
  '__proto__',
  'x'.repeat(3_000),
]
const args = fc.tuple(
  fc.constantFrom(
    'plan',
    'plan',
    'plan',
    'status',
    'coverage',
    'schedule',
    'prune',
    'export',
    'nonsense',
    '',
  ),
  fc.array(fc.oneof(fc.constantFrom(...FLAGS), fc.constantFrom(...GIVEN), fc.constantFrom('feed', '@sam')), {
    maxLength: 6,
  }),
)

describe('the command line', () => {
  const before = { folder: process.cwd(), home: '' }
  beforeAll(() => {
    before.home = mkdtempSync('/tmp/sora-flags-')
    process.chdir(before.home)
  })
  afterAll(() => {
    process.chdir(before.folder)
    rmSync(before.home, { recursive: true, force: true })
  })

  it('works or is a mistake in use, whatever flags and arguments it is given', async () => {
    const codes = new Map<number, number>()
    const check = async ([what, words]: [string, string[]]): Promise<void> => {
      // A schedule would wait for its time: here it is only looked at.
      const said = await command([what, ...words, ...(what === 'schedule' ? ['--cron', '61 * * * *'] : [])])
      codes.set(said.code, (codes.get(said.code) ?? 0) + 1)
      const fault = misbehaviour(said, [0, 2])
      if (fault !== undefined) throw new Error(fault)
      for (const key in {}) throw new Error(`the prototype of objects has got a ${key}`)
    }
    await fc.assert(fc.asyncProperty(args, check), { numRuns: COMMANDS, seed: SEED })
    expect(codes.get(0)).toBeGreaterThan(0)
    expect(codes.get(2)).toBeGreaterThan(COMMANDS / 4)
  })

  test('sends nothing to the API for any of them, as a process of its own', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(3) })
    writeFileSync(bench.file('bad.txt'), 'feed\n@sam\n@a b\n')
    writeFileSync(bench.file('deep.yaml'), `- ${'['.repeat(20_000)}${']'.repeat(20_000)}`)
    writeFileSync(bench.file('latin.txt'), Buffer.from('@caf\xe9\n', 'latin1'))
    const wrong = [
      ['--seeds', 'bad.txt'],
      ['--seeds', 'deep.yaml'],
      ['--seeds', 'latin.txt'],
      ['feed', '--depth', '1e400'],
      ['@\u0007'],
      ['feed', '--max-cost', 'NaN'],
      ['x'.repeat(20_000)],
      ['feed', '--rate', '-1'],
    ]
    for (const words of wrong) {
      const said = await bench.crawl(server, words)
      expect(misbehaviour({ ...said, code: said.code ?? -1 }, [2])).toBeUndefined()
      expect(said.stdout).toBe('')
    }
    const priced = await bench.crawl(server, ['feed'], { env: { SORA_PRICES: '1e400' } })
    expect(priced.code).toBe(2)
    expect(server.seen).toEqual([])
  })
})
