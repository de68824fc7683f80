import { describe, expect } from 'vitest'

import type { Failpoint } from '../../src/failpoint.js'
import { test, type Bench } from '../support/run.js'
import { Random } from '../support/world/random.js'
import {
  calmCrawl,
  crashWorld,
  crawlThrough,
  expectUnharmed,
  FLAGS,
  hostility,
  textOf,
  type Death,
  type Toll,
} from './support/crashing.js'

/** `npm run test:kills` has more of them. */
const KILLS = Number(process.env['KILLS'] ?? 20)
const SEED = Number(process.env['SEED'] ?? 1)
const KILLS_IN_A_CRAWL = 20

const POINTS: readonly (Failpoint | 'any')[] = [
  'before-reserve',
  'mid-reserve',
  'after-reserve',
  'before-send',
  'after-answer',
  'mid-commit',
  'after-commit',
  'mid-refusal',
  'after-refusal',
  'mid-close',
  'before-checkpoint',
  'any',
]

/** Early moments are common, for a crawl that is killed late is soon at its end. */
function randomDeath(random: Random): Death {
  const point = random.pick(POINTS)
  const isEnd = point === 'mid-close' || point === 'before-checkpoint'
  const isRefusal = point === 'mid-refusal' || point === 'after-refusal'
  const hit =
    isEnd || isRefusal ? 1 : point === 'any' ? 1 + random.int(40) : 1 + random.int(random.int(8) + 1)
  const how = random.chance(0.3) ? (`late-${random.int(1_500)}` as const) : 'kill'
  return isEnd || random.chance(0.1) ? { point, hit, how, cap: 1 + random.int(3) } : { point, hit, how }
}

function* deathsOf(random: Random, count: number, told: string[]): Generator<Death> {
  for (let n = 0; n < count; n += 1) {
    const death = randomDeath(random)
    told.push(textOf(death))
    yield death
  }
}

async function crawlOnce(bench: Bench, number: number): Promise<Toll> {
  const random = new Random(SEED * 1_000 + number)
  const concurrency = number % 2 === 0 ? 8 : 1
  const world = crashWorld(1 + (number % 3))
  const flags = [...FLAGS, '--concurrency', String(concurrency)]
  const calm = await calmCrawl(bench, world, flags)
  const server = await bench.serve({ world, override: hostility() })
  const told: string[] = []
  const db = bench.file('killed.db')
  try {
    const toll = await crawlThrough(bench, server, db, flags, deathsOf(random, KILLS_IN_A_CRAWL, told))
    expectUnharmed(bench, db, calm, toll, concurrency)
    return toll
  } catch (error) {
    throw new Error(`SEED=${SEED}, crawl ${number}: ${told.join(', ')}`, { cause: error })
  } finally {
    await bench.clear()
  }
}

describe('random kills', () => {
  test(
    `${KILLS} of them lose nothing, double nothing, and pay nothing again beyond what is in flight`,
    { timeout: 60_000 + KILLS * 5_000 },
    async ({ bench }) => {
      const tolls: Toll[] = []
      for (let number = 1; sumOf(tolls, 'kills') < KILLS; number += 1)
        tolls.push(await crawlOnce(bench, number))
      const points = new Map<string, number>()
      for (const toll of tolls)
        for (const [point, count] of toll.points) points.set(point, (points.get(point) ?? 0) + count)
      expect(points.size).toBeGreaterThanOrEqual(8)
      if (process.env['KILLS'] === undefined) return
      const [kills, sent, stored, unknown] = (['kills', 'sent', 'stored', 'unknown'] as const).map(name =>
        sumOf(tolls, name),
      )
      process.stdout.write(
        `SEED=${SEED}: ${kills} kills in ${tolls.length} crawls; ${stored} answers stored, ${sent} requests at the server, ${unknown} cut off\n`,
      )
      process.stdout.write(`${JSON.stringify(Object.fromEntries([...points].toSorted()))}\n`)
    },
  )
})

function sumOf(tolls: readonly Toll[], name: 'kills' | 'sent' | 'stored' | 'unknown'): number {
  return tolls.reduce((sum, toll) => sum + toll[name], 0)
}
