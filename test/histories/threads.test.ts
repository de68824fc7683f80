import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'

import { TinyApi } from './api.js'
import { Bench } from './invocation.js'
import { threadHistories, type ThreadCrawl, type ThreadHistory } from './thread-moves.js'
import { Threads } from './threads.js'

const HISTORIES = Number(process.env['HISTORIES'] ?? 100)
const SEED = Number(process.env['HISTORIES_SEED'] ?? 20_260_101)

/** A reply comes while an ordinary pass stands aside for a full one: it was begun before, and says so when it comes back. */
const REPLY_BETWEEN_PASSES: ThreadHistory = {
  pageSize: 3,
  tellsRecursive: true,
  posts: 1,
  moves: [
    { do: 'comment', post: 0, count: 4, at: 0 },
    crawl({ cut: { after: 2, by: 'cap' } }),
    { do: 'reply', post: 0, comment: 0, count: 1 },
    crawl({ full: true, cut: { after: 2, by: 'cap' } }),
    crawl({ cut: { after: 1, by: 'cap' } }),
    crawl({}),
  ],
}

/** A full pass is cut, an ordinary one begun later completes, and then the full one does. */
const OLDER_PASS_COMPLETES_LAST: ThreadHistory = {
  pageSize: 3,
  tellsRecursive: false,
  posts: 1,
  moves: [
    { do: 'comment', post: 0, count: 4, at: 0 },
    crawl({ full: true, cut: { after: 2, by: 'cap' } }),
    { do: 'delete comments', post: 0, count: 1, salt: 0 },
    crawl({}),
    crawl({ full: true, cut: { after: 1, by: 'cap' } }),
  ],
}

function crawl(how: Partial<ThreadCrawl>): ThreadCrawl {
  return { do: 'crawl', full: false, noGate: false, replies: false, cut: null, ...how }
}

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
      await fc.assert(property, {
        numRuns: HISTORIES,
        seed: SEED,
        examples: [[REPLY_BETWEEN_PASSES], [OLDER_PASS_COMPLETES_LAST]],
      })
    },
  )
})
