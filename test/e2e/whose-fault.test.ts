import { describe, expect } from 'vitest'

import { contentDifferences, contents, replay } from '../support/replay.js'
import { test, type Bench } from '../support/run.js'
import type { World } from '../support/world/model.js'
import type { Answer, Override, WorldServer } from '../support/world/server.js'
import { crowd, story, userId } from '../support/world/story.js'
import { expectExit, expectOneLineAbout } from './judge.js'

/** Twenty users, each with a post. */
const NAMES = crowd('user', 20)
/** In the order in which they are asked for. */
const USERS = NAMES.map(userId).toSorted()
const FLAGS = ['--collect', 'posts', '--concurrency', '1']

function town(): World {
  return story({
    users: NAMES.map(name => ({ name })),
    posts: NAMES.map(name => ({ name: `post-${name}`, by: name })),
  })
}

/** Answers differently for the users that come at these places, from 1. */
function forUsers(answers: Readonly<Record<number, (id: string) => Answer>>): Override {
  return ({ subject }) => answers[USERS.indexOf(subject) + 1]?.(subject)
}

const refusal = (status: number, message: string) => (): Answer => ({ status, message })
const range = (
  from: number,
  to: number,
  answer: (id: string) => Answer,
): Record<number, (id: string) => Answer> =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [from + i, answer]))

const unavailable = (bench: Bench): unknown[] =>
  bench.open().prepare('select id from users where unavailable is not null order by id').pluck().all()
const states = (bench: Bench): Record<string, number> =>
  Object.fromEntries(
    bench
      .open()
      .prepare('select state, count(*) from frontier group by state order by state')
      .raw()
      .all() as [string, number][],
  )
const asked = (server: WorldServer): number[] => server.seen.map(({ subject }) => USERS.indexOf(subject) + 1)

async function expectReplayable(bench: Bench): Promise<void> {
  const before = contents(bench.db)
  await replay(bench.db)
  expect(contentDifferences(before, contents(bench.db))).toEqual([])
}

describe.concurrent('a 403 that does not say whom it means', () => {
  test('is the account’s when somebody else is served, and is so in a replay', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    server.override = forUsers({
      3: refusal(403, 'Forbidden'),
      4: refusal(403, 'Forbidden'),
      6: refusal(403, 'Forbidden'),
    })
    expectExit(await bench.crawl(server, [...USERS.slice(0, 8), ...FLAGS]), 0)
    expect(unavailable(bench)).toEqual([USERS[2], USERS[3], USERS[5]].toSorted())
    expect(server.seen).toHaveLength(8)
    await expectReplayable(bench)
  })

  test(
    'is nobody’s for five entities in a row: 5, nobody is marked, and the same command goes on with ' +
      'them',
    async ({ bench }) => {
      const server = await bench.serve({ world: town() })
      server.override = forUsers(range(3, 20, refusal(403, 'Forbidden')))
      const result = await bench.crawl(server, [...USERS, ...FLAGS])
      expectExit(result, 5)
      expectOneLineAbout(result, /Forbidden/)
      expect(unavailable(bench)).toEqual([])
      expect(states(bench)).toEqual({ complete: 2, ready: 18 })
      expect(server.seen).toHaveLength(7)
      server.override = undefined
      expectExit(await bench.crawl(server, [...USERS, ...FLAGS]), 0)
      expect(states(bench)).toEqual({ complete: 20 })
      expect(server.billed).toHaveLength(20)
      await expectReplayable(bench)
    },
  )

  test('is the account’s after all where it was one of five in a row, and others are served since', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: town() })
    server.override = forUsers(range(3, 7, refusal(403, 'Forbidden')))
    expectExit(await bench.crawl(server, [...USERS.slice(0, 10), ...FLAGS]), 5)
    expectExit(await bench.crawl(server, [...USERS.slice(0, 10), ...FLAGS]), 0)
    expect(unavailable(bench)).toEqual(USERS.slice(2, 7).toSorted())
    expect(asked(server)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 3, 4, 5, 6, 7])
  })

  test('stays in doubt while the run is interrupted', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    server.override = forUsers(range(3, 20, refusal(403, 'Forbidden')))
    expectExit(await bench.crawl(server, [...USERS, ...FLAGS, '--max-requests', '6']), 4)
    expect(states(bench)).toEqual({ complete: 2, ready: 14, withheld: 4 })
    expectExit(await bench.crawl(server, [...USERS, ...FLAGS]), 5)
    expect(server.seen).toHaveLength(7)
    expect(states(bench)).toEqual({ complete: 2, ready: 18 })
  })

  test('fails where nobody is left by whom it could be told', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    server.override = forUsers(range(3, 4, refusal(403, 'Forbidden')))
    const result = await bench.crawl(server, [...USERS.slice(0, 4), ...FLAGS])
    expectExit(result, 3)
    expect(unavailable(bench)).toEqual([])
    expect(states(bench)).toEqual({ complete: 2, failed: 2 })
    await expectReplayable(bench)
  })

  test('counts over all streams, and one entity once', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    server.override = forUsers(range(3, 20, refusal(403, 'Forbidden')))
    expectExit(await bench.crawl(server, [...USERS, '--collect', 'posts,followers', '--concurrency', '1']), 5)
    expect(unavailable(bench)).toEqual([])
    expect(new Set(asked(server).filter(place => place > 2)).size).toBe(5)
  })

  test('stops a run of searches as well', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    server.override = ({ n }) => (n > 1 ? { status: 403, message: 'Forbidden' } : undefined)
    expectExit(await bench.crawl(server, [...NAMES.map(name => `search:${name}`), '--concurrency', '1']), 5)
    expect(server.seen).toHaveLength(6)
  })
})

describe.concurrent('a 403 that says whom it means', () => {
  test.for([
    ['Daily quota exceeded for this key', 4],
    ['Your key lacks the scope of this route', 5],
  ] as const)(
    'stops at once where it is ours, and takes back what was in doubt: %s',
    async ([message, exit], { bench }) => {
      const server = await bench.serve({ world: town() })
      server.override = forUsers({ 3: refusal(403, 'Forbidden'), 4: refusal(403, message) })
      expectExit(await bench.crawl(server, [...USERS, ...FLAGS]), exit)
      expect(server.seen).toHaveLength(4)
      expect(unavailable(bench)).toEqual([])
      expect(states(bench)).toEqual({ complete: 2, ready: 18 })
    },
  )

  test('stops at once where the gateway has not said it', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    server.override = forUsers({ 3: () => ({ status: 403, raw: 'error code: 1020' }) })
    expectExit(await bench.crawl(server, [...USERS, ...FLAGS]), 5)
    expect(server.seen).toHaveLength(3)
    expect(unavailable(bench)).toEqual([])
  })

  test('marks any number of accounts in a row', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    server.override = forUsers(range(3, 20, refusal(403, '该账号为私密账号')))
    expectExit(await bench.crawl(server, [...USERS, ...FLAGS]), 0)
    expect(unavailable(bench)).toHaveLength(18)
    expect(server.seen).toHaveLength(20)
  })

  test('does so inside a 200, which is billed', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    server.override = forUsers({
      3: () => ({
        status: 200,
        raw: JSON.stringify({ code: '403', message: 'This account is private', data: null }),
      }),
      4: () => ({ status: 200, raw: JSON.stringify({ code: 404, message: 'gone', data: {} }) }),
    })
    expectExit(await bench.crawl(server, [...USERS.slice(0, 5), ...FLAGS]), 0)
    expect(unavailable(bench)).toEqual([USERS[2], USERS[3]].toSorted())
    expect(bench.open().prepare('select count(*), sum(cost_microusd) from requests').raw().get()).toEqual([
      5, 250_000,
    ])
    await expectReplayable(bench)
  })
})

describe.concurrent('a request that is refused in the same words', () => {
  const words = (id: string): Answer => ({ status: 422, message: `unknown parameter for ${id}` })

  test('for ten entities in a row stops the run with 4, and the same command goes on with them', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: town() })
    server.override = forUsers(range(3, 20, words))
    const result = await bench.crawl(server, [...USERS, ...FLAGS])
    expectExit(result, 4)
    expectOneLineAbout(result, /same words.*unknown parameter/)
    expect(server.seen).toHaveLength(12)
    expect(states(bench)).toEqual({ complete: 2, ready: 18 })
    server.override = undefined
    expectExit(await bench.crawl(server, [...USERS, ...FLAGS]), 0)
    expect(states(bench)).toEqual({ complete: 20 })
    expect(server.billed).toHaveLength(20)
  })

  test('goes on at its cursor afterwards, and pays for no page again', async ({ bench }) => {
    const posts = NAMES.flatMap(name => [1, 2, 3, 4].map(n => ({ name: `${name}-${n}`, by: name })))
    const server = await bench.serve({
      world: story({ users: NAMES.map(name => ({ name })), posts }),
      pageSize: 2,
    })
    server.override = ({ cursor }) => (cursor === '' ? undefined : { status: 422, message: 'no such field' })
    // Breadth first: every first page comes before any second one.
    expectExit(await bench.crawl(server, [...USERS, ...FLAGS]), 4)
    server.override = undefined
    expectExit(await bench.crawl(server, [...USERS, ...FLAGS]), 0)
    expect(server.billed).toHaveLength(40)
    expect(bench.count('posts')).toBe(80)
  })

  test('in other words, or with somebody served between, fails its streams alone', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    const other = (id: string): Answer => ({ status: 422, message: `not allowed: ${id}` })
    server.override = forUsers({ ...range(2, 9, words), ...range(10, 15, other), ...range(17, 20, words) })
    expectExit(await bench.crawl(server, [...USERS, ...FLAGS]), 3)
    expect(states(bench)).toEqual({ complete: 2, failed: 18 })
  })
})

describe.concurrent('an address at which nothing is', () => {
  const nothing: Override = () => ({ status: 404, message: 'Not Found' })

  test.for([
    ['many users', USERS],
    ['one user and the feed', [...USERS.slice(0, 1), 'feed']],
    ['a handle', ['@nobody']],
  ] as const)(
    'is told with 5 after a handful of requests, and nothing counts as done: %s',
    async ([, seeds], { bench }) => {
      const server = await bench.serve({ world: town() })
      server.override = nothing
      const result = await bench.crawl(server, [...seeds, '--collect', 'posts,followers'])
      expectExit(result, 5)
      expectOneLineAbout(result, /address/)
      expect(server.seen.length).toBeLessThanOrEqual(12)
      expect(
        bench.open().prepare("select count(*) from frontier where state not in ('ready')").pluck().get(),
      ).toBe(0)
      expect(unavailable(bench)).toEqual([])
      server.override = undefined
      if (seeds[0] === USERS[0])
        expectExit(await bench.crawl(server, [...seeds, '--collect', 'posts,followers']), 0)
    },
  )

  test('is no matter where something has answered, be it no page', async ({ bench }) => {
    const server = await bench.serve({ world: town() })
    server.override = ({ n }) =>
      n === 1
        ? { status: 403, message: 'This account is private' }
        : { status: 404, message: 'User not found' }
    expectExit(await bench.crawl(server, [...USERS.slice(0, 4), ...FLAGS]), 0)
    expect(unavailable(bench)).toEqual([USERS[0]])
  })
})

describe.concurrent('a redirect', () => {
  test.for([
    [302, '/login', /302 to http:\/\/127\.0\.0\.1:\d+\/login/, false],
    [307, 'http://elsewhere.example/x', /307 to http:\/\/elsewhere\.example\/x/, true],
  ] as const)(
    '%i is neither followed nor tried again: 5, naming the target (%s)',
    async ([status, location, named, isClear], { bench }) => {
      const server = await bench.serve({ world: town() })
      server.override = ({ n }) => (n > 2 ? { status, raw: '', headers: { location } } : undefined)
      const result = await bench.crawl(server, [...USERS, ...FLAGS])
      expectExit(result, 5)
      expectOneLineAbout(result, named)
      expect(/clear text/.test(result.stderr)).toBe(isClear)
      expect(server.seen).toHaveLength(3)
      expect(states(bench)).toEqual({ complete: 2, ready: 18 })
    },
  )
})
