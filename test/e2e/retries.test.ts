import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { STREAMS } from '../support/world/closure.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import type { World } from '../support/world/model.js'
import { expectedOf, type Expected } from '../support/world/oracle.js'
import type { Answer, Override, Seen, WorldServer } from '../support/world/server.js'
import { starWith, userId } from '../support/world/story.js'
import { expectExit, expectOneLineAbout, expectRows, repeatedRequests } from './judge.js'

const openWorld = (seed: number): World =>
  generateWorld(seed, { ...SMALL, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
const FLAGS = ['--collect', 'all', '--depth', '1']
const everything = (world: World): Expected =>
  expectedOf({ world, form: 'native' }, ['feed', 'leaderboard'], { collect: STREAMS, depth: 1 })

/** The ledger has one row for each request that was sent, and money only for what was answered with 200. */
function expectLedger(bench: Bench, server: WorldServer): void {
  const ledger = bench.open().prepare('select * from requests').all() as Record<string, unknown>[]
  expect(ledger).toHaveLength(server.seen.length)
  expect(ledger.filter(row => row['status'] === 200)).toHaveLength(server.billed.length)
}

/** Answers like this for the first `times` requests of one kind, then as usual. */
function first(times: number, answer: (usual: Answer) => Answer, match: (seen: Seen) => boolean): Override {
  let left = times
  return (seen, usual) => {
    if (left === 0 || !match(seen)) return undefined
    left -= 1
    return answer(usual)
  }
}

describe.concurrent('a 429', () => {
  const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toUTCString()

  test.for([
    ['Retry-After in seconds', () => ({ 'retry-after': '1' }), 1_000],
    ['Retry-After as a date', () => ({ 'retry-after': inSeconds(3) }), 2_000],
    ['X-RateLimit-Reset', () => ({ 'x-ratelimit-reset': '1' }), 1_000],
  ] as const)(
    'makes everything wait as long as %s says, and is no failure',
    async ([, headers, windowMs], { bench }) => {
      const world = openWorld(71)
      const server = await bench.serve({ world, latencyMs: 4 })
      let refused: Seen | undefined
      server.override = seen => {
        if (seen.n < 12 || refused !== undefined) return undefined
        refused = seen
        return { status: 429, headers: headers(), message: 'Too many requests' }
      }
      expectExit(await bench.crawl(server, ['feed', 'leaderboard', ...FLAGS, '--concurrency', '4']), 0)
      // When a request was decided on, and not when it came in: a busy machine may take its time in between.
      const until = performance.timeOrigin + (refused?.answeredAt ?? Number.NaN) + windowMs - 50
      const ledger = bench
        .open()
        .prepare('SELECT status, reserved_at, settled_at FROM requests ORDER BY id')
        .all() as { status: number; reserved_at: string; settled_at: string }[]
      const told = ledger.find(({ status }) => status === 429)?.settled_at ?? ''
      const later = ledger.filter(({ reserved_at }) => reserved_at > told)
      expect(later.length).toBeGreaterThan(0)
      expect(later.filter(({ reserved_at }) => Date.parse(reserved_at) < until)).toEqual([])
      expectRows(bench, everything(world))
      expect(server.seen).toHaveLength(everything(world).requests + 1)
      expectLedger(bench, server)
    },
  )

  test('halves the rate, which recovers as pages are answered', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(90), pageSize: 1 })
    server.override = first(
      1,
      () => ({ status: 429, headers: { 'retry-after': '0' }, message: 'Slow down' }),
      ({ n }) => n === 11,
    )
    const result = await bench.crawl(server, [
      userId('star'),
      '--collect',
      'followers',
      '--rate',
      '40',
      '--json',
    ])
    expectExit(result, 0)
    expect(JSON.parse(result.stdout)).toMatchObject({ asked_to_wait: 1, lowest_rate: 20 })
    const [from = 0, to = 0] = [12, 42].map(n => server.seen[n]?.at)
    expect(to - from, 'thirty requests at twenty a second and then some more, not at forty').toBeGreaterThan(
      900,
    )
  })

  test('spends no attempt: fifteen in a row are waited out', async ({ bench }) => {
    const world = starWith(4)
    const server = await bench.serve({ world })
    server.override = first(
      15,
      () => ({ status: 429, headers: { 'retry-after': '0' }, message: 'Slow down' }),
      () => true,
    )
    expectExit(await bench.crawl(server, [userId('star'), '--collect', 'followers', '--concurrency', '1']), 0)
    expect(server.seen).toHaveLength(2 + 15)
    expectLedger(bench, server)
  })

  test('over 15 minutes ends the run with 4 and says when to come back', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(4) })
    server.override = () => ({
      status: 429,
      headers: { 'retry-after': '3600' },
      message: 'Too many requests',
    })
    const result = await bench.crawl(server, [userId('star'), '--collect', 'followers'])
    expectExit(result, 4)
    expectOneLineAbout(result, /\d\d:\d\d|minutes|hour/i)
    expect(server.seen).toHaveLength(1)
  })

  test('twenty in a row end the run with 4', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(4) })
    server.override = () => ({ status: 429, headers: { 'retry-after': '0' }, message: 'Too many requests' })
    expectExit(await bench.crawl(server, [userId('star'), '--collect', 'followers', '--concurrency', '1']), 4)
    expect(server.seen.length).toBeGreaterThanOrEqual(20)
    expect(server.seen.length).toBeLessThanOrEqual(21)
  })
})

const HICCUPS: [string, number, (usual: Answer) => Answer][] = [
  ['503 twice', 2, () => ({ status: 503, message: 'Service Unavailable' })],
  ['500', 1, () => ({ status: 500, message: 'Internal Server Error' })],
  [
    'HTML with status 502',
    1,
    () => ({
      status: 502,
      raw: '<html><body>Bad gateway</body></html>',
      headers: { 'content-type': 'text/html' },
    }),
  ],
  [
    'HTML with status 200',
    1,
    () => ({ status: 200, raw: '<html>login</html>', headers: { 'content-type': 'text/html' } }),
  ],
  ['an empty body', 1, () => ({ status: 200, raw: '' })],
  ['half a body', 1, () => ({ status: 200, raw: '{"code":200,"data":{"items":[' })],
  ['a body that breaks off', 1, usual => ({ ...usual, drop: 'middle' })],
  ['a reset', 1, usual => ({ ...usual, drop: 'before' })],
  ['a 200 without data', 1, () => ({ status: 200, raw: '{"code":200,"message":"ok"}' })],
  ['a 200 with data null', 1, () => ({ status: 200, data: null })],
  [
    'a 200 with an error object inside',
    1,
    () => ({ status: 200, data: { error: { code: 'server_error', message: 'oops' } } }),
  ],
  ['a 400 that says retry', 1, () => ({ status: 400, message: 'Request failed. Please retry.' })],
]

describe.concurrent('a passing failure is retried, and the ledger has each request', () => {
  test.for(HICCUPS)('%s', async ([, times, answer], { bench }) => {
    const world = starWith(10)
    const server = await bench.serve({ world })
    server.override = first(times, answer, ({ n }) => n >= 2)
    const expected = expectedOf({ world, form: 'native' }, [userId('star')], { collect: ['followers'] })
    expectExit(await bench.crawl(server, [userId('star'), '--collect', 'followers']), 0)
    expectRows(bench, expected)
    expect(server.seen).toHaveLength(expected.requests + times)
    expect(bench.count('requests')).toBe(server.seen.length)
  })

  test('at the start, too: failures on every route at once cost retries and nothing else', async ({
    bench,
  }) => {
    const world = openWorld(72)
    const server = await bench.serve({ world, latencyMs: 4 })
    const failed = new Set<string>()
    server.override = ({ route }) => {
      if (failed.has(route)) return undefined
      failed.add(route)
      return { status: 503, message: 'Service Unavailable' }
    }
    expectExit(await bench.crawl(server, ['feed', 'leaderboard', ...FLAGS, '--concurrency', '8']), 0)
    expectRows(bench, everything(world))
    expect(server.seen).toHaveLength(everything(world).requests + failed.size)
    expectLedger(bench, server)
  })

  test('two identical answers without data end the retries, and the stream fails with its cursor kept', async ({
    bench,
  }) => {
    const world = starWith(10)
    const server = await bench.serve({ world })
    server.override = withoutDataFrom(3)
    const args = [userId('star'), '--collect', 'followers']
    expectExit(await bench.crawl(server, args), 3)
    expect(server.seen).toHaveLength(4)
    server.override = undefined
    expectExit(await bench.crawl(server, args), 0)
    expectRows(bench, expectedOf({ world, form: 'native' }, [userId('star')], { collect: ['followers'] }))
  })
})

function withoutDataFrom(page: number): Override {
  return ({ n }) => (n >= page ? { status: 200, raw: '{"code":200,"message":"ok"}' } : undefined)
}

describe.concurrent('a dead cursor', () => {
  test('restarts the pass from its top at once, and everything is held', async ({ bench }) => {
    const world = starWith(14)
    const server = await bench.serve({ world })
    server.override = first(
      1,
      () => ({ status: 400, message: 'The cursor has expired.' }),
      ({ n }) => n === 3,
    )
    const expected = expectedOf({ world, form: 'native' }, [userId('star')], { collect: ['followers'] })
    expectExit(await bench.crawl(server, [userId('star'), '--collect', 'followers']), 0)
    expectRows(bench, expected)
    expect(server.seen.map(({ cursor }) => cursor === '')).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
      false,
      false,
    ])
    expect(repeatedRequests(server.seen)).toHaveLength(3)
  })

  test('that dies again no deeper fails the stream with 3', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(14) })
    let pages = 0
    server.override = ({ cursor }) => {
      pages = cursor === '' ? 1 : pages + 1
      return pages === 3 ? { status: 400, message: 'The cursor has expired.' } : undefined
    }
    const result = await bench.crawl(server, [userId('star'), '--collect', 'followers'])
    expectExit(result, 3)
    expect(server.seen).toHaveLength(6)
    expect(bench.count('edges')).toBe(6)
  })

  test(
    'a 400 that says retry and goes on saying so is a dead cursor too',
    { timeout: 120_000 },
    async ({ bench }) => {
      const world = starWith(8)
      const server = await bench.serve({ world })
      let restarted = false
      server.override = ({ n, cursor }) => {
        restarted ||= n > 2 && cursor === ''
        return cursor !== '' && !restarted
          ? { status: 400, message: 'Request failed. Please retry.' }
          : undefined
      }
      expectExit(
        await bench.crawl(server, [userId('star'), '--collect', 'followers'], { limitMs: 110_000 }),
        0,
      )
      expect(restarted).toBe(true)
      expectRows(bench, expectedOf({ world, form: 'native' }, [userId('star')], { collect: ['followers'] }))
    },
  )
})
