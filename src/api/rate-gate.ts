import PQueue from 'p-queue'
import { monotonicMs, pause } from '../clock.js'

/** Leave to send one request; only the gate hands it out. */
export interface Turn {
  readonly grantedAt: number
}

/**
 * The one door through which every request goes: at most `perSecond` in any window (sliding, so that no boundary lets
 * twice the rate through), and none at all while the API has asked to wait.
 */
export class RateGate {
  readonly #queue: PQueue
  #closedUntil = 0

  constructor(perSecond: number) {
    const cap = Math.max(1, Math.ceil(perSecond))
    this.#queue = new PQueue({ intervalCap: cap, interval: Math.max(1, Math.round((cap / perSecond) * 1000)), strict: true })
  }

  /** Resolves when a request may be sent; undefined when `signal` aborts first. */
  async turn(signal: AbortSignal): Promise<Turn | undefined> {
    try {
      await this.#queue.add(() => undefined, { signal })
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
    while (this.waitMs() > 0 && !signal.aborted) await pause(this.waitMs(), signal)
    return signal.aborted ? undefined : { grantedAt: monotonicMs() }
  }

  /** Lets nothing through for `ms`; a longer wait that is already running stays. */
  closeFor(ms: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, monotonicMs() + ms)
  }

  /** Milliseconds until the gate opens; 0 when it is open. */
  waitMs(): number {
    return Math.max(0, this.#closedUntil - monotonicMs())
  }
}
