import type { Page } from '../api/index.js'
import type { Brings, Candidate, Counters, PageRows, PassStep } from '../db/index.js'
import type { Crawler, Gate, Order } from './contract.js'

/** This many empty pages in a row are no listing any more: each is billed. */
export const MAX_EMPTY_PAGES = 4
/** So many pages that only repeat what their pass has listed, and the listing has nothing else to show. */
export const MAX_REPEATED_PAGES = 3
/**
 * So many pages in a row without news, whatever they hold: the bound on what any listing can cost for
 * nothing.
 */
export const MAX_BARREN_PAGES = 10
/** A page that ends in this many known records has reached what earlier passes have read. */
export const KNOWN_TAIL = 5

/** What a run asks for beside its scope; part of what makes two commands the same. */
export interface RunRules {
  /** Every listing is read to its end, and gates are ignored. */
  readonly full: boolean
  readonly noGate: boolean
  /** `posts` are read on through posts younger than this, in milliseconds. */
  readonly recheckMs: number | null
}

/** What a page says about the place that its pass has reached. */
export interface Reach {
  /** The page ends in records that earlier completed passes have listed, and nothing asks to read on. */
  readonly endsInKnown: boolean
  /** Items of the page that no completed pass has listed. */
  readonly news: number
}

/**
 * Whether a page of a newest-first listing has reached what is known: its last five records (all, if it has
 * fewer) were listed by earlier completed passes of this stream. Records that were set aside count neither
 * way. Items met elsewhere, or listed only by passes that did not complete, are not known: below them there
 * may be others that nobody has seen.
 * @param known the ids that earlier completed passes have listed
 * @param youngerThan `--recheck`: the page has not reached the end while its tail holds a post younger than
 *   this ISO time
 */
export function reachOf(rows: PageRows, known: ReadonlySet<string>, youngerThan: string | null): Reach {
  const listed = rows.listed.filter(item => item !== undefined)
  const tail = listed.slice(-KNOWN_TAIL)
  const isYoung = (id: string): boolean =>
    youngerThan !== null && (rows.posts.get(id)?.posted_at ?? '') > youngerThan
  const endsInKnown = tail.length > 0 && tail.every(({ id }) => known.has(id) && !isYoung(id))
  return { endsInKnown, news: listed.filter(({ id }) => !known.has(id)).length }
}

/** How far a full pass has come in comparison with an ordinary one; see {@link Candidate.checkpoint}. */
export function auditOf(
  reach: Reach | undefined,
  { full, checkpoint }: Candidate,
): { knownFromPage: number | null; lateNews: number } {
  if (reach === undefined || !full) return { knownFromPage: null, lateNews: 0 }
  const isBelow = checkpoint.knownFromPage !== null
  return {
    knownFromPage: reach.endsInKnown ? checkpoint.pages + 1 : null,
    lateNews: isBelow ? reach.news : 0,
  }
}

/** What is known of a page beside what it says itself. */
export interface PageContext {
  readonly order: Order
  /** What the page says about early stop; undefined where the listing has none. */
  readonly reach: Reach | undefined
  readonly brings: Brings
  /** Whether the page's next cursor was already sent in this pass. */
  readonly cursorWasUsed: boolean
}

/**
 * How a pass stands after a page: at its end, at what is known, cut by its cap, broken, or going on at the
 * next cursor. Pure.
 */
export function advance(
  page: Page,
  { checkpoint, maxPages, full }: Candidate,
  { order, reach, brings, cursorWasUsed }: PageContext,
): PassStep {
  if (page.hasMore === false) return { state: 'completed' }
  if (page.badCursor !== undefined) return { state: 'failed', reason: page.badCursor }
  if (page.next === null) {
    return page.hasMore === true
      ? { state: 'failed', reason: 'the page says that there is more, and gives no cursor to it' }
      : { state: 'completed' }
  }
  if (reach?.endsInKnown === true && !full) return { state: 'completed' }
  if (cursorWasUsed)
    return {
      state: 'failed',
      reason: `the listing goes in circles: page ${checkpoint.pages + 1} points back to a page already read`,
    }
  // A ranked list moves while it is read, so that it may well show again what it has shown: that is where it
  // ends.
  if (brings === 'repeats' && checkpoint.repeatedPages + 1 >= MAX_REPEATED_PAGES)
    return { state: order === 'ranked' ? 'completed' : 'failed', reason: REPEATS }
  const standstill = brings === 'news' ? undefined : standstillOf(page, checkpoint)
  if (standstill !== undefined) return { state: 'failed', reason: standstill }
  if (maxPages !== null && checkpoint.pages + 1 >= maxPages) return { state: 'capped', cursor: page.next }
  return { state: 'open', cursor: page.next }
}

const REPEATS = `the listing only repeats itself: ${MAX_REPEATED_PAGES} pages without a new item`

/** Why a listing is not read on that names one more cursor, but has brought nothing for a while. */
function standstillOf(
  { items }: Page,
  { emptyPages, barrenPages }: Candidate['checkpoint'],
): string | undefined {
  if (items.length === 0 && emptyPages + 1 >= MAX_EMPTY_PAGES)
    return `${MAX_EMPTY_PAGES} empty pages in a row`
  return barrenPages + 1 >= MAX_BARREN_PAGES
    ? `${MAX_BARREN_PAGES} pages in a row list nothing that is new and can be read`
    : undefined
}

/**
 * Whether a stream is done without a request: because another run has just read it, because it was read a
 * short while ago, because counters say that there is nothing (or nothing new), or because an interrupted
 * pass is as long as this run's cap.
 * @param minAgeMs `--min-age`; a completion in the future does not count
 */
export function needsNoRequest(
  candidate: Candidate,
  crawler: Pick<Crawler, 'gate'>,
  rules: RunRules,
  { minAgeMs, nowMs }: { minAgeMs: number | null; nowMs: number },
): 'complete' | 'recent' | 'gated' | 'capped' | undefined {
  const { alreadyRead, counters, checkpoint, maxPages } = candidate
  if (alreadyRead) return 'complete'
  if (minAgeMs !== null && checkpoint.passState === 'completed' && checkpoint.completedAt !== null) {
    const age = nowMs - Date.parse(checkpoint.completedAt)
    if (age >= 0 && age < minAgeMs) return 'recent'
  }
  if (!rules.full && !rules.noGate && isGated(crawler.gate, counters, checkpoint.readCounters)) return 'gated'
  const sameMode = checkpoint.full === rules.full
  return checkpoint.passState === 'open' && sameMode && maxPages !== null && checkpoint.pages >= maxPages
    ? 'capped'
    : undefined
}

/** A counter that nobody told gates nothing; a difference in either direction is movement. */
function isGated(gate: Gate | null, now: Counters, before: Counters | null): boolean {
  const told = gate?.counters.filter(name => now[name] !== null) ?? []
  if (gate === null || told.length === 0) return false
  if (told.every(name => now[name] === 0)) return true
  return (
    gate.closedWhen === 'unmoved' &&
    before !== null &&
    gate.counters.every(name => now[name] === before[name])
  )
}
