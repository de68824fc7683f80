import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askedWait } from '../../src/api/asked-wait.js'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
const wait = (headers: Record<string, string | string[]>): number | undefined => askedWait(headers, NOW)
const after = (value: string): number | undefined => wait({ 'retry-after': value })
const reset = (value: string): number | undefined => wait({ 'x-ratelimit-reset': value })
const inSeconds = (seconds: number): string => new Date(NOW + seconds * 1_000).toUTCString()

describe('the wait that Retry-After asks for', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['120', 120_000],
    ['0.5', 500],
    [' 3 ', 3_000],
    ['86400', 86_400_000],
  ])('is a number of seconds: %j', (value, ms) => {
    expect(after(value)).toBe(ms)
  })

  it.each([1, 60, 3_600])('is the time to an HTTP date %i seconds ahead', seconds => {
    expect(after(inSeconds(seconds))).toBe(seconds * 1_000)
  })

  it('reads the older form of an HTTP date', () => {
    expect(after('Friday, 02-Jan-26 03:04:35 GMT')).toBe(30_000)
  })

  it.each([0, -1, -86_400])('is nothing for a date that has come (%i s)', seconds => {
    expect(after(inSeconds(seconds))).toBe(0)
  })

  it.each([
    '',
    'soon',
    '-5',
    '+5',
    '5s',
    '1e3',
    'NaN',
    'Infinity',
    '0x10',
    '5, 6',
    '٣',
    'Wed, 99 Foo 2026 25:61:61 GMT',
  ])('is unknown for garbage: %j', value => {
    expect(after(value)).toBeUndefined()
  })

  it.each(['retry 5', 'maybe 5', 'wait 30 please', 'gmt', 'May'])(
    'is unknown for words that are no date: %j',
    value => {
      expect(after(value)).toBeUndefined()
    },
  )

  it('is the first of several', () => {
    expect(wait({ 'retry-after': ['2', '9'] })).toBe(2_000)
  })

  it('is believed before X-RateLimit-Reset', () => {
    expect(wait({ 'retry-after': '2', 'x-ratelimit-reset': '9' })).toBe(2_000)
  })
})

describe('the wait that X-RateLimit-Reset asks for', () => {
  it.each([
    ['a few seconds', '9', 9_000],
    ['none', '0', 0],
    ['a fraction', '0.25', 250],
    ['the time in seconds', String(NOW / 1_000 + 30), 30_000],
    ['the time in milliseconds', String(NOW + 45_000), 45_000],
    ['a time that has come, in seconds', String(NOW / 1_000 - 30), 0],
    ['a time that has come, in milliseconds', String(NOW - 1), 0],
  ])('is %s', (_, value, ms) => {
    expect(reset(value)).toBe(ms)
  })

  it.each(['', 'later', '-3', '2026-01-02T03:04:35Z'])('is unknown for garbage: %j', value => {
    expect(reset(value)).toBeUndefined()
  })

  it('counts where Retry-After cannot be read', () => {
    expect(wait({ 'retry-after': 'soon', 'x-ratelimit-reset': '9' })).toBe(9_000)
    expect(wait({ 'retry-after': '-1', 'x-ratelimit-reset': '9' })).toBe(9_000)
  })

  it('is unknown where nothing asks', () => {
    expect(wait({})).toBeUndefined()
  })
})

describe('the wait that RateLimit-Reset and RateLimit ask for', () => {
  it.each([
    [{ 'ratelimit-reset': '9' }, 9_000],
    [{ 'ratelimit-reset': String(NOW / 1_000 + 30) }, 30_000],
    [{ 'x-ratelimit-reset': 'later', 'ratelimit-reset': '9' }, 9_000],
    [{ ratelimit: '"default";r=0;t=30' }, 30_000],
    [{ ratelimit: 'limit=100, remaining=0, reset=50' }, 50_000],
    [{ ratelimit: '"default";r=0' }, undefined],
    [{ 'retry-after': '2', 'ratelimit-reset': '9', ratelimit: '"default";r=0;t=30' }, 2_000],
  ])('%j', (headers, ms) => {
    expect(wait(headers)).toBe(ms)
  })
})

describe('a server whose clock is not ours', () => {
  const HOUR = 3_600_000
  const date = (ms: number): string => new Date(NOW + ms).toUTCString()

  it.each([HOUR, -HOUR, 400 * 24 * HOUR, -400 * 24 * HOUR])(
    'is waited for by its own Date (%i ms apart)',
    skew => {
      const served = { date: date(skew) }
      expect(wait({ ...served, 'retry-after': date(skew + 3_000) })).toBe(3_000)
      expect(wait({ ...served, 'retry-after': date(skew - 3_000) })).toBe(0)
      expect(wait({ ...served, 'retry-after': '3' })).toBe(3_000)
      expect(wait({ ...served, 'x-ratelimit-reset': String((NOW + skew) / 1_000 + 3) })).toBe(3_000)
      expect(wait({ ...served, 'ratelimit-reset': String(NOW + skew + 3_000) })).toBe(3_000)
    },
  )

  it.each([
    '',
    'now',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Fri, 31 Dec 2199 23:59:59 GMT',
    'Wed, 99 Foo 2026 25:61:61 GMT',
    'Sun, 02 Jan 2022 03:04:05 GMT',
  ])('is waited for by ours where its Date cannot be right: %j', served => {
    expect(wait({ date: served, 'retry-after': date(3_000) })).toBe(3_000)
    expect(wait({ date: served, 'x-ratelimit-reset': String(NOW / 1_000 + 3) })).toBe(3_000)
  })
})

describe('whatever the headers hold', () => {
  it('the wait is unknown or a number of milliseconds that is not negative', () => {
    const header = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.double().map(String),
      fc.date().map(String),
    )
    fc.assert(
      fc.property(
        fc.record(
          {
            'retry-after': header,
            'x-ratelimit-reset': header,
            'ratelimit-reset': header,
            ratelimit: header,
            date: header,
          },
          { requiredKeys: [] },
        ),
        headers => {
          const ms = wait(headers as Record<string, string>)
          return ms === undefined || (Number.isFinite(ms) && ms >= 0)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
