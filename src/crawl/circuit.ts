/** Failures in a row after which the API is no longer believed to be there. */
const OPENS_AFTER = 10
/** So many streams must have failed, for a fault of one stream is not a fault of the API. */
const STREAMS_NEEDED = 3
/** The waits before each probe, in milliseconds; after the last failed probe the API is down. */
export const PROBE_WAITS_MS = [2_000, 4_000, 8_000, 16_000, 24_000] as const

export type CircuitState = 'closed' | 'open' | 'down'

/**
 * Judges from failures in a row, over all streams, whether the API is there at all. A stream that failed while others were being
 * answered is a suspect: what it does says nothing about the API. So a few broken listings run out of attempts on their own,
 * while an outage is noticed within a handful of requests.
 */
export class Circuit {
  #state: CircuitState = 'closed'
  #failures = 0
  #probes = 0
  #everSucceeded = false
  #failing = new Set<number>()
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

  succeeded(streamId: number): void {
    for (const failing of this.#failing) this.#suspects.add(failing)
    this.#suspects.delete(streamId)
    this.#failing = new Set()
    this.#failures = 0
    this.#probes = 0
    this.#everSucceeded = true
    this.#state = 'closed'
  }

  /**
   * @param noServer no connection could be made, which is never one stream's fault
   * @param wasProbe whether the request was sent while the circuit was open
   */
  failed(streamId: number, noServer: boolean, wasProbe: boolean): void {
    if (this.#state === 'open') return this.#probeFailed(wasProbe)
    if (this.#suspects.has(streamId) && !noServer) return
    this.#failing.add(streamId)
    this.#failures += 1
    const widespread = noServer || !this.#everSucceeded || this.#failing.size >= STREAMS_NEEDED
    if (this.#failures >= OPENS_AFTER && widespread) this.#state = 'open'
  }

  #probeFailed(wasProbe: boolean): void {
    if (!wasProbe) return
    this.#probes += 1
    if (this.#probes >= PROBE_WAITS_MS.length) this.#state = 'down'
  }
}
