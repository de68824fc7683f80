import { writeFile } from 'node:fs/promises'

import * as fc from 'fast-check'
import { describe, expect } from 'vitest'

import { Bench, test } from '../support/run.js'
import { STREAMS, type Stream } from '../support/world/closure.js'
import { differences } from '../support/world/compare.js'
import { generateWorld, SMALL, SPARSE, TINY } from '../support/world/generate.js'
import { expectedOf } from '../support/world/oracle.js'
import { crowd, starWith, story, userId } from '../support/world/story.js'
import { expectExactly, expectExit, expectRows, repeatedRequests, unexpectedRequests } from './judge.js'
import { everySeed } from './seeds.js'

describe.concurrent('what earlier runs left changes nothing in what is collected', () => {
  test.for(['native', 'contract'] as const)(
    'depth 0, then 1, then 2 is a fresh crawl at depth 2 (%s)',
    async (form, { bench }) => {
      const world = generateWorld(41, SPARSE)
      const server = await bench.serve({ world, form })
      const seeds = ['feed', nameIn(world), 'leaderboard']
      const expected = expectedOf({ world, form }, seeds, { collect: STREAMS, depth: 2 })
      for (const depth of ['0', '1', '2']) {
        expectExit(await bench.crawl(server, [...seeds, '--collect', 'all', '--depth', depth]), 0)
      }
      expectRows(bench, expected)
    },
  )

  test('a depth-1 run after a depth-0 run follows all followers, not those of the first page', async ({
    bench,
  }) => {
    const world = starWith(40)
    const server = await bench.serve({ world })
    const expected = expectedOf({ world, form: 'native' }, [userId('star')], {
      collect: ['followers'],
      depth: 1,
    })
    for (const depth of ['0', '1']) {
      expectExit(await bench.crawl(server, [userId('star'), '--collect', 'followers', '--depth', depth]), 0)
    }
    expectRows(bench, expected)
    const followed = new Set(server.seen.map(({ subject }) => subject))
    expect(followed.size).toBe(41)
  })

  test('streams asked for one after another hold what all of them at once hold', async ({ bench }) => {
    const world = generateWorld(42, SPARSE)
    const server = await bench.serve({ world })
    const expected = expectedOf({ world, form: 'native' }, ['feed'], { collect: STREAMS, depth: 1 })
    for (const collect of ['followers', 'posts,comments', 'remixes', 'all']) {
      expectExit(await bench.crawl(server, ['feed', '--collect', collect, '--depth', '1']), 0)
    }
    expectRows(bench, expected)
  })

  test('the order of --collect and of seeds does not matter', async ({ bench }) => {
    const world = generateWorld(43, SPARSE)
    const server = await bench.serve({ world })
    const seeds = everySeed(world)
    const expected = expectedOf({ world, form: 'native' }, seeds, { collect: STREAMS, depth: 1 })
    const collect = STREAMS.toReversed().join(',')
    expectExit(await bench.crawl(server, [...seeds.toReversed(), '--collect', collect, '--depth', '1']), 0)
    expectExactly(bench, server, expected)
  })
})

function nameIn(world: { users: Map<string, { username: string; state: string }> }): string {
  const open = [...world.users.values()].find(user => user.state === 'open')
  return `@${open?.username}`
}

describe.concurrent('seeds from files', () => {
  test('a text file has one seed per line, comments and blank lines', async ({ bench }) => {
    const world = generateWorld(51, SMALL)
    const server = await bench.serve({ world })
    const seeds = everySeed(world)
    await writeFile(bench.file('seeds.txt'), `# of every form\n\n${seeds.join('\n\n# more\n')}\n`)
    const expected = expectedOf({ world, form: 'native' }, seeds)
    expectExit(await bench.crawl(server, ['--seeds', bench.file('seeds.txt')]), 0)
    expectExactly(bench, server, expected)
  })

  test('YAML gives each seed its own options, and the scope is their union', async ({ bench }) => {
    const world = generateWorld(52, SPARSE)
    const server = await bench.serve({ world })
    const [first, second] = [...world.users.values()].filter(user => user.state === 'open')
    const yaml = [
      '- feed',
      `- {seed: ${first?.id}, collect: "followers,profile", depth: 2}`,
      `- seed: "@${second?.username}"`,
      '  collect: [posts, comments]',
      '  depth: 1',
      '- {seed: leaderboard, depth: 1, max_pages: 1}',
    ]
    await writeFile(bench.file('seeds.yaml'), `${yaml.join('\n')}\n`)
    const seeds = [
      'feed',
      { seed: first?.id ?? '', collect: ['followers', 'profile'] as Stream[], depth: 2 },
      { seed: `@${second?.username}`, collect: ['posts', 'comments'] as Stream[], depth: 1 },
      { seed: 'leaderboard', depth: 1, maxPages: 1 },
    ]
    const expected = expectedOf({ world, form: 'native' }, seeds, {
      collect: ['comments', 'remixes'],
      depth: 0,
    })
    expectExit(
      await bench.crawl(server, ['--seeds', bench.file('seeds.yaml'), '--collect', 'comments,remixes']),
      0,
    )
    expectExactly(bench, server, expected)
  })

  test('where two seeds share a listing, the larger cap on pages wins', async ({ bench }) => {
    const fans = crowd('fan', 20)
    const world = story({
      users: ['star', ...fans].map(name => ({ name })),
      posts: [{ name: 'kite', by: 'star' }],
      follows: fans.map((fan): [string, string] => [fan, 'star']),
      feed: ['kite'],
    })
    const server = await bench.serve({ world })
    const yaml = `- {seed: ${userId('star')}, max_pages: 1}\n- {seed: feed, depth: 1, max_pages: 4}\n`
    await writeFile(bench.file('seeds.yaml'), yaml)
    const seeds = [
      { seed: userId('star'), maxPages: 1 },
      { seed: 'feed', depth: 1, maxPages: 4 },
    ]
    const expected = expectedOf({ world, form: 'native' }, seeds, { collect: ['followers'] })
    expectExit(await bench.crawl(server, ['--seeds', bench.file('seeds.yaml'), '--collect', 'followers']), 0)
    expectExactly(bench, server, expected)
    expect(server.seen.filter(({ route }) => route === 'get_user_followers')).toHaveLength(4)
  })
})

const arbitraryCrawl = fc.record({
  seed: fc.nat(1_000_000),
  size: fc.constantFrom(TINY, { ...TINY, users: 12, posts: 20 }, SPARSE),
  form: fc.constantFrom('native' as const, 'contract' as const),
  gateway: fc.constantFrom('tikhub' as const, 'tikomni' as const),
  pageSize: fc.integer({ min: 1, max: 7 }),
  collect: fc.subarray(
    [...STREAMS].filter(stream => stream !== 'replies'),
    { minLength: 1 },
  ),
  replies: fc.boolean(),
  depth: fc.nat(2),
  concurrency: fc.constantFrom(1, 3, 16),
  picks: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { minLength: 1, maxLength: 4 }),
})

type ArbitraryCrawl = typeof arbitraryCrawl extends fc.Arbitrary<infer T> ? T : never

async function judgeCrawl(bench: Bench, drawn: ArbitraryCrawl): Promise<void> {
  const { form, gateway, pageSize, depth, concurrency } = drawn
  const world = generateWorld(drawn.seed, drawn.size)
  const server = await bench.serve({ world, form, gateway, pageSize, latencyMs: 3 })
  const seeds = drawn.picks.map(pick => everySeed(world)[pick] ?? 'feed')
  // Replies hang on comments, and a user seed needs something to be read of a user.
  const collect: Stream[] = [...new Set<Stream>([...drawn.collect, 'followers'])]
  if (drawn.replies && collect.includes('comments')) collect.push('replies')
  const expected = expectedOf({ world, form, pageSize }, seeds, { collect, depth })
  const flags = [
    '--collect',
    collect.join(','),
    '--depth',
    String(depth),
    '--concurrency',
    String(concurrency),
  ]
  expectExit(await bench.crawl(server, [...seeds, ...flags]), 0)
  expect(differences(bench.open(), expected.tables)).toEqual([])
  expect(unexpectedRequests(server.seen, expected)).toEqual([])
  expect(repeatedRequests(server.seen)).toEqual([])
  expect(server.seen).toHaveLength(expected.requests)
}

describe('random worlds, seeds and options', () => {
  test('what is collected is a function of seeds and options alone', { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(arbitraryCrawl, async drawn => {
      const bench = await Bench.create()
      try {
        await judgeCrawl(bench, drawn)
      } finally {
        await bench.end()
      }
    })
    await fc.assert(property, { numRuns: 12, endOnFailure: true })
  })
})
