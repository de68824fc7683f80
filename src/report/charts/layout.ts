export interface Tie {
  readonly from: number
  readonly to: number
  /** 1 and more. */
  readonly weight: number
}

export interface Place {
  readonly x: number
  readonly y: number
}

const ROUNDS = 400
/** How strongly everything is pulled to the middle. */
const PULL = 0.6

/**
 * Places for the nodes of a network, each coordinate from 0 to 1: tied ones attract, those that are near
 * repel each other (Fruchterman and Reingold), and a pull to the middle keeps parts together that nothing
 * ties. The same network gives the same places: the start comes from a counter, and nothing but +, -, *, /
 * and roots is computed, which are the same on every machine.
 */
export function placeNodes(count: number, ties: readonly Tie[]): Place[] {
  const x = new Float64Array(count)
  const y = new Float64Array(count)
  const next = randomNumbers()
  for (let i = 0; i < count; i += 1) {
    x[i] = next()
    y[i] = next()
  }
  const ideal = 0.9 / Math.sqrt(Math.max(1, count))
  for (let round = 0; round < ROUNDS; round += 1) {
    const reach = 0.1 * (1 - round / ROUNDS)
    moveOnce(x, y, ties, ideal, reach)
  }
  return fitted(x, y)
}

/** Uniform in [0, 1), the same in every run (mulberry32). */
function randomNumbers(): () => number {
  let state = 7
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

function moveOnce(
  x: Float64Array,
  y: Float64Array,
  ties: readonly Tie[],
  ideal: number,
  reach: number,
): void {
  const count = x.length
  const dx = new Float64Array(count)
  const dy = new Float64Array(count)
  const push = (i: number, j: number, force: (distance: number) => number): void => {
    const ax = at(x, i) - at(x, j)
    const ay = at(y, i) - at(y, j)
    const distance = Math.max(1e-4, Math.sqrt(ax * ax + ay * ay))
    const strength = force(distance) / distance
    dx[i] = at(dx, i) + ax * strength
    dy[i] = at(dy, i) + ay * strength
    dx[j] = at(dx, j) - ax * strength
    dy[j] = at(dy, j) - ay * strength
  }
  for (let i = 0; i < count; i += 1) {
    for (let j = i + 1; j < count; j += 1)
      push(i, j, distance => (distance > 4 * ideal ? 0 : (ideal * ideal) / distance))
  }
  for (const { from, to, weight } of ties)
    push(from, to, distance => (-distance * distance * Math.sqrt(weight)) / (ideal * 2))
  for (let i = 0; i < count; i += 1) {
    dx[i] = at(dx, i) + (0.5 - at(x, i)) * ideal * PULL
    dy[i] = at(dy, i) + (0.5 - at(y, i)) * ideal * PULL
    const length = Math.max(1e-9, Math.sqrt(at(dx, i) ** 2 + at(dy, i) ** 2))
    const step = Math.min(length, reach) / length
    x[i] = at(x, i) + at(dx, i) * step
    y[i] = at(y, i) + at(dy, i) * step
  }
}

function at(values: Float64Array, i: number): number {
  return values[i] ?? 0
}

function fitted(x: Float64Array, y: Float64Array): Place[] {
  const scale = (values: Float64Array): ((i: number) => number) => {
    const low = Math.min(...values)
    const span = Math.max(...values) - low
    return i => (span === 0 ? 0.5 : (at(values, i) - low) / span)
  }
  const [ofX, ofY] = [scale(x), scale(y)]
  return Array.from(x, (_, i) => ({ x: ofX(i), y: ofY(i) }))
}
