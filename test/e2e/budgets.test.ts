import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import type { Override, WorldServer } from '../support/world/server.js'
import { crowd, starWith, story, userId } from '../support/world/story.js'
import { expectExit, expectOneLineAbout, repeatedRequests } from './judge.js'

const FANS = [userId('star'), '--collect', 'followers']

/** Many users with one page each, so that many requests can be in flight at once. */
function wide(users: number): ReturnType<typeof story> {
  const names = crowd('user', users)
  return story({ users: names.map(name => ({ name })), leaderboard: names })
}

const EVERYBODY = ['leaderboard', '--collect', 'followers', '--depth', '1']
const WIDE = [...EVERYBODY, '--concurrency', '8']

/** Every third request fails. */
const failing: Override = ({ n }) =>
  n % 3 === 0 ? { status: 503, message: 'Service Unavailable' } : undefined

function ledger(bench: Bench): { rows: number; cost: number } {
  return bench.open().prepare('select count(*) as rows, sum(cost_microusd) as cost from requests').get() as {
    rows: number
    cost: number
  }
}

describe.concurrent('--max-requests', { timeout: 180_000 }, () => {
  test('sends exactly so many, with eight at once', async ({ bench }) => {
    const server = await bench.serve({ world: wide(60), pageSize: 60, latencyMs: 20 })
    const result = await bench.crawl(server, [...WIDE, '--max-requests', '25'])
    expectExit(result, 4)
    expectOneLineAbout(result, /cap/i)
    expect(server.seen).toHaveLength(25)
    expect(ledger(bench).rows).toBe(25)
  })

  test('counts retries', async ({ bench }) => {
    const server = await bench.serve({ world: wide(60), pageSize: 60, latencyMs: 10, override: failing })
    expectExit(await bench.crawl(server, [...WIDE, '--max-requests', '25']), 4)
    expect(server.seen).toHaveLength(25)
  })

  test('that equals the work exactly is no stop', async ({ bench }) => {
    const server = await bench.serve({ world: wide(24), pageSize: 60, latencyMs: 10 })
    expectExit(await bench.crawl(server, [...WIDE, '--max-requests', '25']), 0)
    expect(server.seen).toHaveLength(25)
  })

  test('one short of the work is a stop', async ({ bench }) => {
    const server = await bench.serve({ world: wide(25), pageSize: 60, latencyMs: 10 })
    expectExit(await bench.crawl(server, [...WIDE, '--max-requests', '25']), 4)
    expect(server.seen).toHaveLength(25)
  })

  test('is for one invocation, and three of them to the end pay for exactly the pages there are', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: starWith(60), pageSize: 3 })
    expectExit(await bench.crawl(server, [...FANS, '--max-requests', '7']), 4)
    expectExit(await bench.crawl(server, [...FANS, '--max-requests', '7']), 4)
    expectExit(await bench.crawl(server, [...FANS, '--max-requests', '7']), 0)
    expect(server.seen).toHaveLength(20)
    expect(repeatedRequests(server.seen)).toEqual([])
    expect(bench.count('edges')).toBe(60)
    expect(bench.count('runs')).toBe(1)
  })
})

describe.concurrent('--max-cost', { timeout: 180_000 }, () => {
  test.for(['1', '8'])(
    '1.00 pays for exactly 20 answers (concurrency %s)',
    async (concurrency, { bench }) => {
      const server = await bench.serve({ world: wide(60), pageSize: 60, latencyMs: 10 })
      const result = await bench.crawl(server, [
        ...EVERYBODY,
        '--concurrency',
        concurrency,
        '--max-cost',
        '1.00',
      ])
      expectExit(result, 4)
      expectOneLineAbout(result, /cap/i)
      expect(server.seen).toHaveLength(20)
      expect(ledger(bench)).toEqual({ rows: 20, cost: 1_000_000 })
    },
  )

  test('1.00 pays for exactly 20 also with failures in between, which are not billed', async ({ bench }) => {
    const server = await bench.serve({ world: wide(60), pageSize: 60, latencyMs: 10, override: failing })
    expectExit(await bench.crawl(server, [...WIDE, '--max-cost', '1.00']), 4)
    expect(server.billed).toHaveLength(20)
    expect(server.seen.length).toBeGreaterThan(20)
    expect(ledger(bench)).toEqual({ rows: server.seen.length, cost: 1_000_000 })
  })

  test('counts requests of unknown fate as billed', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(60), pageSize: 3 })
    server.override = ({ n }, usual) => (n === 2 || n === 5 ? { ...usual, drop: 'before' } : undefined)
    expectExit(await bench.crawl(server, [...FANS, '--max-cost', '0.50']), 4)
    expect(server.seen).toHaveLength(10)
    expect(server.billed).toHaveLength(8)
    expect(ledger(bench)).toEqual({ rows: 10, cost: 500_000 })
  })

  test('that equals the work exactly is no stop', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(60), pageSize: 3 })
    expectExit(await bench.crawl(server, [...FANS, '--max-cost', '1']), 0)
    expect(server.seen).toHaveLength(20)
  })

  test('below the price of one answer is a usage error that names it, and sends nothing', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: starWith(6), pageSize: 3 })
    const result = await bench.crawl(server, [...FANS, '--max-cost', '0.04'])
    expectExit(result, 2)
    expect(result.stderr).toContain('$0.05')
    expect(server.seen).toHaveLength(0)
  })

  test('three invocations to the end pay for exactly the pages there are', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(60), pageSize: 3 })
    for (const code of [4, 4, 0]) expectExit(await bench.crawl(server, [...FANS, '--max-cost', '0.35']), code)
    expect(server.billed).toHaveLength(20)
    expect(ledger(bench)).toEqual({ rows: 20, cost: 1_000_000 })
  })
})

describe.concurrent('SORA_PRICES', { timeout: 180_000 }, () => {
  test('changes what the ledger says and where the cap is', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(60), pageSize: 3 })
    expectExit(
      await bench.crawl(server, [...FANS, '--max-cost', '0.40'], { env: { SORA_PRICES: '0.04' } }),
      4,
    )
    expect(ledger(bench)).toEqual({ rows: 10, cost: 400_000 })
    expect(server.seen).toHaveLength(10)
  })

  test('can be told for one route', async ({ bench }) => {
    const server = await bench.serve({ world: wide(5), pageSize: 60 })
    expectExit(await bench.crawl(server, WIDE, { env: { SORA_PRICES: 'get_user_followers=0.01' } }), 0)
    expect(ledger(bench)).toEqual({ rows: 6, cost: 100_000 })
  })

  test('that cannot be read sends nothing', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(6) })
    expectExit(await bench.crawl(server, FANS, { env: { SORA_PRICES: 'get_nothing=0.01' } }), 2)
    expect(server.seen).toHaveLength(0)
  })
})

describe.concurrent('a fair order', { timeout: 180_000 }, () => {
  const SMALL = crowd('small', 9)

  /** A hub whose pages of followers never end, as far as a test can see: made when they are asked for. */
  const hub: Override = ({ route, subject, cursor }) => {
    if (route !== 'get_user_followers' || subject !== userId('hub')) return undefined
    const page = cursor === '' ? 0 : Number(cursor)
    const items = Array.from({ length: 50 }, (_, n) => ({
      user_id: `user-hub-fan-${page * 50 + n}`,
      username: `fan${page * 50 + n}`,
    }))
    return { status: 200, data: { items, cursor: page < 1_999 ? String(page + 1) : null } }
  }

  /** Nine small seeds with 1 to 25 pages of followers each. */
  async function serve(bench: Bench): Promise<WorldServer> {
    const follows = SMALL.flatMap((name, n) =>
      crowd(`${name}fan`, n * 9 + 2).map((fan): [string, string] => [fan, name]),
    )
    const names = new Set(['hub', ...follows.flat()])
    return bench.serve({
      world: story({ users: [...names].map(name => ({ name })), follows }),
      pageSize: 3,
      override: hub,
    })
  }

  function share(server: WorldServer, name: string): number {
    return server.seen.filter(({ subject }) => subject === userId(name)).length
  }

  function expectFair(server: WorldServer, budget: number): void {
    for (const [n, name] of SMALL.entries()) {
      const pages = Math.ceil((n * 9 + 2) / 3)
      expect(share(server, name), `${name} of ${pages} pages`).toBeGreaterThanOrEqual(
        Math.min(pages, budget / 10),
      )
    }
  }

  test.for(['1', '8'])(
    'a hub with 100,000 followers starves none of nine other seeds (concurrency %s)',
    async (concurrency, { bench }) => {
      const server = await serve(bench)
      const args = ['hub', ...SMALL].map(userId)
      expectExit(
        await bench.crawl(server, [
          ...args,
          '--collect',
          'followers',
          '--concurrency',
          concurrency,
          '--max-requests',
          '100',
        ]),
        4,
      )
      expect(server.seen).toHaveLength(100)
      expectFair(server, 100)
    },
  )

  test('also where the budget comes in small parts', async ({ bench }) => {
    const server = await serve(bench)
    const args = ['hub', ...SMALL].map(userId)
    for (let part = 0; part < 4; part += 1) {
      expectExit(await bench.crawl(server, [...args, '--collect', 'followers', '--max-requests', '25']), 4)
    }
    expect(server.seen).toHaveLength(100)
    expectFair(server, 100)
    expect(repeatedRequests(server.seen)).toEqual([])
  })
})
