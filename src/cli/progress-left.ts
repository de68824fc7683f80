import type { BudgetCaps, Estimate, ProgressView } from '../crawl/index.js'
import { count, dollars, duration } from './format.js'

/** What an invocation was expected to send and to cost when it began, in requests and millionths of a dollar. */
export interface Expected {
  readonly requests: number
  readonly cost: number
  /** `least`: there is more of which nobody knows how much. */
  readonly word: 'about' | 'at least'
}

export function expectedOf({ total, unknown, unfound }: Estimate): Expected {
  const isWhole = unknown.length === 0 && unfound.length === 0
  const { requests, cost } = isWhole ? total.likely : total.low
  return { requests, cost, word: isWhole ? 'about' : 'at least' }
}

/**
 * What the kept estimate of a run that goes on leaves after what it has sent; null where none was kept.
 * @param price of a stream's requests
 */
export function restOf(
  noted: readonly { readonly stream: string; readonly likely: number }[],
  sent: { readonly requests: number; readonly cost: number },
  price: (stream: string) => number,
): Expected | null {
  if (noted.length === 0) return null
  const requests = noted.reduce((sum, { likely }) => sum + likely, 0)
  const cost = noted.reduce((sum, { stream, likely }) => sum + likely * price(stream), 0)
  return {
    requests: Math.max(0, requests - sent.requests),
    cost: Math.max(0, cost - sent.cost),
    word: 'about',
  }
}

/** What is still to come, by the estimate and at the rate of now; null where nothing is, or nothing is known. */
export function leftText(view: ProgressView, expected: Expected | null, caps: BudgetCaps): string | null {
  if (expected === null || view.streams.open === 0) return null
  // What is in flight has not come, and has cost nothing yet.
  const requests = expected.requests - (view.requests - view.inFlight)
  const cost = Math.max(0, expected.cost - view.cost)
  if (requests <= 0)
    return `${expected.word === 'about' ? 'more than was expected' : 'nobody can say how much'}: ${count(view.streams.open, 'stream')} open`
  const perSecond = view.requestsPerSecond > 0 ? view.requestsPerSecond : averageOf(view)
  const time = perSecond > 0 ? `, ${duration((requests / perSecond) * 1_000)}` : ''
  return `${expected.word} ${dollars(cost)} for ${count(requests, 'request')}${time}${capText(view, { requests, cost }, caps)}`
}

const averageOf = ({ requests, elapsedMs }: ProgressView): number =>
  (requests * 1_000) / Math.max(1, elapsedMs)

/** The cap that ends the crawl before. */
function capText(
  view: ProgressView,
  left: { readonly requests: number; readonly cost: number },
  { maxRequests, maxCost }: BudgetCaps,
): string {
  if (maxCost !== null && maxCost - view.cost < left.cost)
    return `; stops after ${dollars(Math.max(0, maxCost - view.cost))} more`
  if (maxRequests !== null && maxRequests - view.requests < left.requests)
    return `; stops after ${count(Math.max(0, maxRequests - view.requests), 'more request')}`
  return ''
}
