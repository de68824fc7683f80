/**
 * One listing of a world: items are indexes of users or posts, or ranks of comments. Every question costs
 * little.
 */
export interface Listing {
  readonly length: number
  at(position: number): number
  /** Where an item stands; undefined when the listing does not hold it. A cursor is anchored by this. */
  positionOf(item: number): number | undefined
}

/** A listing that is small enough to be written out. */
export function listingOf(items: readonly number[]): Listing {
  return {
    length: items.length,
    at: position => items[position] ?? 0,
    positionOf: item => {
      const position = items.indexOf(item)
      return position < 0 ? undefined : position
    },
  }
}

/** The listing 0, 1, … length-1. */
export function countUp(length: number): Listing {
  return {
    length,
    at: position => position,
    positionOf: item => (item >= 0 && item < length ? item : undefined),
  }
}
