import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'

import { TinyApi } from './api.js'
import { Bench } from './invocation.js'
import { threadHistories } from './thread-moves.js'
import { Threads } from './threads.js'

const HISTORIES = Number(process.env['HISTORIES'] ?? 100)
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

describe('comments and replies behind counters, under random histories', () => {
  test(
    'what moved is read, what did not costs nothing, and no pass completes with a hole',
    { timeout: 3_600_000 },
    async () => {
      const property = fc.asyncProperty(threadHistories, history =>
        bench.play(opened => new Threads(history, bench, opened).play(api)),
      )
      await fc.assert(property, { numRuns: HISTORIES, seed: SEED })
    },
  )
})
