import type { Estimate, EstimateLine } from '../crawl/index.js'
import type { EstimateRecord } from '../db/index.js'
import { columns, count, cut, dollars, number } from './format.js'

/**
 * An estimate for people: by seed and stream, in all, what is not known, and how good earlier estimates were.
 * @param limit the most lines of the table; the sum is that of all
 */
export function estimateText(estimate: Estimate, limit = Infinity): string {
  const { lines, total, unknown, records } = estimate
  if (lines.length === 0) return 'Nothing is left to read.'
  const table = columns(
    [HEADER, ...lines.slice(0, limit).map(row), ['in all', '', '', ...figures(total)]],
    '',
  )
  const more =
    lines.length > limit
      ? [`  … and ${count(lines.length - limit, 'more line')}: \`sora-crawl plan\` shows all`]
      : []
  const left =
    unknown.length === 0
      ? []
      : ['', 'Not known, and so not in these figures:', ...unknown.map(line => `  ${line}`)]
  const past =
    records.length === 0
      ? [FIRST]
      : ['', 'Earlier estimates of this command:', columns(records.map(recordRow))]
  return [table, ...more, '', rangeText(estimate), ...left, ...past].join('\n')
}

/** The most handles that are named. */
const NAMED = 3

function rangeText({ total, unfound, unknown }: Estimate): string {
  const low = dollars(total.low.cost)
  if (unfound.length > 0) {
    const names =
      unfound.length > NAMED
        ? `${number(unfound.length)} handles are`
        : `${unfound.join(', ')} ${unfound.length === 1 ? 'is' : 'are'}`
    return `In all: at least ${low}, cannot be estimated before ${names} found.`
  }
  const known = `to ${dollars(total.high.cost)}, likely ${dollars(total.likely.cost)}, of what is known.`
  return unknown.length === 0 ? `From ${low} ${known}` : `In all: at least ${low}; ${low} ${known}`
}

const HEADER = ['seed', 'stream', 'streams', 'low', 'likely', 'high', 'low $', 'likely $', 'high $']
const FIRST = 'The high figures hold for pages at least half as full as the API’s contract says.'

function row(line: EstimateLine): (string | number)[] {
  return [cut(line.seed, 32), line.stream, line.streams, ...figures(line)]
}

function figures({ low, likely, high }: Pick<EstimateLine, 'low' | 'likely' | 'high'>): (string | number)[] {
  return [
    low.requests,
    likely.requests,
    high.requests,
    dollars(low.cost),
    dollars(likely.cost),
    dollars(high.cost),
  ]
}

function recordRow({ run, low, likely, high, actual }: EstimateRecord): string[] {
  const off = actual === 0 ? '' : `, ${signed(((likely - actual) / actual) * 100)} %`
  return [
    `run ${run}`,
    `likely ${number(likely)} (${number(low)} to ${number(high)})`,
    `billed ${count(actual, 'request')}${off}`,
  ]
}

function signed(percent: number): string {
  return `${percent > 0 ? '+' : ''}${percent.toFixed(0)}`
}

/** The same as a JSON value; costs in dollars. */
export function estimateJson({ lines, total, unfound, unknown, records }: Estimate): unknown {
  const range = ({ low, likely, high }: Pick<EstimateLine, 'low' | 'likely' | 'high'>): unknown => ({
    requests: { low: low.requests, likely: likely.requests, high: high.requests },
    cost_usd: { low: low.cost / 1e6, likely: likely.cost / 1e6, high: high.cost / 1e6 },
  })
  return {
    total: range(total),
    streams: lines.map(line => ({
      seed: line.seed,
      stream: line.stream,
      streams: line.streams,
      ...(range(line) as object),
    })),
    unfound,
    unknown,
    earlier: records,
  }
}
