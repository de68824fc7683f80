const EARLIEST_S = Date.parse('0001-01-01T00:00:00Z') / 1000
const LATEST_S = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000
/** A number this large cannot be seconds of this age: it is milliseconds. */
const MILLISECONDS_FROM = 1e11

/**
 * A served time as ISO 8601 UTC with milliseconds; what is finer is cut off.
 * @param value see {@link timeMs}
 * @returns undefined if it is no time of the years 1 to 9999
 */
export function isoTime(value: unknown): string | undefined {
  const ms = timeMs(value)
  return ms === undefined || ms < EARLIEST_S * 1000 || ms > LATEST_S * 1000
    ? undefined
    : new Date(ms).toISOString()
}

/** A number as text is one of seconds or milliseconds: fewer digits are a year, or anything. */
const NUMBER = /^-?\d{9,}(?:\.\d+)?$|^0+(?:\.0*)?$/
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?)? ?(Z|UTC|GMT|[+-][01]\d:?[0-5]\d)?$/i
/** A date in words, as in HTTP and mail; without its zone it could be anybody's. */
const WORDS = /^[a-z]{3,9},? .*\d\d:\d\d.*(?:GMT|UTC|Z|[+-]\d{4})(?: \([^)]*\))?$/i

/**
 * The one rule for times, of whatever origin: a number is Unix seconds, or milliseconds where it is too large
 * for seconds; so is a number as text; other text is a date of ISO 8601, of UTC where it names no zone, or
 * one in words that names its zone.
 * @returns Unix milliseconds; undefined for what is no time
 */
export function timeMs(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? unixMs(value) : undefined
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (NUMBER.test(text)) return unixMs(Number(text))
  const iso = ISO.exec(text)
  if (iso !== null) return isoMs(iso)
  const ms = WORDS.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

function isoMs([
  ,
  year,
  month,
  day,
  hour = '00',
  minute = '00',
  second = '00',
  fraction = '',
  zone = 'Z',
]: RegExpExecArray): number | undefined {
  const date = `${year}-${month}-${day}`
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z'
  const ms = Date.parse(`${date}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
  // JavaScript takes the 30th of February for a day in March.
  return Number.isNaN(ms) || new Date(`${date}T00:00:00Z`).getUTCDate() !== Number(day) ? undefined : ms
}

/** Whether a served time is the beginning of time: what stands where there is none. */
export function isZeroTime(value: unknown): boolean {
  return value === 0 || (typeof value === 'string' && timeMs(value) === 0)
}

/**
 * Further from a whole millisecond than the product of a time and 1,000 can be rounded, the digits need not
 * be looked at.
 */
const ROUNDING_MS = 0.02

function unixMs(value: number): number {
  if (Math.abs(value) >= MILLISECONDS_FROM) return Math.floor(value)
  const product = value * 1000
  if (Math.abs(product - Math.round(product)) > ROUNDING_MS || Number.isInteger(value))
    return Math.floor(product)
  const digits = String(Math.abs(value))
  if (digits.includes('e')) return Math.floor(value * 1000)
  const [seconds, fraction = ''] = digits.split('.')
  const ms = Number(seconds) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  if (value >= 0) return ms
  return Number(fraction.slice(3)) > 0 ? -ms - 1 : -ms
}

/** Text as served, except lone surrogates: SQLite would store them as bytes that other readers refuse. */
export function storableText(value: string | null | undefined): string | undefined {
  return value?.toWellFormed()
}

export function bit(value: boolean | null | undefined): 0 | 1 | undefined {
  return value === null || value === undefined ? undefined : value ? 1 : 0
}

/** Anything else would be read in the time zone of this machine. */
const SIGNED_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/

/**
 * The first `se` of an absolute address's query. Parsing the whole address would cost as much as the rest of
 * its post.
 */
const EXPIRY = /^[A-Za-z][\w+.-]*:[^?#]*\?(?:(?!se=)[^&#]*&)*se=([^&#]*)/

/** The end of an Azure signature (`se=` in the query) as ISO time; undefined for a link without one. */
export function signatureExpiry(url: string | null | undefined): string | undefined {
  const expiry = EXPIRY.exec(url ?? '')?.[1]?.replaceAll(/%3a/gi, ':')
  return expiry !== undefined && SIGNED_TIME.test(expiry) ? isoTime(expiry) : undefined
}
