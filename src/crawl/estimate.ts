import { routes, type MicroUsd, type ReadRoute } from '../api/index.js'
import type { CrawlStore, EstimateKind, EstimateRecord, EstimateRow, OpenRun } from '../db/index.js'
import type { Crawler } from './contract.js'
import type { RunRules } from './pass.js'

/** Requests and what they cost, in millionths of a dollar. */
export interface Figure {
  readonly requests: number
  readonly cost: MicroUsd
}

export interface Range {
  readonly low: Figure
  readonly likely: Figure
  readonly high: Figure
}

export interface EstimateLine extends Range {
  readonly seed: string
  readonly stream: string
  readonly streams: number
}

/** What a run is expected to cost, from what the database knows. */
export interface Estimate {
  readonly lines: readonly EstimateLine[]
  readonly total: Range
  /** What the figures leave out because nobody knows it, as sentences. */
  readonly unknown: readonly string[]
  /** Earlier estimates of the same command beside what the runs were billed, newest first. */
  readonly records: readonly EstimateRecord[]
}

export interface EstimateParts {
  readonly crawlers: readonly Crawler[]
  readonly rules: RunRules
  readonly minAgeMs: number | null
  readonly price: (route: ReadRoute) => MicroUsd
}

/** Estimates an open run; sends nothing. @returns the rows too, to be kept beside what the run will have cost */
export async function estimateRun(store: CrawlStore, run: OpenRun, parts: EstimateParts): Promise<{ estimate: Estimate; rows: readonly EstimateRow[] }> {
  const { rules, minAgeMs } = parts
  const { rows, records } = await store.estimate(run, parts.crawlers.map(kindOf), { full: rules.full, noGate: rules.noGate, minAgeMs })
  const priceOf = new Map(parts.crawlers.map(({ name, route }) => [name, parts.price(route)]))
  const lines = rows.map((row) => lineOf(row, priceOf.get(row.stream) ?? 0))
  return { estimate: { lines, total: totalOf(lines), unknown: unknowns(rows, parts.crawlers), records }, rows }
}

function kindOf({ name, accepts, length, order, gate, route }: Crawler): EstimateKind {
  return { stream: name, accepts, length, order, gate, pageSize: routes[route].pageSize }
}

function lineOf({ seed, stream, streams, low, likely, high }: EstimateRow, price: MicroUsd): EstimateLine {
  const figure = (requests: number): Figure => ({ requests, cost: Math.round(requests * price) })
  return { seed, stream, streams, low: figure(low), likely: figure(likely), high: figure(high) }
}

function totalOf(lines: readonly EstimateLine[]): Range {
  const sum = (name: keyof Range): Figure => ({
    requests: lines.reduce((total, line) => total + line[name].requests, 0),
    cost: lines.reduce((total, line) => total + line[name].cost, 0),
  })
  return { low: sum('low'), likely: sum('likely'), high: sum('high') }
}

/** Listings of unknown length, and listings whose items will bring streams that nobody has seen yet. */
function unknowns(rows: readonly EstimateRow[], crawlers: readonly Crawler[]): string[] {
  return crawlers.flatMap(({ name }) => {
    const unknown = rows.filter(({ stream }) => stream === name).reduce((total, row) => total + row.unknown, 0)
    return unknown === 0 ? [] : [`${name}: the length of ${unknown} listing${unknown === 1 ? '' : 's'} is not known, nor what their items will bring into scope`]
  })
}
