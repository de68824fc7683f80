import { existsSync, readFileSync, rmSync } from 'node:fs'

import { describe, expect } from 'vitest'

import type { Failpoint } from '../../src/failpoint.js'
import { test, type Bench } from '../support/run.js'
import { generateWorld, TINY } from '../support/world/generate.js'
import { expectedOf } from '../support/world/oracle.js'
import { expectExit, expectOneLineAbout, expectOnlyLine, expectRows } from '../e2e/judge.js'
import { soundnessOf } from './support/contents.js'
import {
  armed,
  calmCrawl,
  crashWorld,
  crawlThrough,
  expectUnharmed,
  FLAGS,
  hostility,
  SEEDS,
  type Death,
} from './support/crashing.js'

/** A new file is made within one migration; each of its statements is a moment. */
const MAKING: Death[] = [1, 3, 20].map(hit => ({ point: 'mid-migration', hit, how: 'kill' }))

/** The moments of every request, and those of an end. */
const EACH: readonly Failpoint[] = [
  'before-reserve',
  'mid-reserve',
  'after-reserve',
  'before-send',
  'after-answer',
  'mid-commit',
  'after-commit',
]
const REFUSED: readonly Failpoint[] = ['mid-refusal', 'after-refusal']
const ENDING: readonly Failpoint[] = ['mid-close', 'before-checkpoint']

/** One crawl dies of all these, one process after the other. */
const deathsAt = (hits: readonly number[]): Death[] => [
  ...MAKING,
  ...hits.flatMap(hit => EACH.map((point): Death => ({ point, hit, how: 'kill' }))),
  ...ENDING.map((point): Death => ({ point, hit: 1, how: 'kill', cap: 2 })),
  ...REFUSED.map((point): Death => ({ point, hit: 1, how: 'kill' })),
  { point: 'before-checkpoint', hit: 1, how: 'late-300', cap: 3 },
  { point: 'mid-commit', hit: 3, how: 'late-150' },
]

describe.concurrent('kill -9 at each moment of a crawl', () => {
  test.for([
    [1, [3]],
    [8, [1, 4]],
  ] as const)(
    'loses nothing and pays nothing twice beyond what is in flight (concurrency %i)',
    { timeout: 180_000 },
    async ([concurrency, hits], { bench }) => {
      const deaths = deathsAt(hits)
      const world = crashWorld(5)
      const flags = [...FLAGS, '--concurrency', String(concurrency)]
      const calm = await calmCrawl(bench, world, flags)
      const server = await bench.serve({ world, override: hostility() })
      const toll = await crawlThrough(bench, server, bench.db, flags, deaths)
      expectUnharmed(bench, bench.db, calm, toll, concurrency)
      const missed = deaths.map(({ point }) => point).filter(point => !toll.points.has(point))
      expect(missed, 'the crawl came to each of these moments').toEqual([])
      expect(toll.kills).toBeGreaterThanOrEqual(deaths.length - 2)
    },
  )
})

/** A process that stands still at a point until it is let go. */
async function paused(
  bench: Bench,
  args: readonly string[],
  point: Failpoint,
  env: Record<string, string>,
): Promise<{ letGo: () => Promise<unknown> }> {
  const flag = bench.file('paused')
  const running = bench.start(args, {
    env: { ...env, ...armed(`${point}:1:pause`, { FAILPOINT_PAUSE: flag }) },
  })
  while (!existsSync(flag) && !running.over) await new Promise(resolve => setTimeout(resolve, 10))
  expect(readFileSync(flag, 'utf8')).toBe(point)
  return {
    letGo: async () => {
      rmSync(flag)
      return running.done
    },
  }
}

describe.concurrent('in the middle of a commit', () => {
  test('readers see the state before it, and a second crawl is turned away', async ({ bench }) => {
    const world = generateWorld(5, TINY)
    const server = await bench.serve({ world })
    const env = { SORA_API_URL: server.url, SORA_API_KEY: 'sk-test-3f9c1d5ab7e24c60-secret' }
    const args = ['crawl', 'feed', '--collect', 'profile', '--db', bench.db, '--no-progress']
    const { letGo } = await paused(bench, args, 'mid-commit', env)
    const status = await bench.run(['status', '--json', '--db', bench.db])
    expect(status.code).toBe(0)
    expect(bench.count('pages')).toBe(0)
    expect(bench.count('posts')).toBe(0)
    const second = await bench.run(args, { env })
    expectExit(second, 6)
    expectOnlyLine(second, /another process/i)
    expect(await letGo()).toMatchObject({ code: 0 })
    expectRows(bench, expectedOf(server, ['feed'], { collect: ['profile'] }))
  })

  test(
    'a fault of the program leaves nothing half stored: the raw answer is kept, its stream fails ' +
      '(exit 3), and the next crawl is whole',
    async ({ bench }) => {
      const world = generateWorld(6, TINY)
      const server = await bench.serve({ world })
      const args = ['feed', '--collect', 'comments']
      const broken = await bench.crawl(server, args, { env: armed('mid-commit:2:throw') })
      expectExit(broken, 3)
      expectOneLineAbout(broken, /1 stream failed.*stored as it came, but could not be taken in/)
      expect(soundnessOf(bench.open())).toEqual({ integrity: 'ok', foreignKeys: [] })
      const read = bench.open().prepare('SELECT sum(pages) FROM checkpoints').pluck().get()
      expect(
        bench.count('pages'),
        'a page whose rows are stored moves its checkpoint; the other one was paid for',
      ).toBe(Number(read) + 1)
      expectExit(await bench.crawl(server, args), 0)
      expectRows(bench, expectedOf(server, ['feed'], { collect: ['comments'] }))
    },
  )
})

describe.concurrent('kill -9 while old pages are dropped', () => {
  test.for([
    ['mid-prune', 'kill'],
    ['before-checkpoint', 'kill'],
    ['before-checkpoint', 'late-500'],
  ] as const)(
    'at %s (%s) touches nothing else, and the same command ends the work',
    async ([point, how], { bench }) => {
      const server = await bench.serve({ world: generateWorld(7, TINY) })
      expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
      const before = ['users', 'posts', 'comments', 'edges', 'members', 'requests'].map(table =>
        bench.count(table),
      )
      const prune = ['prune', '--raw', '0s', '--db', bench.db]
      const killed = await bench.run(prune, { env: armed(`${point}:1:${how}`) })
      expect(killed.signal ?? killed.code).toBe(how === 'kill' ? 'SIGKILL' : (killed.signal ?? 0))
      expect(soundnessOf(bench.open())).toEqual({ integrity: 'ok', foreignKeys: [] })
      if (point === 'mid-prune') expect(bench.count('pages')).toBeGreaterThan(0)
      expectExit(await bench.run(prune), 0)
      expect(bench.count('pages')).toBe(0)
      expect(
        ['users', 'posts', 'comments', 'edges', 'members', 'requests'].map(table => bench.count(table)),
      ).toEqual(before)
    },
  )
})
