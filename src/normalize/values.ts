const EARLIEST_S = Date.parse('0001-01-01T00:00:00Z') / 1000
const LATEST_S = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000
/** A number this large cannot be seconds of this age: it is milliseconds. */
const MILLISECONDS_FROM = 1e11

/**
 * A served time as ISO 8601 UTC with milliseconds. Numbers are Unix seconds; what is finer than a millisecond is cut off,
 * on the decimal digits as served, so that no binary rounding moves a time across a millisecond.
 * @returns undefined if it is no time of the years 1 to 9999
 */
export function isoTime(value: number | string | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined
  const ms = typeof value === 'string' ? Date.parse(value) : unixMs(value)
  return Number.isNaN(ms) || ms < EARLIEST_S * 1000 || ms > LATEST_S * 1000 ? undefined : new Date(ms).toISOString()
}

const EPOCH = new Date(0).toISOString()

/** Whether a served time is the beginning of time: what stands where there is none. */
export function isZeroTime(value: unknown): boolean {
  return value === 0 || (typeof value === 'string' && isoTime(value) === EPOCH)
}

/** Further from a whole millisecond than the product of a time and 1,000 can be rounded, the digits need not be looked at. */
const ROUNDING_MS = 0.02

function unixMs(value: number): number {
  if (Math.abs(value) >= MILLISECONDS_FROM) return Math.floor(value)
  const product = value * 1000
  if (Math.abs(product - Math.round(product)) > ROUNDING_MS || Number.isInteger(value)) return Math.floor(product)
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

/** The first `se` of an absolute address's query. Parsing the whole address would cost as much as the rest of its post. */
const EXPIRY = /^[A-Za-z][\w+.-]*:[^?#]*\?(?:(?!se=)[^&#]*&)*se=([^&#]*)/

/** The end of an Azure signature (`se=` in the query) as ISO time; undefined for a link without one. */
export function signatureExpiry(url: string | null | undefined): string | undefined {
  const expiry = EXPIRY.exec(url ?? '')?.[1]?.replaceAll(/%3a/gi, ':')
  return expiry !== undefined && SIGNED_TIME.test(expiry) ? isoTime(expiry) : undefined
}
