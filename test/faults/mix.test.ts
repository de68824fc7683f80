import { gzipSync } from 'node:zlib'

import { describe, expect } from 'vitest'

import { differences } from '../support/world/compare.js'
import { STREAMS } from '../support/world/closure.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { expectedOf } from '../support/world/oracle.js'
import { Random } from '../support/world/random.js'
import type { Answer, Override } from '../support/world/server.js'
import { test } from './support/invocation.js'

/**
 * A word of letters for each number: answers that differ in ids and numbers alone are alike, and two of them
 * would end a listing.
 */
const word = (n: number): string =>
  [...n.toString(26)].map(digit => String.fromCodePoint(97 + Number.parseInt(digit, 26))).join('')

/** What a gateway does on a bad day; each may pass. */
const TROUBLES: readonly ((n: number) => Answer)[] = [
  () => ({ status: 500, message: 'Internal Server Error' }),
  () => ({ status: 503, message: 'Service Unavailable' }),
  () => ({
    status: 502,
    raw: '<html><body>Bad gateway</body></html>',
    headers: { 'content-type': 'text/html' },
  }),
  () => ({ status: 400, message: 'Request failed. Please retry.' }),
  () => ({ status: 429, message: 'Too many requests', headers: { 'retry-after': '0.2' } }),
  () => ({ status: 200, drop: 'before' }),
  () => ({ status: 200, drop: 'middle' }),
  n => ({ status: 200, raw: `{"code":200,"request_id":"${n}","data":{"words":"${word(n)}","items":[` }),
  n => ({
    status: 200,
    data: { error: { code: 'server_error', message: `the request for ${word(n)} failed` } },
  }),
  n => ({
    status: 200,
    act: response =>
      void response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(word(n).repeat(3)).subarray(0, 15)),
  }),
]

/** Fails every answer with this probability. */
function badDay(seed: number, share: number): { override: Override; failed: () => number } {
  const random = new Random(seed)
  let failed = 0
  const override: Override = ({ n }) => {
    if (!random.chance(share)) return undefined
    failed += 1
    return random.pick(TROUBLES)(n)
  }
  return { override, failed: () => failed }
}

describe.concurrent('where 30 % of the answers fail', () => {
  test.for([
    [1, 2],
    [2, 8],
    [3, 32],
  ])(
    'a crawl completes with all rows, for at most 1.6 times the pages, and keeps every wait (seed ' +
      '%i, concurrency %i)',
    { timeout: 180_000 },
    async ([seed = 0, concurrency = 1], { lab }) => {
      const world = generateWorld(100 + seed, { ...SMALL, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
      const { override, failed } = badDay(seed, 0.3)
      const server = await lab.serve({ world, override })
      const seeds = ['feed', 'leaderboard']
      const expected = expectedOf(server, seeds, { collect: STREAMS, depth: 1 })
      const file = lab.database()
      const { outcome, client } = await lab.crawl(server, file, {
        seeds,
        collect: STREAMS,
        depth: 1,
        concurrency,
      })
      expect(outcome).toMatchObject({ exitCode: 0, finished: true })
      expect(lab.look(file, db => differences(db, expected.tables))).toEqual([])
      expect(server.seen.length).toBe(expected.requests + failed())
      expect(failed() / server.seen.length).toBeGreaterThan(0.2)
      expect(server.seen.length).toBeLessThanOrEqual(1.6 * expected.requests)
      expect(client.quiet.length).toBeGreaterThan(5)
      expect(client.intrusions).toEqual([])
    },
  )
})
