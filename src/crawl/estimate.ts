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
  /** The price of the dearest route: no request costs more. */
  readonly dearest: MicroUsd
  /** Seeds of handles that no request has found yet: nothing is known of what they lead to. */
  readonly unfound: readonly string[]
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

/**
 * Estimates an open run; sends nothing. @returns the rows too, to be kept beside what the run will have cost
 */
export async function estimateRun(
  store: CrawlStore,
  run: OpenRun,
  parts: EstimateParts,
): Promise<{ estimate: Estimate; rows: readonly EstimateRow[] }> {
  const { rules, minAgeMs } = parts
  const { rows, records } = await store.estimate(run, parts.crawlers.map(kindOf), { ...rules, minAgeMs })
  const priceOf = new Map(parts.crawlers.map(({ name, route }) => [name, parts.price(route)]))
  const searches = new Set(
    parts.crawlers.filter(({ accepts }) => accepts === 'query').map(({ name }) => name),
  )
  const isUnfound = ({ seed, stream, opens }: EstimateRow): boolean =>
    searches.has(stream) && seed.startsWith('@') && opens > 0
  const unfound = rows.filter(isUnfound).map(({ seed }) => seed)
  // A search is sent, whoever there is.
  const sure = rows.map(row => (isUnfound(row) ? { ...row, low: row.likely } : row))
  const lines = sure.map(row => lineOf(row, priceOf.get(row.stream) ?? 0))
  const dearest = Math.max(...priceOf.values())
  return {
    estimate: {
      lines,
      total: totalOf(lines),
      dearest,
      unfound,
      unknown: unknowns(rows, parts.crawlers),
      records,
    },
    rows,
  }
}

function kindOf({ name, accepts, length, lists, order, recheck, gate, route }: Crawler): EstimateKind {
  return { stream: name, accepts, length, lists, order, recheck, gate, pageSize: routes[route].pageSize }
}

function lineOf({ seed, stream, streams, low, likely, high }: EstimateRow, price: MicroUsd): EstimateLine {
  const figure = (requests: number): Figure => ({ requests, cost: requests * price })
  return { seed, stream, streams, low: figure(low), likely: figure(likely), high: figure(high) }
}

function totalOf(lines: readonly EstimateLine[]): Range {
  const sum = (name: keyof Range): Figure => ({
    requests: lines.reduce((total, line) => total + line[name].requests, 0),
    cost: lines.reduce((total, line) => total + line[name].cost, 0),
  })
  return { low: sum('low'), likely: sum('likely'), high: sum('high') }
}

/**
 * Listings of unknown length, and listings whose items will bring others into scope that nobody has seen yet.
 */
function unknowns(rows: readonly EstimateRow[], crawlers: readonly Crawler[]): string[] {
  return crawlers.flatMap(({ name }) => {
    const sum = (column: 'unknown' | 'opens'): number =>
      rows.reduce((total, row) => total + (row.stream === name ? row[column] : 0), 0)
    const [unknown, opens] = [sum('unknown'), sum('opens')]
    return [
      ...(unknown === 0 ? [] : [`${name}: how long ${listings(unknown)} ${unknown === 1 ? 'is' : 'are'}`]),
      ...(opens === 0
        ? []
        : [`${name}: what ${listings(opens)}, never read to the end, will bring into scope`]),
    ]
  })
}

function listings(n: number): string {
  return `${n} listing${n === 1 ? '' : 's'}`
}
