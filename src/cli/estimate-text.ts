import type { Estimate, EstimateLine } from '../crawl/index.js'
import type { EstimateRecord } from '../db/index.js'
import type { Answer } from './answers/index.js'
import { columns, screenWidth, type Cell } from './columns.js'
import { count, cut, dollars, number } from './format.js'

/**
 * An estimate for people: by seed and stream, in all, what is not known, and how good earlier estimates were.
 * @param limit the most lines of the table; the sum is that of all
 * @param width columns of the screen
 */
export function estimateText(estimate: Estimate, limit = Infinity, width = screenWidth()): string {
  const { lines, total, unknown, records } = estimate
  if (lines.length === 0) return 'Nothing is left to read.'
  const isNarrow = width < ALL_FIGURES_FROM
  const figures = (range: Range): Cell[] => [...(isNarrow ? [] : requests(range)), ...costs(range)]
  const table = columns(
    [
      isNarrow ? HEADER.filter(name => !REQUESTS.includes(name)) : HEADER,
      ...lines.slice(0, limit).map(line => [cut(line.seed, 32), line.stream, line.streams, ...figures(line)]),
      ['in all', '', '', ...figures(total)],
    ],
    { indent: '', width },
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
      : ['', 'Earlier estimates of this command:', columns(records.map(recordRow), { width })]
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

/** Columns of a screen by which dollars stand beside the requests that they are for. */
const ALL_FIGURES_FROM = 76
const REQUESTS = ['low', 'likely', 'high']
const HEADER = ['seed', 'stream', 'streams', ...REQUESTS, 'low $', 'likely $', 'high $']
const FIRST = 'The high figures hold for pages at least half as full as the API’s contract says.'

type Range = Pick<EstimateLine, 'low' | 'likely' | 'high'>

const requests = ({ low, likely, high }: Range): Cell[] => [low, likely, high].map(one => one.requests)
const costs = ({ low, likely, high }: Range): Cell[] => [low, likely, high].map(one => dollars(one.cost))

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
export function estimateJson({
  lines,
  total,
  unfound,
  unknown,
  records,
}: Estimate): Omit<Answer<'plan'>, 'db' | 'resumes'> {
  const range = ({ low, likely, high }: Range): Pick<Answer<'plan'>['total'], 'requests' | 'cost_usd'> => ({
    requests: { low: low.requests, likely: likely.requests, high: high.requests },
    cost_usd: { low: low.cost / 1e6, likely: likely.cost / 1e6, high: high.cost / 1e6 },
  })
  return {
    total: range(total),
    streams: lines.map(line => ({
      seed: line.seed,
      stream: line.stream,
      streams: line.streams,
      ...range(line),
    })),
    unfound,
    unknown,
    earlier: records,
  }
}
