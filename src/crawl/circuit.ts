/** Failures in a row after which the API is no longer believed to be there. */
const OPENS_AFTER = 10
/**
 * So many failures in a row, of so many streams, are no coincidence even if each of them had failed before.
 */
const OPENS_FOR_SUSPECTS = { failures: 30, streams: 6 }
/** So many streams must have failed, for a fault of one stream is not a fault of the API. */
const STREAMS_NEEDED = 3
/** The waits before each probe, in milliseconds; after the last failed probe the API is down. */
export const PROBE_WAITS_MS = [2_000, 4_000, 8_000, 16_000, 24_000] as const
/** A probe asks only whether anybody is there; the API has had its full time before. */
export const PROBE_TIMEOUT_MS = 6_000
/** Nothing has been answered for so long: the API is down, however many probes are left. */
const LONGEST_SILENCE_MS = 76_000

export type CircuitState = 'closed' | 'open' | 'down'

/** A request that failed to bring an answer of the API. */
export interface Failure {
  readonly streamId: number
  /** Monotonic milliseconds. */
  readonly sentAt: number
  /** No connection could be made, which is never one stream's fault. */
  readonly noServer: boolean
  /** The server was given all its time and said nothing. */
  readonly timedOut: boolean
  /**
   * Nobody answered for the API: no status came (the connection was refused, reset or closed, or brought
   * something that is no HTTP), or that of a gateway which says that nobody is behind it.
   */
  readonly noAnswer: boolean
  /** Whether it was sent while the circuit was open. */
  readonly wasProbe: boolean
}

/**
 * Judges from failures in a row, over all streams, whether the API is there at all. A stream that failed
 * while others were being answered is a suspect: what it does says nothing about the API. So a few broken
 * listings run out of attempts on their own, while an outage is noticed within a handful of requests. Pure
 * but for its own state: times are the caller's.
 */
export class Circuit {
  #state: CircuitState = 'closed'
  #failures = 0
  #probes = 0
  #everSucceeded = false
  #silentSince: number | undefined
  #lastSuccessAt = -Infinity
  #failing = new Set<number>()
  #inARow = new Set<number>()
  #allFailures = 0
  #answersAmongFailures = 0
  readonly #suspects = new Set<number>()

  get state(): CircuitState {
    return this.#state
  }

  /** True once the API has answered: until then it is approached gently. */
  get everSucceeded(): boolean {
    return this.#everSucceeded
  }

  /** How long to wait before the next probe; only while open. */
  get probeWaitMs(): number {
    return PROBE_WAITS_MS[this.#probes] ?? 0
  }

  /** What a stream does says nothing about the API, until it answers. */
  suspect(streamId: number): void {
    this.#suspects.add(streamId)
  }

  /** @param now monotonic milliseconds */
  succeeded(streamId: number, now: number): void {
    for (const failing of this.#failing) this.#suspects.add(failing)
    this.#suspects.delete(streamId)
    this.#failing = new Set()
    this.#inARow = new Set()
    this.#allFailures = 0
    this.#failures = 0
    this.#answersAmongFailures = 0
    this.#probes = 0
    this.#everSucceeded = true
    this.#silentSince = undefined
    this.#lastSuccessAt = now
    this.#state = 'closed'
  }

  /** @param now monotonic milliseconds */
  failed(failure: Failure, now: number): void {
    this.#silentSince ??= failure.sentAt
    if (this.#state === 'open') return this.#failedWhileOpen(failure, now)
    this.#inARow.add(failure.streamId)
    this.#allFailures += 1
    if (this.#allFailures >= OPENS_FOR_SUSPECTS.failures && this.#inARow.size >= OPENS_FOR_SUSPECTS.streams)
      this.#state = 'open'
    if (this.#suspects.has(failure.streamId) && !failure.noServer) return
    this.#failing.add(failure.streamId)
    this.#failures += 1
    if (!failure.noAnswer) this.#answersAmongFailures += 1
    // A server that fails at one listing says so with a 500; where nobody answers for it, few streams are as
    // good as many.
    const silent = this.#answersAmongFailures === 0
    const widespread =
      failure.noServer || silent || !this.#everSucceeded || this.#failing.size >= STREAMS_NEEDED
    // Nobody else was answered either in all the time that this request was given.
    const silence = failure.timedOut && this.#lastSuccessAt < failure.sentAt
    if (silence || (this.#failures >= OPENS_AFTER && widespread)) this.#state = 'open'
  }

  #failedWhileOpen({ wasProbe }: Failure, now: number): void {
    if (wasProbe) this.#probes += 1
    const silentMs = now - (this.#silentSince ?? now)
    if (this.#probes >= PROBE_WAITS_MS.length || (wasProbe && silentMs >= LONGEST_SILENCE_MS))
      this.#state = 'down'
  }
}
