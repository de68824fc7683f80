import { collectable, DEFAULT_COLLECT, type Crawler } from '../crawl/index.js'
import type { IsoTime } from '../clock.js'
import { AppError } from '../errors.js'
import { perhaps } from '../nearest.js'

/**
 * A yargs coercion: a whole number from `least` to `most`, which is the largest that is counted without
 * rounding unless told.
 */
export function wholeNumber(
  flag: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): (value: unknown) => number | undefined {
  return value => {
    if (value === undefined) return undefined
    const number = typeof value === 'number' ? value : Number.NaN
    if (!Number.isSafeInteger(number) || number < least || number > most)
      throw new AppError(
        'bad-usage',
        `--${flag} takes a whole number from ${least} ` +
          `${most === Number.MAX_SAFE_INTEGER ? 'on' : `to ${most}`}`,
      )
    return number
  }
}

/**
 * The largest number that a flag takes, and the smallest above 0: with others, sums and waits would no longer
 * be numbers.
 */
const LARGEST = 1_000_000_000
const SMALLEST = 0.000_001

/** A yargs coercion: a number greater than 0. */
export function positiveNumber(flag: string, most = LARGEST): (value: unknown) => number | undefined {
  return value => {
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !(value > 0))
      throw new AppError('bad-usage', `--${flag} takes a number greater than 0`)
    if (value < SMALLEST || value > most)
      throw new AppError('bad-usage', `--${flag} takes a number from ${SMALLEST} to ${most}`)
    return value
  }
}

/**
 * The streams named by `--collect`: a comma list, or `all`.
 * @throws AppError `bad-usage` for a name that no crawler has
 */
export function readCollect(
  value: string | readonly string[],
  crawlers: readonly Crawler[],
): readonly string[] {
  const known = collectable(crawlers)
  const names = (typeof value === 'string' ? value.split(',') : value)
    .map(name => name.trim())
    .filter(name => name !== '')
  if (names.length === 0)
    throw new AppError('bad-usage', `--collect names no stream; there are ${known.join(', ')}, and all`)
  const unknown = names.find(name => name !== 'all' && !known.includes(name))
  if (unknown !== undefined)
    throw new AppError(
      'bad-usage',
      `--collect: there is no stream "${unknown}"; there are ${known.join(', ')}, and all${perhaps(unknown, known)}`,
    )
  return names.includes('all') ? known : names
}

export const DEFAULT_COLLECT_TEXT = DEFAULT_COLLECT.join(',')

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** No database is older, and dates so long ago still have four digits for the year. */
const LONGEST_AGE_MS = 1_000 * 365.25 * 86_400_000

/** A yargs coercion: an age such as `12h` or `14d` (s, m, h, d, w), in milliseconds. */
export function age(flag: string): (value: unknown) => number | undefined {
  return value => {
    if (value === undefined) return undefined
    const ms = ageMs(String(value))
    if (ms === undefined)
      throw new AppError('bad-usage', `--${flag} takes an age such as 12h or 14d, of 1,000 years at most`)
    return ms
  }
}

function ageMs(text: string): number | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? []
  const ms = count === undefined || unit === undefined ? undefined : Number(count) * (UNITS[unit] ?? 0)
  return ms === undefined || ms > LONGEST_AGE_MS ? undefined : ms
}

/** A yargs coercion: words with commas between, the flag given once or more often; none twice. */
export function commaList(value: unknown): string[] | undefined {
  if (value === undefined) return undefined
  const words = (Array.isArray(value) ? value : [value]).flatMap(word => String(word).split(','))
  return [...new Set(words.map(word => word.trim()).filter(word => word !== ''))]
}

/**
 * A yargs coercion: a date (its beginning in UTC), an ISO time with its zone, or an age before now, as a time
 * of the database.
 */
export function sinceTime(flag: string): (value: unknown) => IsoTime | undefined {
  return value => {
    if (value === undefined) return undefined
    const text = String(value)
    const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    const ms = isTime ? Date.parse(text) : Date.now() - (ageMs(text) ?? Number.NaN)
    if (Number.isNaN(ms))
      throw new AppError(
        'bad-usage',
        `--${flag} takes a date such as 2025-10-01, a time such as 2025-10-01T12:00:00Z, or an ` +
          'age such as 7d',
      )
    return new Date(Math.max(0, ms)).toISOString()
  }
}

/** A yargs coercion: dollars, as millionths; 0 only where it says something. */
export function usd(flag: string, { orZero = false } = {}): (value: unknown) => number | undefined {
  return value => {
    const dollars = orZero && value === 0 ? 0 : positiveNumber(flag)(value)
    return dollars === undefined ? undefined : Math.round(dollars * 1_000_000)
  }
}
