type Headers = Readonly<Record<string, string | string[] | undefined>>

/**
 * The wait that a 429 asks for, in milliseconds: `Retry-After` as seconds or as a date; else
 * `X-RateLimit-Reset` or `RateLimit-Reset` as seconds or as a time since the epoch; else the seconds in
 * `RateLimit`. Times are read against the answer's own `Date`: the server's clock and ours may differ by
 * hours. Undefined where nothing can be read.
 */
export function askedWait(headers: Headers, nowMs = Date.now()): number | undefined {
  const clock = { nowMs, servedMs: servedAt(headers) }
  const after = headerText(headers['retry-after'])
  if (after !== undefined) {
    const wait = NUMBER.test(after) ? Number(after) * 1000 : dateWait(after, clock)
    if (wait !== undefined) return wait
  }
  const reset = ['x-ratelimit-reset', 'ratelimit-reset']
    .map(name => headerText(headers[name]))
    .find(text => text !== undefined && NUMBER.test(text))
  return reset === undefined ? limitWait(headerText(headers['ratelimit'])) : resetWait(Number(reset), clock)
}

/** The time here, and by the answer's own `Date`; undefined where it has none that can be right. */
interface Clock {
  readonly nowMs: number
  readonly servedMs: number | undefined
}

const NUMBER = /^\d+(\.\d+)?$/
/** Outside of these years the clock of a server is not set at all. */
const PLAUSIBLE = { from: Date.UTC(2020, 0), until: Date.UTC(2100, 0) }
/** Nobody asks to wait longer: by a `Date` of which this would follow, nothing is measured. */
const LONGEST_MS = 24 * 60 * 60_000

function servedAt(headers: Headers): number | undefined {
  const at = httpDate(headerText(headers['date']) ?? '')
  return at === undefined || at < PLAUSIBLE.from || at >= PLAUSIBLE.until ? undefined : at
}

function httpDate(text: string): number | undefined {
  // Date.parse reads "-5" and "retry 5" as years; an HTTP date names a month and a time of day.
  const at = /[a-z]{3}.*\d\d:\d\d:\d\d/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

function dateWait(text: string, clock: Clock): number | undefined {
  const at = httpDate(text)
  return at === undefined ? undefined : waitUntil(at, clock)
}

/** Smaller numbers are seconds to wait; from 2001 on, a time in seconds; from 1e12 on, in milliseconds. */
function resetWait(value: number, clock: Clock): number {
  return value < 1e9 ? value * 1000 : waitUntil(value < 1e12 ? value * 1000 : value, clock)
}

function waitUntil(at: number, { nowMs, servedMs }: Clock): number {
  const here = Math.max(0, at - nowMs)
  const there = servedMs === undefined ? here : Math.max(0, at - servedMs)
  return there > LONGEST_MS && here <= LONGEST_MS ? here : there
}

/** `RateLimit: "default";r=0;t=30`, or as it was drafted before: `limit=100, remaining=0, reset=30`. */
function limitWait(text: string | undefined): number | undefined {
  const seconds = /(?:^|[;,\s])(?:t|reset)=(\d{1,9})(?=$|[;,\s])/.exec(text ?? '')?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

function headerText(value: string | string[] | undefined): string | undefined {
  // Longer than any time or number: patterns are not matched against whatever a server sends.
  return (Array.isArray(value) ? value[0] : value)?.slice(0, 100).trim()
}
