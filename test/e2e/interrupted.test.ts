import { describe, expect } from 'vitest'

import { test, type Bench, type Running } from '../support/run.js'
import { STREAMS } from '../support/world/closure.js'
import { snapshot } from '../support/world/compare.js'
import { generateWorld, MEDIUM, SMALL } from '../support/world/generate.js'
import { expectedOf } from '../support/world/oracle.js'
import { Random } from '../support/world/random.js'
import type { WorldServer } from '../support/world/server.js'
import { expectExit, expectRows, linesOf, repeatedRequests } from './judge.js'

const KILLS = 25
const CONCURRENCY = 6
const SEEDS = ['feed', 'leaderboard', 'search:sam']
const FLAGS = ['--collect', 'all', '--depth', '1', '--concurrency', String(CONCURRENCY)]

/** Kills a crawl once the server has answered so many more requests; false where the crawl ended before. */
async function killAfter(server: WorldServer, running: Running, answers: number): Promise<boolean> {
  const target = server.answered.length + answers
  await Promise.race([running.done, server.until(() => server.answered.length >= target)])
  if (running.over) return false
  running.kill('SIGKILL')
  return (await running.done).signal === 'SIGKILL'
}

async function crawlThroughKills(bench: Bench, server: WorldServer, random: Random): Promise<number> {
  let kills = 0
  while (kills < KILLS) {
    const running = bench.startCrawl(server, [...SEEDS, ...FLAGS])
    if (!(await killAfter(server, running, 1 + random.int(60))))
      throw new Error(`the crawl ended after ${kills} kills`)
    kills += 1
  }
  return kills
}

describe('kill -9', () => {
  test(
    'costs at most the requests in flight and changes nothing in what is held',
    { timeout: 180_000 },
    async ({ bench }) => {
      const world = generateWorld(61, { ...MEDIUM, goneUsers: 0, gonePosts: 0 })
      const expected = expectedOf({ world, form: 'native' }, SEEDS, { collect: STREAMS, depth: 1 })
      const server = await bench.serve({ world, latencyMs: 25 })
      const kills = await crawlThroughKills(bench, server, new Random(61))
      expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
      expectRows(bench, expected)
      expect(server.answered.length).toBeLessThanOrEqual(expected.requests + CONCURRENCY * kills)

      const calm = await bench.serve({ world })
      const other = bench.file('calm.db')
      expectExit(await bench.crawl(calm, [...SEEDS, ...FLAGS, '--db', other]), 0)
      expect(snapshot(bench.open())).toEqual(snapshot(bench.open(other)))
      for (const table of ['post_metrics', 'user_metrics', 'usernames']) {
        expect([table, bench.count(table)]).toEqual([table, bench.count(table, other)])
      }
    },
  )
})

describe.concurrent('asked to stop', () => {
  test.for(['SIGINT', 'SIGTERM'] as const)(
    '%s commits what is in flight, exits 4, and the same command pays nothing twice',
    async (signal, { bench }) => {
      const world = generateWorld(62, { ...SMALL, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
      const expected = expectedOf({ world, form: 'native' }, SEEDS, { collect: STREAMS, depth: 1 })
      const server = await bench.serve({ world })
      let release = (): void => {}
      const gate = new Promise<void>(resolve => {
        release = resolve
      })
      server.override = async ({ n }) => {
        if (n > 20) await gate
        return undefined
      }
      const running = bench.startCrawl(server, [...SEEDS, ...FLAGS])
      await server.until(() => server.seen.length >= 20 + CONCURRENCY)
      running.kill(signal)
      release()
      const stopped = await running.done
      expectExit(stopped, 4)
      expect(linesOf(stopped.stderr).length).toBeGreaterThan(0)
      expect(server.seen.length).toBeLessThan(expected.requests)
      expect(bench.count('requests')).toBe(server.seen.length)

      expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
      expectRows(bench, expected)
      expect(repeatedRequests(server.seen)).toEqual([])
      expect(server.seen).toHaveLength(expected.requests)
    },
  )

  test('a finished run followed by the same command is a new run and finds the same', async ({ bench }) => {
    const world = generateWorld(63, SMALL)
    const server = await bench.serve({ world })
    const expected = expectedOf({ world, form: 'native' }, SEEDS, { collect: STREAMS, depth: 1 })
    expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
    const before = snapshot(bench.open())
    const sent = server.seen.length
    expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
    expect(server.seen.length).toBeGreaterThan(sent)
    expectRows(bench, expected)
    expect(snapshot(bench.open())).toEqual(before)
    expect(bench.count('runs')).toBe(2)
  })
})
