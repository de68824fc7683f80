import { describe, expect, test } from 'vitest'

import type { ListingRecord } from '../../src/db/index.js'
import { coverageOf, CoverageSums, type CoverageRow } from '../../src/report/index.js'

function record(given: Partial<ListingRecord> = {}): ListingRecord {
  return {
    seed: 'feed',
    stream: 'followers',
    subject: 'user-1',
    told: 10,
    held: 10,
    setAside: 0,
    hasForgotten: 0,
    pages: 2,
    isOpen: 0,
    completedAt: null,
    state: 'complete',
    reason: null,
    runState: 'finished',
    stoppedBy: null,
    ...given,
  }
}

const stateOf = (given: Partial<ListingRecord>): [string, string | null] => {
  const { state, reason } = coverageOf(record(given))
  return [state, reason]
}

describe('the state of a listing', () => {
  test.for(['complete', 'gated', 'recent'])('%s is complete', state => {
    expect(stateOf({ state })).toEqual(['complete', null])
  })

  test.for([
    { pages: 1, reason: 'cut after 1 page' },
    { pages: 12, reason: 'cut after 12 pages' },
  ])('a cap says after how many pages: $pages', ({ pages, reason }) => {
    expect(stateOf({ state: 'capped', pages, held: 3 })).toEqual(['capped', reason])
  })

  test.for([
    { state: 'failed', reason: 'HTTP 422: no', named: 'failed', why: 'HTTP 422: no' },
    { state: 'unavailable', reason: 'private', named: 'private', why: null },
    { state: 'unavailable', reason: 'gone', named: 'gone', why: null },
    {
      state: 'doubtful',
      reason: 'not found, by a route that has never answered',
      named: 'not found',
      why: 'not found, by a route that has never answered',
    },
  ])('$state ($reason) is $named', ({ state, reason, named, why }) => {
    expect(stateOf({ state, reason })).toEqual([named, why])
  })

  test.for(['ready', 'claimed', 'delayed'])(
    '%s belongs to a run that is not over: for want of budget, by interruption, given up, or going on',
    state => {
      const open = { state, isOpen: 1, pages: 3 } as const
      expect(stateOf({ ...open, runState: 'unfinished', stoppedBy: 'cap' })).toEqual([
        'budget',
        '3 pages read',
      ])
      expect(stateOf({ ...open, runState: 'unfinished', stoppedBy: 'balance-empty' })).toEqual([
        'budget',
        '3 pages read',
      ])
      expect(stateOf({ ...open, runState: 'unfinished', stoppedBy: 'interrupted' })).toEqual([
        'in progress',
        '3 pages read; stopped: interrupted',
      ])
      expect(stateOf({ ...open, runState: 'unfinished' })).toEqual(['in progress', '3 pages read'])
      expect(stateOf({ ...open, runState: 'abandoned', stoppedBy: 'cap' })).toEqual([
        'abandoned',
        '3 pages read',
      ])
    },
  )

  test('pages of an earlier pass are no progress of this one, but the pass may have come to its end', () => {
    const waiting = { state: 'ready', runState: 'unfinished', stoppedBy: 'cap', pages: 7, isOpen: 0 } as const
    expect(stateOf(waiting)).toEqual(['budget', 'not begun'])
    expect(stateOf({ ...waiting, completedAt: '2026-02-03T04:05:06.789Z' })).toEqual([
      'budget',
      'not begun; read to its end on 2026-02-03',
    ])
  })
})

describe('a listing that was read to its end against its counter', () => {
  test.for([
    { told: 10, held: 10, setAside: 0, reason: null },
    { told: 10, held: 9, setAside: 1, reason: null },
    { told: null, held: 9, setAside: 0, reason: null },
    { told: 12, held: 10, setAside: 1, reason: 'the platform counts 1 more than it lists' },
    { told: 8, held: 10, setAside: 0, reason: 'the platform counts 2 fewer than it listed' },
    { told: 0, held: 0, setAside: 0, reason: null },
  ])('$told told, $held held, $setAside set aside: $reason', ({ reason, ...numbers }) => {
    expect(stateOf(numbers)).toEqual(['complete', reason])
  })

  test('one that was not is not judged by it', () => {
    expect(stateOf({ state: 'capped', told: 1_000, held: 50, pages: 1 })).toEqual([
      'capped',
      'cut after 1 page',
    ])
  })
})

test('a listing without a subject has its own name for one', () => {
  expect(coverageOf(record({ stream: 'leaderboard', subject: '' })).subject).toBe('leaderboard')
  expect(coverageOf(record()).subject).toBe('user-1')
})

test('numbers come through as they are', () => {
  const { seed, stream, told, held, setAside, pages } = coverageOf(
    record({ told: 1, held: 2, setAside: 3, pages: 4 }),
  )
  expect({ seed, stream, told, held, setAside, pages }).toEqual({
    seed: 'feed',
    stream: 'followers',
    told: 1,
    held: 2,
    setAside: 3,
    pages: 4,
  })
})

describe('sums', () => {
  const row = (given: Partial<CoverageRow>): CoverageRow => ({
    seed: 'feed',
    stream: 'posts',
    subject: 'user-1',
    told: 10,
    held: 9,
    setAside: 1,
    pages: 2,
    state: 'complete',
    reason: null,
    ...given,
  })

  function sumsOf(...rows: Partial<CoverageRow>[]): ReturnType<CoverageSums['values']> {
    const sums = new CoverageSums()
    for (const given of rows) sums.add(row(given))
    return sums.values()
  }

  test('add up by seed and stream, in the order of their first appearance', () => {
    const sums = sumsOf(
      { seed: 'b' },
      { seed: 'a' },
      { seed: 'b', stream: 'cameos' },
      { seed: 'b', held: 5, pages: 1 },
    )
    expect(
      sums.map(({ seed, stream, listings, held, pages, setAside }) => [
        seed,
        stream,
        listings,
        held,
        pages,
        setAside,
      ]),
    ).toEqual([
      ['b', 'posts', 2, 14, 3, 2],
      ['a', 'posts', 1, 9, 2, 1],
      ['b', 'cameos', 1, 9, 2, 1],
    ])
  })

  test('what nobody told is no 0, and adds nothing', () => {
    expect(sumsOf({ told: null }, { told: null })[0]?.told).toBe(null)
    expect(sumsOf({ told: null }, { told: 4 }, { told: 0 })[0]?.told).toBe(4)
  })

  test('count listings by state', () => {
    expect(sumsOf({}, { state: 'gone' }, { state: 'in progress' }, {})[0]?.states).toEqual({
      complete: 2,
      gone: 1,
      'in progress': 1,
    })
  })

  test('keep apart what only looks the same when joined', () => {
    expect(sumsOf({ seed: 'a","b', stream: 'c' }, { seed: 'a', stream: 'b","c' })).toHaveLength(2)
  })
})
