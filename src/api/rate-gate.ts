import PQueue from 'p-queue'
import { monotonicMs, pause } from '../clock.js'

/** Leave to send one request; only the gate hands it out. */
export interface Turn {
  readonly grantedAt: number
}

/**
 * The one door through which every request goes: at most `perSecond` in any window of a second (sliding, so that no boundary
 * lets twice the rate through), and none at all while the API has asked to wait. Whoever comes first goes first.
 *
 * The queue's own limiter goes by the time of day, which can be set; this one goes by a clock that only grows.
 */
export class RateGate {
  readonly #queue = new PQueue({ concurrency: 1 })
  readonly #windowMs: number
  readonly #perWindow: number
  #granted: number[] = []
  #closedUntil = 0

  constructor(perSecond: number) {
    this.#perWindow = Math.max(1, Math.ceil(perSecond))
    this.#windowMs = (this.#perWindow / perSecond) * 1000
  }

  /** Resolves when a request may be sent; undefined when `signal` aborts first. */
  async turn(signal: AbortSignal): Promise<Turn | undefined> {
    return this.#queue.add(async () => {
      for (let ms = this.#waitMs(); ms > 0 && !signal.aborted; ms = this.#waitMs()) await pause(ms, signal)
      if (signal.aborted) return undefined
      const grantedAt = monotonicMs()
      this.#granted.push(grantedAt)
      return { grantedAt }
    })
  }

  /** Lets nothing through for `ms`; a longer wait that is already running stays. */
  closeFor(ms: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, monotonicMs() + ms)
  }

  /** Milliseconds until the gate opens; 0 when it is open. */
  waitMs(): number {
    return Math.max(0, this.#closedUntil - monotonicMs())
  }

  /** Until the gate is open and the window has room. */
  #waitMs(): number {
    const now = monotonicMs()
    this.#granted = this.#granted.filter((at) => at > now - this.#windowMs)
    const full = this.#granted.length >= this.#perWindow
    const room = full ? (this.#granted[this.#granted.length - this.#perWindow] ?? 0) + this.#windowMs - now : 0
    return Math.max(this.waitMs(), room)
  }
}
