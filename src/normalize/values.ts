const EARLIEST_S = Date.UTC(1, 0, 1) / 1000
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

function unixMs(value: number): number {
  if (Math.abs(value) >= MILLISECONDS_FROM) return Math.floor(value)
  if (value < 0) return Math.floor(value * 1000)
  const [seconds, fraction] = value.toFixed(6).split('.')
  return Number(seconds) * 1000 + Number(fraction?.slice(0, 3))
}

/** Text as served, except lone surrogates: SQLite would store them as bytes that other readers refuse. */
export function storableText(value: string | null | undefined): string | undefined {
  return value?.toWellFormed()
}

export function bit(value: boolean | null | undefined): 0 | 1 | undefined {
  return value === null || value === undefined ? undefined : value ? 1 : 0
}

/** The end of an Azure signature (`se=` in the query) as ISO time; undefined for a link without one. */
export function signatureExpiry(url: string | null | undefined): string | undefined {
  if (url === null || url === undefined || !URL.canParse(url)) return undefined
  const expiry = new URL(url).searchParams.get('se')
  return expiry !== null && /^\d{4}-\d\d-\d\d/.test(expiry) ? isoTime(expiry) : undefined
}
