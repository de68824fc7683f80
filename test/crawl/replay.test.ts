import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { TinyApi } from '../histories/api.js'
import { Bench } from '../histories/invocation.js'
import { histories } from '../histories/moves.js'
import { OneListing } from '../histories/one-listing.js'
import { threadHistories } from '../histories/thread-moves.js'
import { Threads } from '../histories/threads.js'
import { contentDifferences, contents, replay } from '../support/replay.js'

const HISTORIES = Number(process.env['HISTORIES'] ?? 60)
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

async function expectSame(file: string): Promise<void> {
  const before = contents(file)
  const { changes } = await replay(file)
  expect(contentDifferences(before, contents(file))).toEqual([])
  expect(changes.filter(({ inserted, changed, removed }) => inserted + changed + removed > 0)).toEqual([])
}

describe('after any history of crawls, every table is what it was once the stored pages are replayed', () => {
  test(
    'of a listing that grows, loses items and is read whole, cut, interrupted and restarted',
    { timeout: 3_600_000 },
    async () => {
      const property = fc.asyncProperty(histories, history =>
        bench.play(async opened => {
          await new OneListing(history, bench, opened).play(api)
          await expectSame(opened.file)
        }),
      )
      await fc.assert(property, { numRuns: HISTORIES, seed: SEED })
    },
  )

  test('of posts with comments and replies, behind their gates', { timeout: 3_600_000 }, async () => {
    const property = fc.asyncProperty(threadHistories, history =>
      bench.play(async opened => {
        await new Threads(history, bench, opened).play(api)
        await expectSame(opened.file)
      }),
    )
    await fc.assert(property, { numRuns: Math.ceil(HISTORIES / 4), seed: SEED })
  })
})
