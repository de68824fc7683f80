import type { EstimateKind } from './port.js'

/**
 * How a listing stands before a run. `done`: it takes no request in this run. `away`: refused as gone or
 * private when it was last asked for. `empty`, `unmoved`: its counters spare it, unless they move. `open`:
 * its pass goes on. `read`: a pass of it has completed.
 */
export type ListingState = 'done' | 'away' | 'empty' | 'unmoved' | 'open' | 'read' | 'fresh'

/** What is known of a listing. */
export interface ListingFacts {
  readonly state: ListingState
  readonly depth: number
  readonly maxPages: number | null
  /** Pages and records of its current or last pass. */
  readonly pages: number
  readonly items: number
  /** How long its counter says it is; else how many of its items are held, once it was read. */
  readonly size: number | null
  /** Items that `--recheck` reads on through. */
  readonly young: number
}

/** How full the pages of a route are. */
export interface PageFill {
  /** Records on a page on average, and at least. */
  readonly usual: number
  readonly least: number
  /** Pages of a listing of which nothing is known. */
  readonly mean: number
  /** Whether any page of the route has been seen. */
  readonly isObserved: boolean
}

export interface Expected {
  readonly low: number
  readonly likely: number
  readonly high: number
  /**
   * More than this it cannot be, however little is known: the cap on pages of a listing that can have no
   * newcomers beside it.
   */
  readonly limit: number
}

/** By so much may listings grow between two crawls, for the high estimate. */
const LISTING_GROWTH = 1.5
/** And by so much the number of listings. */
const SCOPE_GROWTH = 1.3
/** Of the listings that counters call empty, so many may have got a first item. */
const FIRST_ITEMS = 0.3
/** Of the listings whose counters had not moved, so many may have moved. */
const MOVES = 0.75
/** Of what is expected, so much comes about though entities vanish: refusals are not billed. */
const REMAINS = 0.75

/**
 * The billed requests that a listing takes in a run, with those that may come into scope beside it; fractions
 * are chances. Pure.
 */
export function expectedPages(
  listing: ListingFacts,
  kind: Pick<EstimateKind, 'accepts' | 'order'>,
  fill: PageFill,
  full: boolean,
): Expected {
  const { low, likely, high } = ofListing(listing, kind, fill, full)
  const cap =
    listing.maxPages === null ? Infinity : listing.maxPages - (listing.state === 'open' ? listing.pages : 0)
  const canVanish = kind.accepts !== 'feed' && kind.accepts !== 'leaderboard'
  const hasNewcomers = listing.depth > 0 || kind.accepts === 'post' || kind.accepts === 'comment'
  return {
    low: Math.min(low, cap) * (canVanish ? REMAINS : 1),
    likely: Math.min(likely, cap),
    high: Math.min(high, cap) * (hasNewcomers ? SCOPE_GROWTH : 1),
    limit: hasNewcomers ? Infinity : cap,
  }
}

function ofListing(
  listing: ListingFacts,
  { accepts, order }: Pick<EstimateKind, 'accepts' | 'order'>,
  fill: PageFill,
  full: boolean,
): Omit<Expected, 'limit'> {
  const { whole, most } = order === 'single' ? { whole: 1, most: 1 } : lengthOf(listing, fill)
  switch (listing.state) {
    case 'done':
      return { low: 0, likely: 0, high: 0 }
    case 'away':
      return { low: 0, likely: 0, high: 1 }
    case 'empty':
      // A user's 0 spares the listing only where this run is told it, too.
      return accepts === 'user'
        ? { low: 0, likely: 1, high: most }
        : { low: 0, likely: 0, high: FIRST_ITEMS * most }
    case 'unmoved':
      return { low: 0, likely: 0, high: MOVES * most }
    case 'open':
      return { low: 1, likely: Math.max(1, whole - listing.pages), high: Math.max(1, most - listing.pages) }
    case 'read':
      if (order === 'newest-first' && !full) return upToKnown(listing, fill, { whole, most })
      break
    case 'fresh':
  }
  return { low: Math.max(1, REMAINS * whole), likely: whole, high: most }
}

/** A newest-first listing is read up to what is known, and with `--recheck` on through what is young. */
function upToKnown(
  { young }: ListingFacts,
  fill: PageFill,
  { whole, most }: { whole: number; most: number },
): Omit<Expected, 'limit'> {
  const likely = Math.min(whole, 1 + Math.floor(young / fill.usual))
  return { low: 1, likely, high: Math.min(most, likely + Math.ceil(most / 2)) }
}

/** Pages of the listing as it is likely to be, and as it may have become. */
function lengthOf({ size, items, maxPages }: ListingFacts, fill: PageFill): { whole: number; most: number } {
  const known = size ?? (items > 0 ? items : null)
  const whole = Math.max(1, known === null ? fill.mean : Math.ceil(known / fill.usual))
  // Where nothing is known of a route, its listings may end in an empty page.
  const spare = fill.isObserved ? 0 : 1
  const most = Math.max(
    1,
    Math.ceil((LISTING_GROWTH * Math.max(known ?? fill.mean * fill.usual, items)) / fill.least) + spare,
  )
  return { whole, most: known === null && maxPages !== null ? maxPages : most }
}
