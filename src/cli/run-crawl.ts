import { ApiClient, type MicroUsd, type ReadRoute } from '../api/index.js'
import type { ApiSettings } from '../config.js'
import { Crawl, planRun, type BudgetCaps, type Crawler, type CrawlOutcome, type PlannedSeed, type RunRules } from '../crawl/index.js'
import { openStore, Reader, type Origin } from '../db/index.js'
import { ExitCode } from '../errors.js'
import { createLogger } from '../log.js'
import { count } from './format.js'
import type { CommandContext, GlobalFlags } from './index.js'
import { withProgress } from './progress-display.js'
import { printSummary, summaryJson, type Summary } from './summary.js'

export interface CrawlRequest {
  readonly seeds: readonly PlannedSeed[]
  readonly crawlers: readonly Crawler[]
  readonly origin: Origin
  readonly api: ApiSettings
  readonly concurrency: number
  readonly rate: number
  readonly prices: Partial<Record<ReadRoute, MicroUsd>>
  readonly rules: RunRules
  readonly caps: BudgetCaps
  readonly minAgeMs: number | null
  /** Whether unfinished runs are given up first. */
  readonly restart: boolean
  /** Commands worth trying next. */
  readonly next: readonly string[]
}

/** Crawls, shows progress, prints the summary. @returns the exit code of the run */
export async function runCrawl(request: CrawlRequest, flags: GlobalFlags, { output, version }: CommandContext): Promise<ExitCode> {
  const { crawlers, concurrency, api, rate, prices, rules, caps, minAgeMs } = request
  const plan = planRun(request.seeds, crawlers, rules)
  const store = openStore(flags.db, request.origin)
  const client = new ApiClient({ ...api, rate, concurrency, prices })
  const log = createLogger(flags.logLevel)
  const crawl = new Crawl({ store, client, crawlers, concurrency, log, programVersion: version, rules, caps, minAgeMs })
  const forgetSignals = stopOnSignals(crawl, (line) => output.note(line))
  let outcome: CrawlOutcome
  try {
    if (request.restart) output.note(`${count(await store.abandonRuns(), 'unfinished run')} given up; what they have read stays.`)
    outcome = await withProgress(!flags.noProgress, () => crawl.progress.view(), () => crawl.run(plan))
  } finally {
    forgetSignals()
    await client.close()
    await store.close()
  }
  const summary: Summary = { outcome, view: crawl.progress.view(), rows: rowsOf(flags.db), origin: request.origin, db: flags.db, next: request.next }
  if (outcome.stopped !== null) output.failure(outcome.stopped)
  else if (outcome.exitCode === ExitCode.streamsFailed) output.failure(failedLine(outcome, flags.db))
  printSummary(output, summary)
  output.json(summaryJson(summary))
  return outcome.exitCode
}

function failedLine({ tally, troubled }: CrawlOutcome, db: string): string {
  const first = troubled.find(({ state }) => state === 'failed')
  const example = first === undefined ? '' : `: ${first.stream} ${first.subject} (${first.reason})`
  const others = tally.failed > 1 ? `; \`sora-crawl status --db ${db}\` lists all` : ''
  return `${count(tally.failed, 'stream')} failed${example}${others} — the rest is complete, and the same command tries again.`
}

function rowsOf(db: string): Record<string, number> {
  const reader = new Reader(db)
  try {
    return reader.rows()
  } finally {
    reader.close()
  }
}

/** The first Ctrl-C or SIGTERM ends the crawl politely, a second one at once. */
function stopOnSignals(crawl: Crawl, say: (line: string) => void): () => void {
  let asked = false
  const onSignal = (): void => {
    if (asked) process.exit(ExitCode.stopped)
    asked = true
    say('Stopping: waiting for the requests in flight (again to quit at once).')
    crawl.stop('Interrupted: everything that was paid for is stored — the same command goes on where this one stopped.')
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
}
