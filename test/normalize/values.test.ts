import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bit, isoTime, signatureExpiry, storableText } from '../../src/normalize/values.js'

const YEAR_9999_MS = Date.UTC(9999, 11, 31, 23, 59, 59)
/** From here on a number counts as milliseconds. */
const MILLISECONDS_FROM = 1e11

describe('a time', () => {
  it.each([
    [1_760_343_131.252443, '2025-10-13T08:12:11.252Z'],
    [1_760_343_140.655776, '2025-10-13T08:12:20.655Z'],
    [1_760_343_131, '2025-10-13T08:12:11.000Z'],
    [1_760_343_131.999999, '2025-10-13T08:12:11.999Z'],
    [1_760_343_131.0005, '2025-10-13T08:12:11.000Z'],
    [1_767_000_000.123456, '2025-12-29T09:20:00.123Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [0.001, '1970-01-01T00:00:00.001Z'],
    [-1, '1969-12-31T23:59:59.000Z'],
    [-0.5, '1969-12-31T23:59:59.500Z'],
  ])('is Unix seconds, cut to milliseconds: %d', (seconds, iso) => {
    expect(isoTime(seconds)).toBe(iso)
  })

  it.each([
    [1_760_343_131_252, '2025-10-13T08:12:11.252Z'],
    [1_760_343_131_252.9, '2025-10-13T08:12:11.252Z'],
    [100_000_000_000, '1973-03-03T09:46:40.000Z'],
  ])('may be Unix milliseconds: %d', (ms, iso) => {
    expect(isoTime(ms)).toBe(iso)
  })

  it.each([
    ['2025-10-13T08:12:11.252Z', '2025-10-13T08:12:11.252Z'],
    ['2025-10-13T09:15:20.063403Z', '2025-10-13T09:15:20.063Z'],
    ['2025-10-13T08:12:11Z', '2025-10-13T08:12:11.000Z'],
    ['2025-10-13T10:12:11+02:00', '2025-10-13T08:12:11.000Z'],
    ['2025-10-13T08:12:11.2529999+00:00', '2025-10-13T08:12:11.252Z'],
  ])('may be ISO 8601: %s', (text, iso) => {
    expect(isoTime(text)).toBe(iso)
  })

  it.each([
    [1e20],
    [-1e20],
    [Number.POSITIVE_INFINITY],
    [Number.NaN],
    [YEAR_9999_MS + 1_000],
    ['yesterday'],
    [''],
    ['2025-13-45T99:99:99Z'],
    ['+099999-01-01T00:00:00Z'],
  ])('is none where it is out of range or no time: %j', value => {
    expect(isoTime(value)).toBeUndefined()
  })

  it.each([[null], [undefined]])('is none where it is not told: %j', value => {
    expect(isoTime(value)).toBeUndefined()
  })

  it('reaches back before the year 1901', () => {
    expect(isoTime('1850-06-01T00:00:00Z')).toBe('1850-06-01T00:00:00.000Z')
    expect(isoTime(-3_000_000_000)).toBe('1874-12-07T18:40:00.000Z')
  })

  it('survives as seconds, to the millisecond, after 1970', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MILLISECONDS_FROM * 1_000 - 1 }), ms => {
        expect(isoTime(ms / 1_000)).toBe(new Date(ms).toISOString())
      }),
      { numRuns: 20_000 },
    )
  })

  it('survives as seconds, to the millisecond, before 1970', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000_000, max: -1 }), ms => {
        expect(isoTime(ms / 1_000)).toBe(new Date(ms).toISOString())
      }),
      { numRuns: 20_000 },
    )
  })

  it('survives as milliseconds and as text', () => {
    fc.assert(
      fc.property(fc.integer({ min: MILLISECONDS_FROM, max: YEAR_9999_MS }), ms => {
        const iso = new Date(ms).toISOString()
        expect(isoTime(ms)).toBe(iso)
        expect(isoTime(iso)).toBe(iso)
      }),
      { numRuns: 5_000 },
    )
  })

  it('loses exactly what is finer than a millisecond of a float as served', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_600_000_000, max: 2_000_000_000 }),
        fc.integer({ min: 0, max: 999_999 }),
        (seconds, micros) => {
          const served = JSON.parse(`${seconds}.${String(micros).padStart(6, '0')}`) as number
          expect(isoTime(served)).toBe(new Date(seconds * 1_000 + Math.floor(micros / 1_000)).toISOString())
        },
      ),
      { numRuns: 20_000 },
    )
  })
})

describe('text', () => {
  it('is stored as served, NUL and line ends included', () => {
    for (const text of ['', 'a\0b', '\r\n\t', '🪁', '猫', '\u202E', '<b>&amp;', "'; drop table users --"])
      expect(storableText(text)).toBe(text)
  })

  it('has U+FFFD where it has a lone surrogate', () => {
    expect(storableText('a\uD800b')).toBe('a\uFFFDb')
    expect(storableText('\uDC00')).toBe('\uFFFD')
    expect(storableText('\uD83E\uDE81')).toBe('🪁')
  })

  it('is always well formed, and itself where it was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 0xd800, max: 0xdfff }),
        (text, surrogate) => {
          expect(storableText(text)).toBe(text)
          expect(storableText(`${text}${String.fromCharCode(surrogate)}x`)?.isWellFormed()).toBe(true)
        },
      ),
    )
  })

  it('is not told where it is null or missing', () => {
    expect(storableText(null)).toBeUndefined()
    expect(storableText(undefined)).toBeUndefined()
  })
})

describe('a flag', () => {
  it.each([
    [true, 1],
    [false, 0],
    [null, undefined],
    [undefined, undefined],
  ])('%j is %j', (flag, stored) => {
    expect(bit(flag)).toBe(stored)
  })
})

describe('the end of a signature', () => {
  it.each([
    ['https://videos.openai.com/a/md.mp4?se=2026-01-08T00%3A00%3A00Z&sig=x', '2026-01-08T00:00:00.000Z'],
    [
      'https://videos.openai.com/a/md.mp4?st=2026-01-01T00%3A00%3A00Z&se=2026-01-08T12:30:00Z&sig=x',
      '2026-01-08T12:30:00.000Z',
    ],
    ['https://videos.openai.com/a/md.mp4?se=2026-01-08', '2026-01-08T00:00:00.000Z'],
  ])('is read from %s', (url, iso) => {
    expect(signatureExpiry(url)).toBe(iso)
  })

  it.each([
    ['https://cdn.openai.com/default.png'],
    ['https://videos.openai.com/a?se='],
    ['https://videos.openai.com/a?se=soon'],
    ['https://videos.openai.com/a?se=1767830400'],
    ['https://videos.openai.com/a?sig=se=2026-01-08'],
    ['not an address?se=2026-01-08T00:00:00Z'],
    [''],
    [null],
    [undefined],
  ])('is unknown for %j', url => {
    expect(signatureExpiry(url)).toBeUndefined()
  })
})
