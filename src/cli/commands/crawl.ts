import type { Argv } from 'yargs'
import { apiSettings, readEnvironment } from '../../config.js'
import { AppError } from '../../errors.js'
import { loadCrawlers } from '../../crawlers/index.js'
import type { SeedOptions } from '../../crawl/index.js'
import { DEFAULT_COLLECT_TEXT, positiveNumber, readCollect, wholeNumber } from '../flags.js'
import type { Command } from '../index.js'
import { runCrawl, type CrawlRequest } from '../run-crawl.js'
import { seedArguments, seedFile } from '../seed-files.js'
import { inSandbox, sandboxFlags, type SandboxFlags } from '../with-sandbox.js'

export interface CrawlFlags extends SandboxFlags {
  seed: string[]
  seeds?: string
  collect: string
  depth: number
  maxPages?: number
  concurrency: number
  rate?: number
  sandbox: boolean
}

/** Requests a second: gateways allow about ten, and the account is shared with whatever else the user runs. */
export const DEFAULT_RATE = 5
/** The sandbox is this machine's own. */
export const SANDBOX_RATE = 200

export const crawlCommand: Command<CrawlFlags> = {
  command: 'crawl [seed..]',
  describe: 'Crawl from seeds into the database; the same command continues what is unfinished',
  builder: (yargs) => crawlFlags(yargs) as Argv<CrawlFlags>,
  run: async (flags, context) => {
    const crawlers = await loadCrawlers()
    const options: SeedOptions = { collect: readCollect(flags.collect, crawlers), depth: flags.depth, maxPages: flags.maxPages ?? null }
    const files = { options, readCollect: (value: string | readonly string[]) => readCollect(value, crawlers) }
    const seeds = [...seedArguments(flags.seed, files), ...(flags.seeds === undefined ? [] : seedFile(flags.seeds, files))]
    if (seeds.length === 0) throw new AppError('bad-usage', 'name at least one seed, or a file of seeds with --seeds')
    const request = { seeds, crawlers, concurrency: flags.concurrency, next: [] } satisfies Partial<CrawlRequest>
    if (flags.sandbox) {
      return inSandbox(flags, (api) => runCrawl({ ...request, api, origin: 'sandbox', rate: flags.rate ?? SANDBOX_RATE }, flags, context))
    }
    const api = apiSettings(readEnvironment(process.cwd(), process.env))
    return runCrawl({ ...request, api, origin: 'real', rate: flags.rate ?? DEFAULT_RATE }, flags, context)
  },
}

function crawlFlags(yargs: Argv): Argv {
  return sandboxFlags(yargs)
    .positional('seed', { type: 'string', array: true, default: [], describe: 'feed, leaderboard, search:WORD, user-…, ch_…, @name, s_…, or the address of a profile or post' })
    .option('seeds', { type: 'string', requiresArg: true, describe: 'A file of seeds: text (one per line) or YAML' })
    .option('collect', { type: 'string', default: DEFAULT_COLLECT_TEXT, requiresArg: true, describe: 'Streams to follow for users and posts; also profile and remixes; or all' })
    .option('depth', { type: 'number', default: 0, requiresArg: true, coerce: wholeNumber('depth', 0), describe: 'How many hops from the seeds are followed' })
    .option('max-pages', { type: 'number', requiresArg: true, coerce: wholeNumber('max-pages', 1), describe: 'The most pages of one stream in one pass (the feed: 50 if not given)' })
    .option('concurrency', { type: 'number', default: 8, requiresArg: true, coerce: wholeNumber('concurrency', 1), describe: 'Requests in flight at most' })
    .option('rate', { type: 'number', requiresArg: true, coerce: positiveNumber('rate'), describe: `Requests a second at most [default: ${DEFAULT_RATE}; ${SANDBOX_RATE} with --sandbox]` })
    .option('sandbox', { type: 'boolean', default: false, describe: 'Crawl the built-in sandbox; no key is needed' })
    .example('$0 crawl feed --collect comments', 'the feed and the comments of its posts')
    .example('$0 crawl @sam user-Ab12 --depth 1', 'two users, and everyone met on the way')
    .example('$0 crawl --seeds seeds.yaml --db study.db', 'seeds with options of their own, into a file of your own')
    .example('$0 crawl feed --sandbox --db try.db', 'the same without a key, against the sandbox')
    .epilogue('Settings come from the environment, .env.local and .env: SORA_API_KEY with SORA_API_URL, or TIKOMNI_API_KEY (TIKOMNI_BASE_URL), or TIKHUB_API_KEY.')
}
