import { ApiClient, type MicroUsd, type ReadRoute } from '../api/index.js'
import type { ApiSettings } from '../config.js'
import {
  Crawl,
  estimateRun,
  planRun,
  type BudgetCaps,
  type Crawler,
  type CrawlOutcome,
  type PlannedSeed,
  type ProgressView,
  type RunRules,
} from '../crawl/index.js'
import { openStore, Reader, type CrawlStore, type OpenRun, type Origin } from '../db/index.js'
import { AppError, ExitCode } from '../errors.js'
import { createLogger } from '../log.js'
import { onStopSignals } from './on-signals.js'
import { mayAsk, maySpend, type Confirmation } from './confirm.js'
import { count } from './format.js'
import { estimateCrawl } from './rehearsal.js'
import { RenamedHandles } from './renamed-handles.js'
import { seedsLeft } from './seeds-left.js'
import type { CommandContext, GlobalFlags } from './command.js'
import { progressMode, withProgress, type Shown } from './progress-display.js'
import { expectedOf, leftText, restOf, type Expected } from './progress-left.js'
import { progressLine, progressLines } from './progress-text.js'
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
  readonly confirmation: Confirmation
  /** Commands worth trying next. */
  readonly next: readonly string[]
}

/** Crawls, shows progress, prints the summary. @returns the exit code of the run */
export async function runCrawl(
  request: CrawlRequest,
  flags: GlobalFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { output } = context
  const performed = await performCrawl(request, flags, context)
  const { outcome } = performed
  if (outcome.stopped !== null) output.failure(outcome.stopped)
  else if (outcome.exitCode === ExitCode.streamsFailed) output.failure(failedLine(outcome, flags.db))
  const summary = { ...performed, lost: output.lost }
  printSummary(output, summary)
  output.json('crawl', summaryJson(summary))
  return outcome.exitCode
}

/** Crawls and shows progress; says nothing of its own about how it ended. */
export async function performCrawl(
  request: CrawlRequest,
  flags: GlobalFlags,
  { output, version }: CommandContext,
): Promise<Summary> {
  const { crawlers, concurrency, api, rate, prices, rules, caps, minAgeMs } = request
  await confirm(flags.db, request)
  const store = openStore(flags.db, request.origin)
  const client = new ApiClient({ ...api, rate, concurrency, prices })
  const log = createLogger(flags.logLevel, error => output.stderrFailed(error))
  log.debug({ address: api.url, proxy: api.proxy?.name }, 'api')
  const crawl = new Crawl({
    store,
    client,
    crawlers,
    concurrency,
    log,
    programVersion: version,
    rules,
    caps,
    minAgeMs,
    lostWords: () => output.lost,
  })
  const forgetSignals = stopOnSignals(crawl, line => output.note(line))
  let outcome: CrawlOutcome
  try {
    if (request.restart)
      output.note(
        `${count(await store.abandonRuns(), 'unfinished run')} given up; what they have read stays.`,
      )
    const seeds = seedsLeft(request.seeds, store, output)
    const run = await store.openRun(planRun(seeds, crawlers, rules))
    const renamed = new RenamedHandles(seeds, store, output)
    renamed.tell()
    const expected = await expect(store, run, request, client)
    const shown = shownOf(crawl, expected, caps)
    outcome = await withProgress(progressMode(flags), output, shown, () => crawl.run(run))
    renamed.tell()
  } finally {
    forgetSignals()
    await client.close()
    await store.close()
  }
  return {
    outcome,
    lost: output.lost,
    view: crawl.progress.view(),
    rows: rowsOf(flags.db),
    origin: request.origin,
    db: flags.db,
    next: request.next,
  }
}

function shownOf({ progress }: Crawl, expected: Expected | null, caps: BudgetCaps): Shown {
  const now = (): [ProgressView, string | null] => {
    const view = progress.view()
    return [view, leftText(view, expected, caps)]
  }
  return {
    lines: width => {
      const [view, left] = now()
      return progressLines(view, width, left)
    },
    line: () => progressLine(...now()),
  }
}

/**
 * Asks where a person is to be asked, before anything of the run is written.
 * @throws AppError `not-confirmed`
 */
async function confirm(db: string, request: CrawlRequest): Promise<void> {
  const { caps, confirmation, origin } = request
  // Estimating a frontier of a million streams takes longer than reading its first pages.
  if (origin === 'sandbox' || !mayAsk(confirmation)) return
  const { estimate } = await estimateCrawl(db, request, { note: () => undefined })
  if (!(await maySpend(estimate, caps, confirmation)))
    throw new AppError('not-confirmed', 'nothing was sent, and no run was begun')
}

/**
 * What is still to come. What a new run is expected to cost is kept: beside it will stand what it did, and a
 * run that goes on is measured by it.
 */
async function expect(
  store: CrawlStore,
  run: OpenRun,
  { crawlers, rules, minAgeMs }: CrawlRequest,
  client: ApiClient,
): Promise<Expected | null> {
  const price = (route: ReadRoute): MicroUsd => client.price(route)
  if (run.resumed) {
    const routeOf = new Map(crawlers.map(({ name, route }) => [name, route]))
    return restOf(await store.notedEstimate(run), await store.tally(run.id), stream => {
      const route = routeOf.get(stream)
      return route === undefined ? 0 : price(route)
    })
  }
  const { rows, estimate } = await estimateRun(store, run, { crawlers, rules, minAgeMs, price })
  await store.noteEstimate(run, rows)
  return expectedOf(estimate)
}

function failedLine({ tally, troubled }: CrawlOutcome, db: string): string {
  const first = troubled.find(({ state }) => state === 'failed')
  const example = first === undefined ? '' : `: ${first.stream} ${first.subject} (${first.reason})`
  const others = tally.failed > 1 ? `; \`sora-crawl status --db ${db}\` lists all` : ''
  return (
    `${count(tally.failed, 'stream')} failed${example}${others} — the rest is complete, and the ` +
    'same command tries again.'
  )
}

function rowsOf(db: string): Record<string, number> {
  const reader = new Reader(db)
  try {
    return reader.rows()
  } finally {
    reader.close()
  }
}

/** The first signal that asks to stop ends the crawl politely, a second one at once. */
function stopOnSignals(crawl: Crawl, say: (line: string) => void): () => void {
  let asked = false
  return onStopSignals(() => {
    if (asked) process.exit(ExitCode.stopped)
    asked = true
    say('Stopping: waiting for the requests in flight (again to quit at once).')
    crawl.stop(
      'interrupted',
      'Interrupted: everything that was paid for is stored — the same command goes on where this ' +
        'one stopped.',
    )
  })
}
