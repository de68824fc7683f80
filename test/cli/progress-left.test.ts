import { describe, expect, test } from 'vitest'

import { expectedOf, leftText, restOf } from '../../src/cli/progress-left.js'
import type { Estimate, ProgressView } from '../../src/crawl/index.js'
import { Progress } from '../../src/crawl/progress.js'

const NONE = { maxRequests: null, maxCost: null }

/** A crawl that has sent 100 requests at 5 a second. */
function view(changes: Partial<ProgressView> = {}): ProgressView {
  return {
    ...new Progress().view(),
    streams: { open: 7, done: 3, failed: 0 },
    requests: 100,
    cost: 5_000_000,
    requestsPerSecond: 5,
    elapsedMs: 20_000,
    ...changes,
  }
}

const figure = (requests: number): { requests: number; cost: number } => ({
  requests,
  cost: requests * 50_000,
})

function estimate(changes: Partial<Estimate> = {}): Estimate {
  const total = { low: figure(300), likely: figure(400), high: figure(900) }
  return { lines: [], total, dearest: 50_000, unfound: [], unknown: [], records: [], ...changes }
}

describe('what is left of a crawl', () => {
  test('is the likely figure, less what was sent, and the time at this rate', () => {
    expect(leftText(view(), expectedOf(estimate()), NONE)).toBe('about $15.00 for 300 requests, 1 min 00 s')
  })

  test.for([{ unknown: ['replies'] }, { unfound: ['@sam'] }])(
    'is at least the low figure beside %j',
    beside => {
      const left = leftText(view(), expectedOf(estimate(beside)), NONE)
      expect(left).toBe('at least $10.00 for 200 requests, 40 s')
    },
  )

  test('has the time of the whole where nothing was sent of late, and none before the first request', () => {
    const slow = view({ requestsPerSecond: 0, elapsedMs: 100_000 })
    expect(leftText(slow, expectedOf(estimate()), NONE)).toBe('about $15.00 for 300 requests, 5 min 00 s')
    const begun = view({ requestsPerSecond: 0, requests: 0, cost: 0 })
    expect(leftText(begun, expectedOf(estimate()), NONE)).toBe('about $20.00 for 400 requests')
  })

  test('names the cap that ends it before, and no other', () => {
    const expected = expectedOf(estimate())
    expect(leftText(view(), expected, { maxRequests: null, maxCost: 6_000_000 })).toMatch(
      /1 min 00 s; stops after \$1\.00 more$/,
    )
    expect(leftText(view(), expected, { maxRequests: 101, maxCost: null })).toMatch(
      /; stops after 1 more request$/,
    )
    expect(leftText(view(), expected, { maxRequests: 400, maxCost: 20_000_000 })).not.toMatch(/stops/)
  })

  test('says where it takes more than was expected, and nothing where nothing is open or known', () => {
    expect(leftText(view({ requests: 400 }), expectedOf(estimate()), NONE)).toBe(
      'more than was expected: 7 streams open',
    )
    const unknown = expectedOf(estimate({ unknown: ['replies'] }))
    expect(leftText(view({ requests: 300 }), unknown, NONE)).toBe('nobody can say how much: 7 streams open')
    const inFlight = view({ requests: 400, inFlight: 8, requestsPerSecond: 0, elapsedMs: 80_000 })
    expect(leftText(inFlight, expectedOf(estimate()), NONE)).toMatch(/ for 8 requests, /)
    const done = view({ streams: { open: 0, done: 10, failed: 0 } })
    expect(leftText(done, expectedOf(estimate()), NONE)).toBeNull()
    expect(leftText(view(), null, NONE)).toBeNull()
  })

  test('of a run that goes on is what its estimate leaves', () => {
    const price = (stream: string): number => (stream === 'feed' ? 50_000 : 100_000)
    const noted = [
      { stream: 'feed', likely: 200 },
      { stream: 'posts', likely: 50 },
    ]
    const none = { requests: 0, cost: 0 }
    expect(restOf(noted, none, price)).toEqual({ requests: 250, cost: 15_000_000, word: 'about' })
    const some = { requests: 100, cost: 5_000_000 }
    expect(restOf(noted, some, price)).toEqual({ requests: 150, cost: 10_000_000, word: 'about' })
    const more = { requests: 300, cost: 20_000_000 }
    expect(restOf(noted, more, price)).toEqual({ requests: 0, cost: 0, word: 'about' })
    expect(restOf([], none, price)).toBeNull()
  })
})
