/** What can happen under the posts of one user, and to those who crawl them. */
import * as fc from 'fast-check'

export interface ThreadCrawl {
  do: 'crawl'
  full: boolean
  noGate: boolean
  replies: boolean
  cut: { after: number; by: 'cap' | 'stop' } | null
}

export type ThreadMove =
  | { do: 'post'; count: number }
  | { do: 'comment'; post: number; count: number; at: number }
  | { do: 'delete comments'; post: number; count: number; salt: number }
  /** One goes, one comes: no counter tells. */
  | { do: 'swap'; post: number; salt: number }
  | { do: 'reply'; post: number; comment: number; count: number }
  | { do: 'kill'; times: number }
  | ThreadCrawl

const which = fc.nat(40)

const crawl = fc.record({
  do: fc.constant('crawl' as const),
  full: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, { arbitrary: fc.constant(true), weight: 1 }),
  noGate: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, { arbitrary: fc.constant(true), weight: 1 }),
  replies: fc.boolean(),
  cut: fc.oneof(
    { arbitrary: fc.constant(null), weight: 2 },
    {
      arbitrary: fc.record({
        after: fc.integer({ min: 1, max: 8 }),
        by: fc.constantFrom('cap' as const, 'stop' as const),
      }),
      weight: 1,
    },
  ),
})

const move: fc.Arbitrary<ThreadMove> = fc.oneof(
  { arbitrary: crawl, weight: 7 },
  {
    arbitrary: fc.record({ do: fc.constant('post' as const), count: fc.integer({ min: 1, max: 3 }) }),
    weight: 1,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('comment' as const),
      post: which,
      count: fc.integer({ min: 1, max: 14 }),
      at: which,
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('delete comments' as const),
      post: which,
      count: fc.integer({ min: 1, max: 4 }),
      salt: which,
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constant('swap' as const), post: which, salt: which }), weight: 1 },
  {
    arbitrary: fc.record({
      do: fc.constant('reply' as const),
      post: which,
      comment: which,
      count: fc.integer({ min: 1, max: 6 }),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ do: fc.constant('kill' as const), times: fc.integer({ min: 1, max: 2 }) }),
    weight: 1,
  },
)

export interface ThreadHistory {
  /** Records on a page of comments or replies; posts come 30 at a time. */
  pageSize: number
  /** Whether posts tell how many replies there are on all levels. */
  tellsRecursive: boolean
  posts: number
  moves: ThreadMove[]
}

export const threadHistories: fc.Arbitrary<ThreadHistory> = fc.record({
  pageSize: fc.constantFrom(3, 5, 10),
  tellsRecursive: fc.boolean(),
  posts: fc.integer({ min: 1, max: 4 }),
  moves: fc.array(move, { minLength: 3, maxLength: 16 }),
})
