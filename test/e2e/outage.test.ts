import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test } from '../support/run.js'
import { expectedOf } from '../support/world/oracle.js'
import type { Override } from '../support/world/server.js'
import { crowd, starWith, story, userId } from '../support/world/story.js'
import { expectExit, expectOneLineAbout, expectRows } from './judge.js'

const LIMIT = { timeout: 100_000 }
const PATIENCE_MS = 90_000
const FEWER_THAN = 60

/** Answers 500 now, and drops the connection then. */
const onAndOff: Override = ({ n }) =>
  n % 2 === 0 ? { status: 500, message: 'Internal Server Error' } : { status: 200, drop: 'before' }

describe.concurrent('an API that is down', () => {
  test('nobody listens: exit 4 within 90 seconds, saying so in one line', LIMIT, async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const env = { SORA_API_URL: server.url }
    await server.close()
    const args = [
      'crawl',
      'feed',
      'leaderboard',
      userId('star'),
      '--db',
      bench.db,
      '--no-progress',
      '--rate',
      '100000',
    ]
    const result = await bench.run(args, { env: { ...env, SORA_API_KEY: 'sk-none' }, limitMs: 95_000 })
    expectExit(result, 4)
    expect(result.ms).toBeLessThan(PATIENCE_MS)
    expectOneLineAbout(result, /reach|down|connect|answer/i)
    expect(bench.count('requests')).toBeLessThan(FEWER_THAN)
  })

  test.for([
    [1, '503', { status: 503, message: 'Service Unavailable' }],
    [2, 'no answer', { status: 200, drop: 'before' }],
  ] as const)(
    'to the last %i listings, %s: exit 4, for nothing shows that it is their fault, and the same ' +
      'command goes on',
    LIMIT,
    async ([left, , dead], { bench }) => {
      const server = await bench.serve({ world: starWith(12) })
      server.override = ({ n }) => (n > 2 ? dead : undefined)
      const args = [userId('star'), '--collect', left === 1 ? 'followers' : 'followers,posts']
      const result = await bench.crawl(server, args, { limitMs: 95_000 })
      expectExit(result, 4)
      expect(result.ms).toBeLessThan(PATIENCE_MS)
      expect(server.seen.length).toBeLessThan(FEWER_THAN)
      server.override = undefined
      expectExit(await bench.crawl(server, args), 0)
      expectRows(
        bench,
        expectedOf(server, [userId('star')], {
          collect: left === 1 ? ['followers'] : ['followers', 'posts'],
        }),
      )
    },
  )

  test(
    'bodies that never end, a byte a second, with many in flight: exit 4 within 90 seconds',
    { timeout: 110_000 },
    async ({ bench }) => {
      const fans = crowd('fan', 40)
      const server = await bench.serve({ world: story({ users: fans.map(name => ({ name })) }) })
      server.override = ({ n }) => ({
        status: 200,
        act: response => {
          if (n <= 2)
            return void response
              .writeHead(200, { 'content-type': 'application/json' })
              .end('{"data":{"items":[],"cursor":null}}')
          response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":{"items":[')
          const trickle = setInterval(() => response.write(' '), 1_000)
          response.on('close', () => clearInterval(trickle))
        },
      })
      const result = await bench.crawl(
        server,
        [...fans.map(userId), '--collect', 'followers', '--concurrency', '30', '--rate', '2'],
        { limitMs: 105_000 },
      )
      expectExit(result, 4)
      expect(result.ms).toBeLessThan(PATIENCE_MS)
      expect(server.seen.length).toBeLessThan(FEWER_THAN)
    },
  )

  test(
    'the last listing, by a gateway that says 504 for a day: exit 3, so that the run ends, and ' +
      'the next goes on at its cursor',
    LIMIT,
    async ({ bench }) => {
      const server = await bench.serve({ world: starWith(12) })
      const args = [userId('star'), '--collect', 'followers']
      expectExit(await bench.crawl(server, [...args, '--max-requests', '2']), 4)
      const db = new Database(bench.db)
      db.exec("UPDATE requests SET settled_at = strftime('%Y-%m-%dT%H:%M:%fZ', settled_at, '-25 hours')")
      db.close()
      server.override = () => ({ status: 504, message: 'Gateway time-out' })
      const result = await bench.crawl(server, args, { limitMs: 95_000 })
      expectExit(result, 3)
      expect(server.seen.length - 2).toBe(15)
      server.override = undefined
      expectExit(await bench.crawl(server, args), 0)
      expectRows(bench, expectedOf(server, [userId('star')], { collect: ['followers'] }))
      expect(server.billed).toHaveLength(4)
    },
  )

  test(
    'for forty listings: exit 4 within 90 seconds and fewer than 60 requests, and the same command goes on',
    LIMIT,
    async ({ bench }) => {
      const names = crowd('user', 40)
      const world = story({ users: names.map(name => ({ name })), leaderboard: names })
      const server = await bench.serve({ world })
      const args = [...names.map(userId), '--collect', 'followers,posts', '--concurrency', '16']
      server.override = (seen, usual) => (seen.n > 10 ? onAndOff(seen, usual) : undefined)
      const result = await bench.crawl(server, args, { limitMs: 95_000 })
      expectExit(result, 4)
      expect(result.ms).toBeLessThan(PATIENCE_MS)
      expect(server.seen.length - 10).toBeLessThan(FEWER_THAN)
      server.override = undefined
      expectExit(await bench.crawl(server, args), 0)
      expectRows(
        bench,
        expectedOf({ world, form: 'native' }, names.map(userId), { collect: ['followers', 'posts'] }),
      )
      expect(server.billed).toHaveLength(80)
    },
  )
})
