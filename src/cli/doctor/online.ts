import { loadCrawlers } from '../../crawlers/index.js'
import { routes } from '../../api/index.js'
import { DEFAULT_COLLECT } from '../../crawl/index.js'
import { lastRequest } from '../../db/index.js'
import { AppError, catalogue, type ErrorCode, type ExitCode } from '../../errors.js'
import type { CommandContext, GlobalFlags } from '../command.js'
import { dollars } from '../format.js'
import { performCrawl } from '../run-crawl.js'
import { seedArguments, soundSeeds } from '../seed-files.js'
import { withApi } from '../with-api.js'
import { exitOfAnswer, verdictOf, verdictText, type Verdict } from './verdict.js'

/** The seed whose first page is asked for: of those that need no name, the one of the fewest records. */
const PROBE = 'leaderboard'

/** What one request has shown. */
export interface OnlineFacts extends Verdict {
  /** The route that was asked, and what the request was billed. */
  readonly asked: string
  readonly status: number | null
  readonly cost_usd: number
  /** What the answer means, as sentences. */
  readonly message: string
  readonly exit_code: ExitCode
}

/**
 * Crawls one page of a list that needs no name: the request goes through rate, budget and ledger as any other,
 * its page is kept, and the run is one of the database's.
 * @throws AppError where nothing can be sent
 */
export async function askOnce(flags: GlobalFlags, context: CommandContext): Promise<OnlineFacts> {
  const crawlers = await loadCrawlers()
  const crawler = crawlers.find(({ name }) => name === PROBE)
  if (crawler === undefined) throw new Error(`no crawler ${PROBE}`)
  const options = { collect: DEFAULT_COLLECT, depth: 0, maxPages: 1 }
  const seeds = soundSeeds(seedArguments([PROBE], { options, readCollect: () => DEFAULT_COLLECT }))
  return withApi({ ...NO_SANDBOX, sandbox: false }, context.output, async choice => {
    const { route } = crawler
    const price = choice.prices[route] ?? routes[route].price
    context.output.note(`Sends one request: ${route}, at most ${dollars(price)}.`)
    const before = lastOf(flags.db)?.id ?? 0
    const { view, outcome } = await performCrawl(
      { ...ONE_REQUEST, ...choice, seeds, crawlers },
      { ...flags, noProgress: true },
      context,
    )
    const answer = lastOf(flags.db)
    if (answer === null || answer.id <= before)
      throw new AppError('bad-usage', `nothing was sent: ${outcome.stopped ?? 'the run had nothing to ask'}`)
    const [code, words] = codeAndWords(answer.error)
    return {
      asked: route,
      status: answer.status,
      cost_usd: view.cost / 1_000_000,
      ...verdictOf(code),
      message: verdictText(code, words),
      exit_code: exitOfAnswer(code),
    }
  })
}

const NO_SANDBOX = { users: 1, worldSeed: 1, faults: 'none' } as const
const ONE_REQUEST = {
  rules: { full: false, noGate: false, recheckMs: null },
  caps: { maxRequests: 1, maxCost: null },
  minAgeMs: null,
  restart: false,
  concurrency: 1,
  confirmation: { above: 0, yes: true },
  next: [],
} as const

/** A database that is not there yet has sent nothing. */
function lastOf(file: string): ReturnType<typeof lastRequest> {
  try {
    return lastRequest(file)
  } catch {
    return null
  }
}

/** The ledger's `code: words`. */
function codeAndWords(error: string | null): [ErrorCode | null, string] {
  if (error === null) return [null, '']
  const [, code = '', words = ''] = /^([a-z-]+): ([^]*)$/.exec(error) ?? []
  return code in catalogue ? [code as ErrorCode, words] : ['malformed-answer', error]
}
