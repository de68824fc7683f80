import { Dice } from './world/chance.js'

/** What can go wrong with one request. */
export type FaultKind =
  /** 429 with Retry-After in seconds, as an HTTP date, or with X-RateLimit-Reset */
  | 'rateLimited'
  /** 500, 502, 503 or 504 */
  | 'serverError'
  /** the connection is reset before an answer */
  | 'reset'
  /** a 200 whose body ends early */
  | 'cutBody'
  /** a login page with 200, or a CDN's error page */
  | 'htmlPage'
  /** a 200 that carries the platform's error as its data */
  | 'errorInside'
  /** 400 "Request failed. Please retry." */
  | 'pleaseRetry'
  /** a page without items, whose cursor leads on */
  | 'emptyPage'
  /** a good cursor is refused, once per listing */
  | 'deadCursor'

/** How often what goes wrong: a probability per request for each kind, and for slow answers. */
export interface FaultMix {
  readonly about: string
  readonly odds: Readonly<Partial<Record<FaultKind, number>>>
  readonly slow: number
}

export type FaultName = 'calm' | 'flaky' | 'rough' | 'limited' | 'broken' | 'stale' | 'slow'

/** The mixes that can be asked for by name. */
export const faultMixes: Readonly<Record<FaultName, FaultMix>> = {
  calm: { about: 'nothing fails; a few answers are slow', slow: 0.02, odds: {} },
  flaky: {
    about: 'an ordinary bad day: some limits, errors and resets',
    slow: 0.05,
    odds: { rateLimited: 0.01, serverError: 0.03, reset: 0.01, cutBody: 0.01, pleaseRetry: 0.02 },
  },
  rough: {
    about: 'everything that can go wrong does, every fourth request',
    slow: 0.1,
    odds: {
      rateLimited: 0.03,
      serverError: 0.05,
      reset: 0.03,
      cutBody: 0.03,
      htmlPage: 0.03,
      errorInside: 0.02,
      pleaseRetry: 0.03,
      emptyPage: 0.03,
      deadCursor: 0.02,
    },
  },
  limited: { about: 'the rate limit bites', slow: 0, odds: { rateLimited: 0.15 } },
  broken: { about: 'connections break and bodies are cut', slow: 0, odds: { reset: 0.12, cutBody: 0.12 } },
  stale: { about: 'cursors die and pages come empty', slow: 0, odds: { emptyPage: 0.15, deadCursor: 0.15 } },
  slow: { about: 'every answer takes hundreds of milliseconds', slow: 1, odds: {} },
}

/** What is asked for: enough to keep a fault from making it unreachable. */
export interface Target {
  /** The listing or thing, without its cursor. */
  readonly subject: string
  readonly cursor: string
}

/** One throw: perhaps a fault, with dice for its details, and how long to wait before anything else. */
export interface Throw {
  readonly kind: FaultKind | undefined
  readonly dice: Dice
  readonly delayMs: number
}

/** A client tries a few times; so nothing fails more often in a row, and neither does the whole. */
const FAILURES_PER_TARGET = 2
const FAILURES_IN_A_ROW = 4
const REMEMBERED = 10_000
/** Faults that are answered with 200: never twice, since a client may take the second for the truth. */
const billed: ReadonlySet<FaultKind> = new Set(['cutBody', 'htmlPage', 'errorInside'])

/**
 * Throws faults by a mix, the same for the same seed and request number, and never so that a listing cannot
 * be finished.
 */
export class Faults {
  readonly #failures = new Map<string, number>()
  readonly #diedIn = new Set<string>()
  #thrown = 0
  #inARow = 0

  constructor(
    readonly seed: number,
    readonly mix: FaultMix,
  ) {}

  throwFor(target: Target): Throw {
    this.#thrown += 1
    const dice = new Dice(this.seed, 77, this.#thrown)
    const delayMs = dice.unit() < this.mix.slow ? 150 + dice.below(350) : 0
    const kind = this.#allowed(this.#draw(dice.unit()), target)
    return { kind, dice, delayMs }
  }

  #draw(chance: number): FaultKind | undefined {
    let rest = chance
    for (const [kind, odds] of Object.entries(this.mix.odds) as [FaultKind, number][]) {
      rest -= odds
      if (rest < 0) return kind
    }
    return undefined
  }

  #allowed(kind: FaultKind | undefined, { subject, cursor }: Target): FaultKind | undefined {
    const key = `${subject} ${cursor}`
    const failures = this.#failures.get(key) ?? 0
    if (kind === undefined || kind === 'emptyPage') return this.#pass(key, kind)
    if (kind === 'deadCursor')
      return cursor === '' || this.#diedIn.has(subject) ? this.#pass(key, undefined) : this.#kill(subject)
    const tooOften = failures >= FAILURES_PER_TARGET || this.#inARow >= FAILURES_IN_A_ROW
    if (tooOften || (failures > 0 && billed.has(kind))) return this.#pass(key, undefined)
    this.#inARow += 1
    remember(this.#failures).set(key, failures + 1)
    return kind
  }

  #pass(key: string, kind: FaultKind | undefined): FaultKind | undefined {
    this.#inARow = 0
    this.#failures.delete(key)
    return kind
  }

  #kill(subject: string): FaultKind {
    remember(this.#diedIn).add(subject)
    return 'deadCursor'
  }
}

/** Makes room for one more. */
function remember<C extends Map<string, number> | Set<string>>(memory: C): C {
  if (memory.size < REMEMBERED) return memory
  const oldest = memory.keys().next()
  if (oldest.done !== true) memory.delete(oldest.value)
  return memory
}
