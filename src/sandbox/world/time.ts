/** The moment at which every world stands still, in unix seconds: 2026-04-01T00:00:00Z. */
export const WORLD_END = 1_775_001_600

export const DAY = 86_400

/** Seconds with six decimals, as the platform serves them. */
export function micro(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}
