import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { TinyApi } from './api.js'
import { Bench } from './invocation.js'
import { histories } from './moves.js'
import { OneListing } from './one-listing.js'
import type { Cost } from './pass-model.js'

const HISTORIES = Number(process.env['HISTORIES'] ?? 200)
const SEED = Number(process.env['HISTORIES_SEED'] ?? 20_260_101)

let api: TinyApi
let bench: Bench

beforeAll(async () => {
  api = await TinyApi.start()
  bench = await Bench.create(api)
})

afterAll(async () => {
  await bench.end()
  await api.close()
})

/** Pages read over pages that somebody who knows the changes would have read. */
function ratio(costs: readonly Cost[]): number {
  const sum = (of: 'pages' | 'oracle'): number => costs.reduce((total, cost) => total + cost[of], 0)
  return sum('pages') / sum('oracle')
}

describe('a newest-first listing under random histories', () => {
  test(
    'has no hole, pays nothing twice, costs one request where nothing is new, and little more than an oracle',
    { timeout: 3_600_000 },
    async () => {
      const costs = new Map<number, Cost[]>([
        [5, []],
        [10, []],
        [30, []],
      ])
      let crawls = 0
      let completed = 0
      const property = fc.asyncProperty(histories, history =>
        bench.play(async opened => {
          const played = await new OneListing(history, bench, opened).play(api)
          costs.get(history.pageSize)?.push(...played.costs)
          crawls += played.crawls
          completed += played.completed
        }),
      )
      await fc.assert(property, { numRuns: HISTORIES, seed: SEED })
      const all = [...costs.values()].flat()
      const later = (of: readonly Cost[]): string => ratio(of.filter(({ isFirst }) => !isFirst)).toFixed(3)
      const bySize = [...costs].map(([size, of]) => `${later(of)} at ${size}`)
      console.info(
        `${HISTORIES} histories, ${crawls} crawls, ${completed} completed passes: ` +
          `${ratio(all).toFixed(3)} of the oracle's pages; ` +
          `without first readings ${later(all)} (${bySize.join(', ')})`,
      )
      expect(ratio(all)).toBeLessThanOrEqual(1.15)
    },
  )
})
