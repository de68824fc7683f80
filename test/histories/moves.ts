/** What can happen to a listing and to the people who crawl it. */
import * as fc from 'fast-check'

export type Move =
  | { do: 'publish'; count: number }
  | { do: 'delete'; where: 'head' | 'boundary' | 'anywhere'; count: number; salt: number }
  | { do: 'pin'; salt: number }
  | { do: 'unpin' }
  | { do: 'kill'; times: number }
  | { do: 'show elsewhere'; from: number; count: number }
  /** The last command once more, this time to its end. */
  | { do: 'go on' }
  | CrawlMove

export interface CrawlMove {
  do: 'crawl'
  what: 'listing' | 'elsewhere' | 'both'
  full: boolean
  maxPages: number | null
  /** After so many requests it is cut off: by a cap, or by a polite stop. */
  cut: { after: number; by: 'cap' | 'stop' } | null
  /** Published while the crawl is under way, after its first request. */
  meanwhile: number
}

const salt = fc.nat(999)

const publish = fc.record({
  do: fc.constant('publish' as const),
  count: fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 12 }), weight: 2 },
    { arbitrary: fc.integer({ min: 1, max: 120 }), weight: 1 },
  ),
})

const crawl = fc.record({
  do: fc.constant('crawl' as const),
  what: fc.oneof(
    { arbitrary: fc.constant('listing' as const), weight: 6 },
    { arbitrary: fc.constant('both' as const), weight: 1 },
    { arbitrary: fc.constant('elsewhere' as const), weight: 1 },
  ),
  full: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, { arbitrary: fc.constant(true), weight: 1 }),
  maxPages: fc.oneof(
    { arbitrary: fc.constant(null), weight: 6 },
    { arbitrary: fc.integer({ min: 1, max: 3 }), weight: 1 },
  ),
  cut: fc.oneof(
    { arbitrary: fc.constant(null), weight: 2 },
    {
      arbitrary: fc.record({
        after: fc.integer({ min: 1, max: 4 }),
        by: fc.constantFrom('cap' as const, 'stop' as const),
      }),
      weight: 1,
    },
  ),
  meanwhile: fc.oneof(
    { arbitrary: fc.constant(0), weight: 5 },
    { arbitrary: fc.integer({ min: 1, max: 40 }), weight: 1 },
  ),
})

const move: fc.Arbitrary<Move> = fc.oneof(
  { arbitrary: crawl, weight: 8 },
  { arbitrary: fc.constant({ do: 'go on' as const }), weight: 2 },
  { arbitrary: publish, weight: 4 },
  {
    arbitrary: fc.record({
      do: fc.constant('delete' as const),
      where: fc.constantFrom('head' as const, 'boundary' as const, 'anywhere' as const),
      count: fc.integer({ min: 1, max: 12 }),
      salt,
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constant('pin' as const), salt }), weight: 1 },
  { arbitrary: fc.constant({ do: 'unpin' as const }), weight: 1 },
  {
    arbitrary: fc.record({ do: fc.constant('kill' as const), times: fc.integer({ min: 1, max: 2 }) }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('show elsewhere' as const),
      from: fc.nat(60),
      count: fc.integer({ min: 1, max: 60 }),
    }),
    weight: 1,
  },
)

export type StreamName = 'posts' | 'followers' | 'following' | 'cameos'

export interface History {
  stream: StreamName
  pageSize: number
  atFirst: number
  moves: Move[]
}

export const histories: fc.Arbitrary<History> = fc.record({
  stream: fc.constantFrom<StreamName>('posts', 'followers', 'following', 'cameos'),
  pageSize: fc.constantFrom(5, 10, 30),
  atFirst: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 150 })),
  moves: fc.array(move, { minLength: 2, maxLength: 14 }),
})

/** A choice that shrinks with its list. */
export function picked<T>(list: readonly T[], number: number): T | undefined {
  return list.length === 0 ? undefined : list[number % list.length]
}
