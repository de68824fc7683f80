import { describe } from 'vitest'

import { test } from '../support/run.js'
import { STREAMS } from '../support/world/closure.js'
import { generateWorld, SMALL, SPARSE } from '../support/world/generate.js'
import { expectedOf } from '../support/world/oracle.js'
import { expectExactly, expectExit } from './judge.js'
import { everySeed } from './seeds.js'

const DEPTHS = [0, 1, 2]
const CONCURRENCIES = [1, 4, 32]
const FORMS = ['native', 'contract'] as const
const GATEWAYS = ['tikhub', 'tikomni'] as const

const CASES = FORMS.flatMap(form =>
  GATEWAYS.flatMap(gateway =>
    DEPTHS.flatMap(depth => CONCURRENCIES.map(concurrency => ({ form, gateway, depth, concurrency }))),
  ),
)

describe.concurrent('a crawl collects its closure, each page exactly once', () => {
  test.for(CASES)(
    'depth $depth at concurrency $concurrency from $gateway in $form form',
    async ({ form, gateway, depth, concurrency }, { bench }) => {
      const world = generateWorld(20 + depth + 10 * concurrency, concurrency === 4 ? SMALL : SPARSE)
      const server = await bench.serve({ world, form, gateway, latencyMs: concurrency > 1 ? 4 : 0 })
      // All forms of seeds in small worlds; a few in sparse ones, so that there is somewhere not to go.
      const seeds = everySeed(world).filter((_, index) => concurrency === 4 || index % 4 === depth + 1)
      const expected = expectedOf({ world, form }, seeds, { collect: STREAMS, depth })
      const flags = ['--collect', 'all', '--depth', String(depth), '--concurrency', String(concurrency)]
      expectExit(await bench.crawl(server, [...seeds, ...flags]), 0)
      expectExactly(bench, server, expected)
    },
  )
})

describe.concurrent('what a crawl collects when told little', () => {
  test('the default streams are all but profile and remixes', async ({ bench }) => {
    const world = generateWorld(31, SPARSE)
    const server = await bench.serve({ world })
    const expected = expectedOf({ world, form: 'native' }, ['feed'], { depth: 1 })
    expectExit(await bench.crawl(server, ['feed', '--depth', '1']), 0)
    expectExactly(bench, server, expected)
  })

  test('seeds that mean the same are one seed', async ({ bench }) => {
    const world = generateWorld(32, SMALL)
    const server = await bench.serve({ world })
    const [, , , , , name, , , profile, post] = everySeed(world) as string[]
    const same = [
      name,
      `https://sora.chatgpt.com/profile/${name?.slice(1)}`,
      profile,
      post,
      `https://sora.chatgpt.com/p/${post}`,
    ]
    const expected = expectedOf({ world, form: 'native' }, [name ?? '', profile ?? '', post ?? ''])
    expectExit(await bench.crawl(server, same.map(String)), 0)
    expectExactly(bench, server, expected)
  })

  test('a cap on pages cuts every listing there and exit is 0 all the same', async ({ bench }) => {
    const world = generateWorld(33, SMALL)
    const server = await bench.serve({ world })
    const expected = expectedOf({ world, form: 'native' }, ['feed', 'leaderboard'], { depth: 1, maxPages: 1 })
    expectExit(await bench.crawl(server, ['feed', 'leaderboard', '--depth', '1', '--max-pages', '1']), 0)
    expectExactly(bench, server, expected)
  })

  test('the feed stops after 50 pages and says so', async ({ bench }) => {
    const world = generateWorld(34, { ...SMALL, posts: 60, feed: 60 })
    const server = await bench.serve({ world, pageSize: 1 })
    const expected = expectedOf({ world, form: 'native', pageSize: 1 }, ['feed'], { collect: ['profile'] })
    const result = await bench.crawl(server, ['feed', '--collect', 'profile'])
    expectExit(result, 0)
    expectExactly(bench, server, expected)
  })

  test('fresh signatures of links are no change and no identity', async ({ bench }) => {
    const world = generateWorld(35, SMALL)
    const server = await bench.serve({ world, freshUrls: true })
    const expected = expectedOf({ world, form: 'native' }, ['feed'], { collect: STREAMS, depth: 1 })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'all', '--depth', '1']), 0)
    expectExactly(bench, server, expected, { urls: true })
  })
})
