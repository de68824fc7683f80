import type { Page } from '../api/index.js'
import type { Candidate, PassStep } from '../db/index.js'

/** This many empty pages in a row are no listing any more: each is billed. */
export const MAX_EMPTY_PAGES = 4

/**
 * How a pass stands after a page: at its end, cut by its cap, broken, or going on at the next cursor. Pure.
 * @param cursorWasUsed whether the page's next cursor was already sent in this pass
 */
export function advance(page: Page, { checkpoint, maxPages }: Candidate, cursorWasUsed: boolean): PassStep {
  if (page.hasMore === false) return { state: 'completed' }
  if (page.next === null) {
    return page.hasMore === true ? { state: 'failed', reason: 'the page says that there is more, and gives no cursor to it' } : { state: 'completed' }
  }
  if (cursorWasUsed) return { state: 'failed', reason: `the listing goes in circles: page ${checkpoint.pages + 1} points back to a page already read` }
  if (page.items.length === 0 && checkpoint.emptyPages + 1 >= MAX_EMPTY_PAGES) {
    return { state: 'failed', reason: `${MAX_EMPTY_PAGES} empty pages in a row` }
  }
  if (maxPages !== null && checkpoint.pages + 1 >= maxPages) return { state: 'capped', cursor: page.next }
  return { state: 'open', cursor: page.next }
}

/**
 * Whether a stream is done without a request: because another run has just read it, because a counter says that there is
 * nothing, or because an interrupted pass is already as long as this run's cap.
 */
export function needsNoRequest(candidate: Candidate, emptyWhenZero: readonly (keyof Candidate['counters'])[]): 'complete' | 'gated' | 'capped' | undefined {
  const { alreadyRead, counters, checkpoint, maxPages } = candidate
  if (alreadyRead) return 'complete'
  const told = emptyWhenZero.map((name) => counters[name]).filter((count) => count !== null)
  if (told.length > 0 && told.every((count) => count === 0)) return 'gated'
  return checkpoint.passState === 'open' && maxPages !== null && checkpoint.pages >= maxPages ? 'capped' : undefined
}
