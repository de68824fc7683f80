import { describe, expect, it } from 'vitest'
import type { Page } from '../../src/api/index.js'
import { advance, MAX_EMPTY_PAGES, needsNoRequest, type Reach } from '../../src/crawl/pass.js'
import type { Order } from '../../src/crawl/contract.js'
import type { Brings, Candidate, PassStep } from '../../src/db/index.js'
import { candidate, NOTHING_TOLD, page } from './support/candidate.js'

type Told = Parameters<typeof candidate>[0]

const KNOWN: Reach = { endsInKnown: true, news: 0 }
const NEWS: Reach = { endsInKnown: false, news: 3 }
const step = (
  told: Partial<Page>,
  about: Told = {},
  {
    reach = undefined as Reach | undefined,
    used = false,
    brings = 'news' as Brings,
    order = 'newest-first' as Order,
  } = {},
): PassStep => advance(page(told), candidate(about), { order, reach, brings, cursorWasUsed: used })

const open: PassStep = { state: 'open', cursor: 'next' }
const completed: PassStep = { state: 'completed' }
const capped: PassStep = { state: 'capped', cursor: 'next' }
const failed = (reason: RegExp): unknown => ({
  state: 'failed',
  reason: expect.stringMatching(reason) as string,
})

describe('a pass after a page', () => {
  it.each<[string, Partial<Page>, PassStep]>([
    ['goes on at a cursor', {}, open],
    ['goes on at a cursor that says so', { hasMore: true }, open],
    ['is complete without a cursor', { next: null }, completed],
    ['is complete where has_more is false', { next: null, hasMore: false }, completed],
    ['is complete where has_more is false, whatever the cursor', { hasMore: false }, completed],
    ['is complete after an empty page without a cursor', { items: [], next: null }, completed],
    ['goes on after an empty page with a cursor', { items: [] }, open],
  ])('%s', (_, told, expected) => {
    expect(step(told)).toEqual(expected)
  })

  it('fails where there is said to be more, and no cursor leads to it', () => {
    expect(step({ next: null, hasMore: true })).toEqual(failed(/more.*no cursor/))
    expect(step({ items: [], next: null, hasMore: true })).toEqual(failed(/no cursor/))
  })

  it('fails where the next cursor cannot be sent, unless the listing says that it ends', () => {
    expect(step({ next: null, badCursor: 'the next cursor is a list' })).toEqual(failed(/cursor is a list/))
    expect(step({ next: null, badCursor: 'the next cursor is a list', hasMore: false })).toEqual(completed)
  })

  it('fails where a cursor comes again, unless the listing says that it ends', () => {
    expect(step({}, { checkpoint: { pages: 4 } }, { used: true })).toEqual(failed(/circles.*page 5/))
    expect(step({ hasMore: false }, {}, { used: true })).toEqual(completed)
  })

  const empty = (checkpoint: Partial<Candidate['checkpoint']>, told: Partial<Page> = {}): PassStep =>
    step({ items: [], ...told }, { checkpoint }, { brings: 'nothing' })

  it.each([0, 1, 2])('goes on after an empty page that follows %i others', emptyPages => {
    expect(empty({ emptyPages })).toEqual(open)
  })

  it('fails at the fourth empty page in a row, and not at one that is the end', () => {
    expect(MAX_EMPTY_PAGES).toBe(4)
    expect(empty({ emptyPages: 3 })).toEqual(failed(/4 empty pages/))
    expect(empty({ emptyPages: 3 }, { next: null })).toEqual(completed)
    expect(step({}, { checkpoint: { emptyPages: 3 } })).toEqual(open)
  })

  it(
    'ends at the third page that only repeats what the pass has listed: a ranked listing completes, ' +
      'any other fails',
    () => {
      const repeated = (repeatedPages: number, order: Order, told: Partial<Page> = {}): PassStep =>
        step(told, { checkpoint: { repeatedPages } }, { brings: 'repeats', order })
      for (const order of ['newest-first', 'ranked', 'single'] as const) {
        expect(repeated(1, order)).toEqual(open)
        expect(repeated(2, order, { next: null })).toEqual(completed)
      }
      expect(repeated(2, 'newest-first')).toEqual(failed(/only repeats itself/))
      expect(repeated(2, 'single')).toEqual(failed(/only repeats itself/))
      expect(repeated(2, 'ranked')).toEqual({
        state: 'completed',
        reason: expect.stringMatching(/only repeats itself/) as string,
      })
      expect(step({}, { checkpoint: { repeatedPages: 2 } })).toEqual(open)
    },
  )

  it('fails at the tenth page without news, whatever these pages hold', () => {
    for (const brings of ['repeats', 'nothing'] as const) {
      expect(step({}, { checkpoint: { barrenPages: 8 } }, { brings })).toEqual(open)
      expect(step({}, { checkpoint: { barrenPages: 9 } }, { brings })).toEqual(failed(/10 pages in a row/))
    }
    expect(step({}, { checkpoint: { barrenPages: 9 } })).toEqual(open)
  })

  it.each<[number | null, number, PassStep]>([
    [null, 999, open],
    [1, 0, capped],
    [2, 0, open],
    [2, 1, capped],
    [2, 5, capped],
  ])('with a cap of %j pages and %i read before is as its cap says', (maxPages, pages, expected) => {
    expect(step({}, { maxPages, checkpoint: { pages } })).toEqual(expected)
  })

  it('is complete, not capped, where the last page allowed is the last page there is', () => {
    expect(step({ next: null }, { maxPages: 1 })).toEqual(completed)
    expect(step({ hasMore: false }, { maxPages: 1 })).toEqual(completed)
    expect(step({}, { maxPages: 1 }, { reach: KNOWN })).toEqual(completed)
  })

  it('stops early at what is known, and only there', () => {
    expect(step({}, {}, { reach: KNOWN })).toEqual(completed)
    expect(step({}, {}, { reach: NEWS })).toEqual(open)
  })

  it('reads on through what is known where it is a full one', () => {
    expect(step({}, { full: true }, { reach: KNOWN })).toEqual(open)
  })

  it('fails rather than stopping early where the page contradicts itself', () => {
    expect(step({ next: null, hasMore: true }, {}, { reach: KNOWN })).toEqual(failed(/no cursor/))
  })
})

describe('a stream needs no request', () => {
  const rules = { full: false, noGate: false, recheckMs: null }
  const age = { minAgeMs: null, nowMs: Date.UTC(2026, 0, 2) }
  const comments = {
    gate: { counters: ['reply_count', 'recursive_reply_count'], closedWhen: 'unmoved' },
  } as const
  const followers = { gate: { counters: ['follower_count'], closedWhen: 'empty' } } as const
  const none = { gate: null }
  const counters = (reply_count: number | null, recursive_reply_count: number | null) => ({
    ...NOTHING_TOLD,
    reply_count,
    recursive_reply_count,
  })
  type Spared = ReturnType<typeof needsNoRequest>

  const spared = (
    about: Told,
    crawler: Parameters<typeof needsNoRequest>[1] = none,
    told: Partial<typeof rules> = {},
  ): Spared => needsNoRequest(candidate(about), crawler, { ...rules, ...told }, age)

  it('where it has just been read', () => {
    expect(spared({ alreadyRead: true, checkpoint: { passState: 'completed' } })).toBe('complete')
    expect(spared({ checkpoint: { passState: 'completed' } })).toBeUndefined()
  })

  it.each<[string, Candidate['counters'], Spared]>([
    ['all counters are 0', counters(0, 0), 'gated'],
    ['the one counter that is told is 0', counters(0, null), 'gated'],
    ['a counter is not 0', counters(1, 1), undefined],
    ['one of two is not 0', counters(0, 2), undefined],
    ['nobody told a counter', counters(null, null), undefined],
  ])('or does, where %s', (_, told, expected) => {
    expect(
      spared(
        {
          subject: { kind: 'post', id: 'p', parentId: null },
          counters: told,
          checkpoint: { passState: 'none' },
        },
        comments,
      ),
    ).toBe(expected)
  })

  it.each<[string, Candidate['counters'], Candidate['counters'] | null, Spared]>([
    ['nothing moved', counters(3, 5), counters(3, 5), 'gated'],
    ['one went up', counters(3, 6), counters(3, 5), undefined],
    ['one went down', counters(2, 5), counters(3, 5), undefined],
    ['no pass has completed', counters(3, 5), null, undefined],
    ['nobody told them before', counters(3, 5), counters(null, null), undefined],
    ['nobody tells them now', counters(null, null), counters(3, 5), undefined],
  ])('or does, since the last completed pass, where %s', (_, now, before, expected) => {
    expect(
      spared({ counters: now, checkpoint: { passState: 'completed', readCounters: before } }, comments),
    ).toBe(expected)
  })

  it('where followers are said to be 0, never because they have not moved', () => {
    const about = (count: number): Told => ({
      counters: { ...NOTHING_TOLD, follower_count: count },
      checkpoint: { passState: 'completed', readCounters: { ...NOTHING_TOLD, follower_count: count } },
    })
    expect(spared(about(0), followers)).toBe('gated')
    expect(spared(about(7), followers)).toBeUndefined()
  })

  it('is not asked where gates are off', () => {
    const about: Told = { counters: counters(0, 0), checkpoint: { passState: 'none' } }
    expect(spared(about, comments, { noGate: true })).toBeUndefined()
    expect(spared(about, comments, { full: true })).toBeUndefined()
    expect(spared(about, none)).toBeUndefined()
  })

  it.each([
    ['open', 2, 2, 'capped'],
    ['open', 3, 2, 'capped'],
    ['open', 1, 2, undefined],
    ['open', 9, null, undefined],
    ['failed', 2, 2, undefined],
    ['completed', 2, 2, undefined],
  ] as const)(
    'where an interrupted pass is as long as the cap: %s, %i of %j',
    (passState, pages, maxPages, expected) => {
      expect(spared({ maxPages, checkpoint: { passState, pages, cursor: 'c' } })).toBe(expected)
    },
  )

  it.each<[string, string | null, number | null, Spared]>([
    ['just now', '2026-01-01T23:00:00.000Z', 7_200_000, 'recent'],
    ['long ago', '2026-01-01T21:00:00.000Z', 7_200_000, undefined],
    ['to the millisecond as long ago as asked', '2026-01-01T22:00:00.000Z', 7_200_000, undefined],
    ['in the future', '2026-01-02T00:00:00.001Z', 7_200_000, undefined],
    ['just now, and nobody asks', '2026-01-01T23:59:59.000Z', null, undefined],
    ['never', null, 7_200_000, undefined],
  ])('where its last pass completed %s, by --min-age', (_, completedAt, minAgeMs, expected) => {
    const about = candidate({ checkpoint: { passState: 'completed', completedAt } })
    expect(needsNoRequest(about, none, rules, { ...age, minAgeMs })).toBe(expected)
  })
})
