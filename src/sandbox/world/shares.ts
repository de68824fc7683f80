/**
 * A line of places cut into consecutive shares, one per bearer, by a closed formula: who bears a place, and
 * which places someone bears, are both answered without a table.
 */
export class Shares {
  readonly #cumulative: (bearer: number) => number

  /** `cumulative(b)`: how many places the bearers before `b` have together; must not fall as `b` grows. */
  constructor(
    readonly bearers: number,
    cumulative: (bearer: number) => number,
  ) {
    this.#cumulative = cumulative
  }

  start(bearer: number): number {
    return bearer <= 0 ? 0 : Math.round(this.#cumulative(Math.min(bearer, this.bearers)))
  }

  end(bearer: number): number {
    return this.start(bearer + 1)
  }

  /** Who bears this place; undefined behind the last share. */
  bearerOf(place: number): number | undefined {
    if (place >= this.start(this.bearers)) return undefined
    let low = 0
    let high = this.bearers
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if (this.start(middle) <= place) low = middle
      else high = middle
    }
    return low
  }
}

/**
 * Shares that fall off like 1/rank, softened so that the first stays in the hundreds however large the world
 * is.
 */
export function softPowerLaw(bearers: number, places: number): Shares {
  const softness = 0.4 + bearers / 400
  const whole = Math.log(1 + bearers / softness)
  return new Shares(bearers, bearer => (places * Math.log(1 + bearer / softness)) / whole)
}
