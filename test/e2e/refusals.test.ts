import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { expectedOf } from '../support/world/oracle.js'
import type { Answer, WorldServer } from '../support/world/server.js'
import { crowd, starWith, story, userId } from '../support/world/story.js'
import type { JsonObject } from '../support/world/wire.js'
import { expectExactly, expectExit, expectOneLineAbout, expectRows } from './judge.js'

const STAR = [userId('star'), '--collect', 'followers']
const expectedStar = (server: WorldServer): ReturnType<typeof expectedOf> =>
  expectedOf({ world: server.world, form: 'native' }, [userId('star')], { collect: ['followers'] })

function unavailable(bench: Bench, table: 'users' | 'posts'): string[] {
  return bench
    .open()
    .prepare(`select id from ${table} where unavailable is not null order by id`)
    .pluck()
    .all() as string[]
}

describe.concurrent('the key', () => {
  test.for(['tikhub', 'tikomni'] as const)(
    'a wrong one stops the run with 5 (%s)',
    async (gateway, { bench }) => {
      const server = await bench.serve({ world: starWith(9), gateway, key: 'another' })
      const result = await bench.crawl(server, STAR)
      expectExit(result, 5)
      expectOneLineAbout(result, /key/i)
      expect(server.seen).toHaveLength(1)
    },
  )

  test('a 403 before the route has answered anybody is about the key', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(9) })
    server.override = () => ({ status: 403, message: 'Your key lacks the scope of this endpoint.' })
    const result = await bench.crawl(server, STAR)
    expectExit(result, 5)
    expectOneLineAbout(result, /key/i)
    expect(unavailable(bench, 'users')).toEqual([])
  })

  test('an empty balance stops the run with 4, and the same command goes on when it is filled', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: starWith(20) })
    server.override = ({ n }) => (n >= 4 ? { status: 402, message: 'insufficient credits' } : undefined)
    const result = await bench.crawl(server, STAR)
    expectExit(result, 4)
    expectOneLineAbout(result, /balance|credit/i)
    expect(server.seen).toHaveLength(4)
    server.override = undefined
    expectExit(await bench.crawl(server, STAR), 0)
    expectRows(bench, expectedStar(server))
    expect(server.billed).toHaveLength(expectedStar(server).requests)
  })
})

describe.concurrent('what is closed or gone', () => {
  const world = (): ReturnType<typeof story> =>
    story({
      users: [
        { name: 'star' },
        { name: 'shy', state: 'private' },
        { name: 'left', state: 'gone' },
        { name: 'fan' },
      ],
      follows: [['fan', 'star']],
    })

  test('a private account is recorded and no failure, even as the first answer of all', async ({ bench }) => {
    const server = await bench.serve({ world: world() })
    expectExit(await bench.crawl(server, [userId('shy'), '--collect', 'followers,posts']), 0)
    expect(unavailable(bench, 'users')).toEqual([userId('shy')])
    expect(server.seen).toHaveLength(2)
  })

  test.for([404, 410])('a %i is no failure and is not asked again in this run', async (status, { bench }) => {
    const server = await bench.serve({ world: world() })
    server.override = ({ subject }) =>
      subject === userId('fan') ? { status, message: 'Not found' } : undefined
    const flags = ['--collect', 'followers', '--concurrency', '1', '--depth', '1']
    expectExit(await bench.crawl(server, [userId('star'), ...flags]), 0)
    expect(unavailable(bench, 'users')).toEqual([userId('fan')])
    expect(server.seen).toHaveLength(2)
  })

  test('the next 200 from the route clears the mark', async ({ bench }) => {
    const server = await bench.serve({ world: world() })
    const args = [userId('shy'), '--collect', 'followers']
    expectExit(await bench.crawl(server, args), 0)
    for (const user of server.world.users.values()) user.state = 'open'
    expectExit(await bench.crawl(server, args), 0)
    expect(unavailable(bench, 'users')).toEqual([])
  })

  test('a route that answers 404 for everybody is itself gone: exit 3, and nobody is marked', async ({
    bench,
  }) => {
    const names = crowd('post', 12)
    const server = await bench.serve({
      world: story({
        users: [{ name: 'star' }],
        posts: names.map(name => ({ name, by: 'star', reply_count: 2 })),
        feed: names,
      }),
    })
    server.override = ({ route }) =>
      route === 'get_post_comments' ? { status: 404, message: 'Not Found' } : undefined
    const result = await bench.crawl(server, ['feed', '--collect', 'comments', '--concurrency', '2'])
    expectExit(result, 3)
    expectOneLineAbout(result, /fail/i)
    expect(unavailable(bench, 'posts')).toEqual([])
    expect(bench.count('posts')).toBe(12)
    const asked = server.seen.filter(({ route }) => route === 'get_post_comments').length
    expect(asked).toBeGreaterThanOrEqual(5)
    expect(asked).toBeLessThanOrEqual(7)
  })

  test('an unknown @name fails with 3 and the rest is complete', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(4) })
    const result = await bench.crawl(server, ['@nobody.here', ...STAR])
    expectExit(result, 3)
    expectOneLineAbout(result, /nobody\.here/)
    expectRows(bench, expectedStar(server))
  })

  test.for([400, 422])('a %i without a cursor fails that stream alone', async (status, { bench }) => {
    const server = await bench.serve({ world: starWith(4) })
    server.override = ({ route }) =>
      route === 'get_user_posts' ? { status, message: 'No such parameter' } : undefined
    const result = await bench.crawl(server, [userId('star'), '--collect', 'followers,posts'])
    expectExit(result, 3)
    expectRows(bench, expectedStar(server))
    expect(server.seen.filter(({ route }) => route === 'get_user_posts')).toHaveLength(1)
  })
})

/** Changes the paging of one page, counted by `n`, of an answer that has `items` beside its cursor. */
function withPaging(answer: Answer, paging: JsonObject): Answer {
  const { cursor: _cursor, has_more: _more, ...data } = answer.data as JsonObject
  return { ...answer, data: { ...data, ...paging } }
}

describe.concurrent('listings that do not end well', () => {
  test.for([1, 2, 3])('a circle of %i cursors fails the stream with 3', async (length, { bench }) => {
    const server = await bench.serve({ world: starWith(30) })
    server.override = ({ n }, answer) => {
      const back = server.seen[n - length]?.cursor
      return n === 5 ? withPaging(answer, { cursor: back ?? '' }) : undefined
    }
    const result = await bench.crawl(server, STAR)
    expectExit(result, 3)
    expectOneLineAbout(result, /fail/i)
    expect(server.seen).toHaveLength(5)
    expect(bench.count('edges')).toBe(15)
  })

  test('has_more without a cursor fails the stream with 3', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(30) })
    server.override = ({ n }, answer) =>
      n === 2 ? withPaging(answer, { cursor: null, has_more: true }) : undefined
    const result = await bench.crawl(server, STAR)
    expectExit(result, 3)
    expectOneLineAbout(result, /fail/i)
    expect(bench.count('edges')).toBe(6)
  })

  const empty = (answer: Answer, n: number): Answer =>
    withPaging({ ...answer, data: { items: [] } }, { cursor: `empty-${n}` })

  test('the fourth empty page in a row fails the stream with 3', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(30) })
    server.override = ({ n }, answer) => (n >= 3 ? empty({ ...answer, status: 200 }, n) : undefined)
    const result = await bench.crawl(server, STAR)
    expectExit(result, 3)
    expectOneLineAbout(result, /fail/i)
    expect(server.seen).toHaveLength(6)
    expect(bench.count('edges')).toBe(6)
  })

  test('three empty pages in a row are walked over', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(9) })
    server.override = emptyDetour(server)
    expectExit(await bench.crawl(server, STAR), 0)
    expectRows(bench, expectedStar(server))
    expect(server.seen).toHaveLength(expectedStar(server).requests + 3)
  })

  test('a listing without anything is one page and no failure', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(0) })
    expectExit(await bench.crawl(server, STAR), 0)
    expectExactly(bench, server, expectedStar(server))
  })
})

/** After the first page come three empty ones; only then the cursor of the second. */
function emptyDetour(server: WorldServer): WorldServer['override'] {
  let second = ''
  return ({ n }, answer) => {
    if (n === 1) {
      second = String((answer.data as JsonObject)['cursor'])
      return withPaging(answer, { cursor: 'empty-1' })
    }
    if (n > 4) return undefined
    return { status: 200, data: { items: [], cursor: n === 4 ? second : `empty-${server.seen.length}` } }
  }
}
