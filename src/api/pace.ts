/**
 * How fast requests may go after the API has asked to wait: half as fast after each such answer, and a step
 * faster after every few that it gave. Additive increase and multiplicative decrease find the pace that an
 * API bears, and share it fairly with whoever else uses the account.
 */
export interface Pace {
  /** Requests a second, never more than was asked for. */
  readonly perSecond: number
  /** Answers since the pace was last changed. */
  readonly answers: number
}

/** However often it is asked to wait, a crawl goes on at this part of its rate. */
export const SLOWEST_PART = 1 / 16
/** So many answers earn a step back towards the full rate, of this part of it. */
export const ANSWERS_PER_STEP = 10
export const STEP_PART = 1 / 10

/** @param rate requests a second at most, as asked for */
export function fullPace(rate: number): Pace {
  return { perSecond: rate, answers: 0 }
}

/** The API has asked to wait. */
export function slower(pace: Pace, rate: number): Pace {
  return { perSecond: Math.max(rate * SLOWEST_PART, pace.perSecond / 2), answers: 0 }
}

/** The API has answered. */
export function faster(pace: Pace, rate: number): Pace {
  if (pace.perSecond >= rate) return fullPace(rate)
  const answers = pace.answers + 1
  if (answers < ANSWERS_PER_STEP) return { ...pace, answers }
  return { perSecond: Math.min(rate, pace.perSecond + rate * STEP_PART), answers: 0 }
}
