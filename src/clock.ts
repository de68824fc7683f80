/** ISO 8601 UTC with milliseconds: the form of every time in the database. */
export type IsoTime = string

/** The time of day, for what is stored. It may jump; nothing is ordered by it. */
export function now(): IsoTime {
  return new Date().toISOString()
}

/** Milliseconds that only ever grow, for waits and rates. */
export function monotonicMs(): number {
  return performance.now()
}

/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Resolves after `ms` (24 days at most), or at once when `signal` aborts; never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted || ms <= 0) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.min(ms, LONGEST_TIMER_MS))
    signal.addEventListener('abort', done)
  })
}
