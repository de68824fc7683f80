import { describe, expect } from 'vitest'

import { test } from '../support/run.js'
import { expectedOf } from '../support/world/oracle.js'
import type { Override } from '../support/world/server.js'
import { crowd, starWith, story, userId } from '../support/world/story.js'
import { expectExit, expectOneLineAbout, expectRows } from './judge.js'

const LIMIT = { timeout: 100_000 }
const PATIENCE_MS = 90_000
const FEWER_THAN = 60

const DEAD: [string, Override][] = [
  ['answers 503', () => ({ status: 503, message: 'Service Unavailable' })],
  ['drops every connection', () => ({ status: 200, drop: 'before' })],
]

describe.concurrent('an API that is down', () => {
  test('nobody listens: exit 4 within 90 seconds, saying so in one line', LIMIT, async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const env = { SORA_API_URL: server.url }
    await server.close()
    const args = ['crawl', 'feed', 'leaderboard', userId('star'), '--db', bench.db, '--no-progress', '--rate', '100000']
    const result = await bench.run(args, { env: { ...env, SORA_API_KEY: 'sk-none' }, limitMs: 95_000 })
    expectExit(result, 4)
    expect(result.ms).toBeLessThan(PATIENCE_MS)
    expectOneLineAbout(result, /reach|down|connect|answer/i)
    expect(bench.count('requests')).toBeLessThan(FEWER_THAN)
  })

  test.for([1, 2])('no answer to the last %i listings: exit 4, for nothing shows that it is their fault, and the same command goes on', LIMIT, async (left, { bench }) => {
    const server = await bench.serve({ world: starWith(12) })
    server.override = ({ n }) => (n > 2 ? { status: 200, drop: 'before' } : undefined)
    const args = [userId('star'), '--collect', left === 1 ? 'followers' : 'followers,posts']
    const result = await bench.crawl(server, args, { limitMs: 95_000 })
    expectExit(result, 4)
    expect(result.ms).toBeLessThan(PATIENCE_MS)
    expect(server.seen.length).toBeLessThan(FEWER_THAN)
    server.override = undefined
    expectExit(await bench.crawl(server, args), 0)
    expectRows(bench, expectedOf(server, [userId('star')], { collect: left === 1 ? ['followers'] : ['followers', 'posts'] }))
  })

  test.for(DEAD)('one that %s: exit 4 within 90 seconds and fewer than 60 requests, and the same command goes on', LIMIT, async ([, dead], { bench }) => {
    const names = crowd('user', 40)
    const world = story({ users: names.map(name => ({ name })), leaderboard: names })
    const server = await bench.serve({ world })
    const args = [...names.map(userId), '--collect', 'followers,posts', '--concurrency', '16']
    server.override = (seen, usual) => (seen.n > 10 ? dead(seen, usual) : undefined)
    const result = await bench.crawl(server, args, { limitMs: 95_000 })
    expectExit(result, 4)
    expect(result.ms).toBeLessThan(PATIENCE_MS)
    expect(server.seen.length - 10).toBeLessThan(FEWER_THAN)
    server.override = undefined
    expectExit(await bench.crawl(server, args), 0)
    expectRows(bench, expectedOf({ world, form: 'native' }, names.map(userId), { collect: ['followers', 'posts'] }))
    expect(server.billed).toHaveLength(80)
  })
})
