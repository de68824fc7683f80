import PQueue from 'p-queue'
import { monotonicMs, pause } from '../clock.js'
import { faster, fullPace, slower, SLOWEST_PART, type Pace } from './pace.js'

/** Leave to send one request; only the gate hands it out. */
export interface Turn {
  /** When it was granted, or used: what the rate goes by. */
  at: number
}

/**
 * The one door through which every request goes: at most `perSecond` in any window of a second (sliding, so
 * that no boundary lets twice the rate through), fewer for a while after the API has asked to wait, and none
 * at all while it is waited for. Whoever comes first goes first.
 *
 * The queue's own limiter goes by the time of day, which can be set; this one goes by a clock that only
 * grows.
 */
export class RateGate {
  readonly #queue = new PQueue({ concurrency: 1 })
  readonly #rate: number
  /** What was granted longer ago than any window counts no more. */
  readonly #longestMs: number
  #pace: Pace
  readonly #granted: Turn[] = []
  #closedUntil = 0

  constructor(perSecond: number) {
    this.#rate = perSecond
    this.#pace = fullPace(perSecond)
    this.#longestMs = Math.max(2_000, windowOf(perSecond * SLOWEST_PART).windowMs)
  }

  /** Resolves when a request may be sent; undefined when `signal` aborts first. */
  async turn(signal: AbortSignal): Promise<Turn | undefined> {
    return this.#queue.add(async () => {
      for (let ms = this.#waitMs(); ms > 0 && !signal.aborted; ms = this.#waitMs()) await pause(ms, signal)
      if (signal.aborted) return undefined
      const turn = { at: monotonicMs() }
      this.#granted.push(turn)
      return turn
    })
  }

  /** Requests a second at most, as the API bears them now. */
  get perSecond(): number {
    return this.#pace.perSecond
  }

  /** The API has asked to wait: it is asked half as often from now on. */
  slowDown(): void {
    this.#pace = slower(this.#pace, this.#rate)
  }

  /** The API has answered: little by little it is asked more often again. */
  speedUp(): void {
    this.#pace = faster(this.#pace, this.#rate)
  }

  /**
   * The turn is used now: what stood between (a reservation, its commit) must not bring two windows' requests
   * together.
   */
  use(turn: Turn): void {
    turn.at = monotonicMs()
  }

  /** Lets nothing through for `ms`; a longer wait that is already running stays. */
  closeFor(ms: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, monotonicMs() + ms)
  }

  /**
   * Resolves once the API is not waited for any more, for turns that were given before it asked; false when
   * `signal` aborts first.
   */
  async opened(signal: AbortSignal): Promise<boolean> {
    for (let ms = this.waitMs(); ms > 0 && !signal.aborted; ms = this.waitMs()) await pause(ms, signal)
    return this.waitMs() === 0
  }

  /** Milliseconds until the gate opens; 0 when it is open. */
  waitMs(): number {
    return Math.max(0, this.#closedUntil - monotonicMs())
  }

  /** Until the gate is open and the window has room. */
  #waitMs(): number {
    const now = monotonicMs()
    const { perWindow, windowMs } = windowOf(this.#pace.perSecond)
    while ((this.#granted[0]?.at ?? Infinity) <= now - this.#longestMs) this.#granted.shift()
    const room = (this.#granted[this.#granted.length - perWindow]?.at ?? -Infinity) + windowMs - now
    return Math.max(this.waitMs(), room)
  }
}

/** At most so many in any time of this length: whole requests in a second, or one in several. */
function windowOf(perSecond: number): { perWindow: number; windowMs: number } {
  const perWindow = Math.max(1, Math.ceil(perSecond))
  return { perWindow, windowMs: (perWindow / perSecond) * 1000 }
}
