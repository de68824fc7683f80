import type { ListingRecord } from '../db/index.js'

/** Why a listing holds what it holds. */
export const coverageStates = [
  'complete',
  'repeats',
  'capped',
  'budget',
  'in progress',
  'failed',
  'private',
  'gone',
  'not found',
  'abandoned',
] as const

export type CoverageState = (typeof coverageStates)[number]

/** One listing: what the platform says there is, against what is held. */
export interface CoverageRow {
  readonly seed: string
  readonly stream: string
  readonly subject: string
  /** The platform's own count; null where it tells none. */
  readonly told: number | null
  /** Items that the listing is known to list and that have not gone. */
  readonly held: number
  /** Records of its last pass that could not be read. */
  readonly setAside: number
  /** Pages of its current or last pass. */
  readonly pages: number
  readonly state: CoverageState
  readonly reason: string | null
}

/** Sums over listings. */
export interface CoverageTotal {
  readonly listings: number
  /** Sum of the counts of those listings whose count is told; null if none is. */
  readonly told: number | null
  readonly held: number
  readonly setAside: number
  readonly pages: number
  /** Listings by state. */
  readonly states: Readonly<Partial<Record<CoverageState, number>>>
}

/** Sums over the listings of one stream under one seed. */
export interface CoverageSum extends CoverageTotal {
  readonly seed: string
  readonly stream: string
}

/** What a stored listing amounts to; pure. */
export function coverageOf(record: ListingRecord): CoverageRow {
  const { seed, stream, subject, told, held, setAside, pages } = record
  return {
    seed,
    stream,
    subject: subject === '' ? stream : subject,
    told,
    held,
    setAside,
    pages,
    ...stateOf(record),
  }
}

function stateOf(record: ListingRecord): Pick<CoverageRow, 'state' | 'reason'> {
  const { state, reason, pages } = record
  switch (state) {
    case 'complete':
      return reason === null
        ? { state: 'complete', reason: difference(record) }
        : { state: 'repeats', reason }
    case 'gated':
    case 'recent':
      return { state: 'complete', reason: difference(record) }
    case 'capped':
      return { state: 'capped', reason: `cut after ${pagesText(pages)}` }
    case 'failed':
      return { state: 'failed', reason }
    case 'unavailable':
      return { state: reason === 'private' ? 'private' : 'gone', reason: null }
    case 'doubtful':
      return { state: 'not found', reason }
    case 'withheld':
      return { state: 'in progress', reason }
    default:
      return openState(record)
  }
}

/** What the run that had it in scope last has not come to the end of; an earlier run may have. */
function openState({
  runState,
  stoppedBy,
  isOpen,
  pages,
  completedAt,
}: ListingRecord): Pick<CoverageRow, 'state' | 'reason'> {
  const before = completedAt === null ? '' : `; read to its end on ${completedAt.slice(0, 10)}`
  const progress = `${isOpen === 1 ? `${pagesText(pages)} read` : 'not begun'}${before}`
  if (runState === 'abandoned') return { state: 'abandoned', reason: progress }
  if (stoppedBy === 'cap' || stoppedBy === 'balance-empty' || stoppedBy === 'quota-spent')
    return { state: 'budget', reason: progress }
  return {
    state: 'in progress',
    reason: stoppedBy === null ? progress : `${progress}; stopped: ${stoppedBy}`,
  }
}

function pagesText(pages: number): string {
  return pages === 1 ? '1 page' : `${pages} pages`
}

/**
 * A listing that was read to its end can still differ from its counter: deleted and hidden items are counted,
 * and not listed.
 */
function difference({ told, held, setAside, hasForgotten }: ListingRecord): string | null {
  const missing = told === null ? 0 : told - held - setAside
  if (missing > 0 && hasForgotten === 1)
    return `the platform counts ${missing} more than is held; people who were forgotten may be among them`
  if (missing > 0) return `the platform counts ${missing} more than it lists`
  return missing < 0 ? `the platform counts ${-missing} fewer than it listed` : null
}

/** Adds up listings by seed and stream, in the order of their first appearance. */
export class CoverageSums {
  readonly #sums = new Map<string, CoverageSum>()
  #total: CoverageTotal = NOTHING

  add(row: CoverageRow): void {
    const { seed, stream } = row
    const key = JSON.stringify([seed, stream])
    this.#sums.set(key, { seed, stream, ...plus(this.#sums.get(key) ?? NOTHING, row) })
    this.#total = plus(this.#total, row)
  }

  values(): CoverageSum[] {
    return [...this.#sums.values()]
  }

  total(): CoverageTotal {
    return this.#total
  }
}

const NOTHING: CoverageTotal = { listings: 0, told: null, held: 0, setAside: 0, pages: 0, states: {} }

function plus(sum: CoverageTotal, { told, held, setAside, pages, state }: CoverageRow): CoverageTotal {
  return {
    listings: sum.listings + 1,
    told: told === null ? sum.told : (sum.told ?? 0) + told,
    held: sum.held + held,
    setAside: sum.setAside + setAside,
    pages: sum.pages + pages,
    states: { ...sum.states, [state]: (sum.states[state] ?? 0) + 1 },
  }
}
