import type { CrawlOutcome, ProgressView } from '../crawl/index.js'
import type { Origin, StreamReport } from '../db/index.js'
import type { Answer } from './answers/index.js'
import { toneOf } from './colour.js'
import { count, cut, dollars, duration, number } from './format.js'
import type { Output } from './output.js'

/** What a crawl has done, for people and for programs. */
export interface Summary {
  readonly outcome: CrawlOutcome
  readonly view: ProgressView
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>
  readonly origin: Origin
  /** What of our words could not be written. */
  readonly lost: readonly string[]
  readonly db: string
  readonly next: readonly string[]
}

const SHOWN_TROUBLES = 8

export function printSummary(output: Output, { outcome, view, rows, origin, lost, db, next }: Summary): void {
  const { run, tally, finished } = outcome
  const spent = `${dollars(view.cost)} for ${count(view.requests, 'request')}`
  const free = origin === 'sandbox' ? ' (what it would have cost: the sandbox is free)' : ''
  output.print('')
  output.print(
    `Run ${run.id} ${finished ? 'finished' : 'is unfinished'}: ${streamsText(tally)}, ` +
      `${spent}${free} in ${duration(view.elapsedMs)}.`,
  )
  if (view.slowed !== null)
    output.print(
      `The API asked to wait ${count(view.slowed.times, 'time')}: the crawl slowed down, to ` +
        `${number(view.slowed.perSecond)} requests a second at the least.`,
    )
  if (tally.requests > view.requests)
    output.print(
      `In all its parts the run has cost ${dollars(tally.cost)} for ${count(tally.requests, 'request')}.`,
    )
  if (lost.length > 0) output.print(`Some of the output could not be written: ${lost.join('; ')}.`)
  output.print(`\nRows in ${db}:`)
  output.table(Object.entries(rows))
  printTroubles(output, outcome.troubled, db)
  if (next.length > 0) output.print(`\nTry next:\n${next.map(command => `  ${command}`).join('\n')}`)
}

function streamsText({ done, open, failed }: CrawlOutcome['tally']): string {
  const parts = [`${count(done, 'stream')} done`]
  if (open > 0) parts.push(`${number(open)} open`)
  if (failed > 0) parts.push(`${number(failed)} failed`)
  return parts.join(', ')
}

function printTroubles(output: Output, troubled: readonly StreamReport[], db: string): void {
  if (troubled.length === 0) return
  output.print('\nNot complete:')
  const shown = troubled.slice(0, SHOWN_TROUBLES)
  output.table(
    shown.map(({ stream, subject, state, reason, pages }) => [
      stream,
      cut(subject, 40),
      { text: state, tone: toneOf(state) },
      cut(reason ?? `after ${count(pages, 'page')}`, 80),
    ]),
  )
  if (troubled.length > shown.length) output.print(`  … \`sora-crawl status --db ${db}\` lists more`)
}

/** The same as a JSON value. */
export function summaryJson({ outcome, view, rows, origin, lost, db }: Summary): Answer<'crawl'> {
  const { run, finished, exitCode, stopped, tally, troubled } = outcome
  return {
    run: run.id,
    resumed: run.resumed,
    finished,
    exit_code: exitCode,
    stopped,
    origin,
    db,
    streams: { done: tally.done, open: tally.open, failed: tally.failed },
    requests: view.requests,
    pages: view.pages,
    cost_usd: view.cost / 1_000_000,
    run_requests: tally.requests,
    run_cost_usd: tally.cost / 1_000_000,
    asked_to_wait: view.slowed?.times ?? 0,
    lowest_rate: view.slowed?.perSecond ?? null,
    elapsed_s: Math.round(view.elapsedMs) / 1_000,
    changes: view.rows,
    rows,
    not_complete: troubled,
    lost_output: lost,
  }
}
