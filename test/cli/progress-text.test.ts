import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'

import { progressLine, progressLines } from '../../src/cli/progress-text.js'
import type { ProgressView } from '../../src/crawl/index.js'
import { Progress } from '../../src/crawl/progress.js'

/** A crawl that has just begun, but for what is said. */
function view(changes: Partial<ProgressView> = {}): ProgressView {
  return { ...new Progress().view(), elapsedMs: 0, ...changes }
}

const busy = view({
  streams: { open: 40, done: 1_234, failed: 0 },
  pages: 2_345,
  rows: { inserted: 34_567, updated: 12, unchanged: 8_901, rejected: 0 },
  requests: 2_400,
  inFlight: 8,
  cost: 117_250_000,
  requestsPerSecond: 4.96,
  elapsedMs: 485_000,
})

/** All that a long study may come to. */
const huge = view({
  streams: { open: 1_234_567, done: 12_345_678, failed: 12_345 },
  pages: 12_345_678,
  rows: { inserted: 123_456_789, updated: 12_345_678, unchanged: 123_456_789, rejected: 0 },
  requests: 12_345_678,
  inFlight: 1_000,
  cost: 617_283_900_000,
  requestsPerSecond: 1_234.5,
  elapsedMs: 999 * 3_600_000,
  waiting: { ms: 900_000, why: 'the API asked for it' },
  slowed: null,
})

const natural = fc.nat(10 ** 12)
const anyView = fc
  .record({
    streams: fc.record({ open: natural, done: natural, failed: natural }),
    rows: fc.record({ inserted: natural, updated: natural, unchanged: natural, rejected: natural }),
    pages: natural,
    requests: natural,
    inFlight: natural,
    cost: natural,
    requestsPerSecond: fc.double({ min: 0, max: 1e6, noNaN: true }),
    elapsedMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
    waiting: fc.option(fc.record({ ms: natural, why: fc.string({ unit: 'grapheme', maxLength: 200 }) })),
  })
  .map(view)

describe('progress on a terminal', () => {
  test('tells streams, pages, rows and money, each in a line', () => {
    expect(progressLines(busy, 80)).toEqual([
      'streams  1,234 done, 40 open',
      'pages    2,345, 5.0 requests a second, 8 in flight',
      'rows     34,567 new, 12 updated, 8,901 unchanged',
      'spent    $117.25 for 2,400 requests in 8 min 05 s',
    ])
  })

  test('tells failed streams and records set aside only where there are any', () => {
    const troubled = view({
      streams: { open: 0, done: 1, failed: 2 },
      rows: { inserted: 0, updated: 0, unchanged: 0, rejected: 3 },
    })
    expect(progressLines(troubled, 80).join('\n')).toMatch(/2 failed[\s\S]*3 set aside/)
    expect(progressLines(busy, 80).join('\n')).not.toMatch(/failed|set aside/)
  })

  test('says how long it waits, and why, as long as it does', () => {
    const waiting = progressLines(view({ waiting: { ms: 61_000, why: 'the API asked for it' } }), 80)
    expect(waiting).toHaveLength(5)
    expect(waiting[4]).toMatch(/^waiting +1 min 01 s: the API asked for it$/)
    expect(progressLines(view(), 80)).toHaveLength(4)
  })

  test('shows everything in 80 columns, even of a long study', () => {
    const lines = progressLines(huge, 79)
    expect(lines.filter(line => line.includes('…'))).toEqual([])
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(79)
  })

  test('begins each line so in 40 columns that one knows what it is about', () => {
    const lines = progressLines(huge, 39)
    expect(lines.map(line => line.split(' ')[0])).toEqual(['streams', 'pages', 'rows', 'spent', 'waiting'])
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(39)
  })

  test.for([79, 39, 12, 1])('is never wider than %d columns, whatever the numbers and reasons', width => {
    fc.assert(
      fc.property(anyView, any => {
        for (const line of progressLines(any, width)) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })

  test('is never wider than the terminal with a reason in wide characters', () => {
    const lines = progressLines(
      view({ waiting: { ms: 1_000, why: '请求过于频繁，请稍后再试。'.repeat(5) } }),
      79,
    )
    expect(stringWidth(lines[4] ?? '')).toBeLessThanOrEqual(79)
  })

  test('carries no control sequence of a reason', () => {
    const hostile = view({ waiting: { ms: 1_000, why: 'red \u001B[31m\nand a line' } })
    expect(progressLines(hostile, 79).join('')).not.toMatch(/\p{Cc}/u)
  })
})

describe('progress in a log', () => {
  test('is one line with the same numbers', () => {
    expect(progressLine(busy)).toBe(
      '1,234 streams done, 40 open; 2,345 pages; 34,567 rows new, 12 updated; 5.0 requests a second; $117.25',
    )
  })

  test('says how long it waits, and why', () => {
    expect(progressLine(view({ waiting: { ms: 61_000, why: 'the API does not answer' } }))).toContain(
      'waiting 1 min 01 s: the API does not answer',
    )
  })
})
