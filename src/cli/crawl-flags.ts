import type { Argv } from 'yargs'
import type { BudgetCaps, Crawler, PlannedSeed, RunRules, SeedOptions } from '../crawl/index.js'
import { AppError } from '../errors.js'
import type { Confirmation } from './confirm.js'
import { age, DEFAULT_COLLECT_TEXT, positiveNumber, readCollect, usd, wholeNumber } from './flags.js'
import { seedArguments, seedFile, soundSeeds, type SeedEntry, type SeedFileContext } from './seed-files.js'
import { DEFAULT_RATE, SANDBOX_RATE, type ApiFlags } from './with-api.js'
import { SANDBOX_GROUP, sandboxFlags } from './with-sandbox.js'

/** The groups in which the help shows the flags. */
const READ = 'What is read:'
const AGAIN = 'What is read again, and what is left out:'
const COST = 'Cost:'
const SPEED = 'Speed:'

export interface CrawlFlags extends ApiFlags {
  seed: string[]
  seeds?: string
  column?: string
  seedsSql?: string
  collect: string
  depth: number
  maxPages?: number
  full: boolean
  noGate: boolean
  recheck?: number
  minAge?: number
  maxRequests?: number
  maxCost?: number
  restart: boolean
  confirmAbove: number
  yes: boolean
  concurrency: number
}

/** What the flags of a crawl ask for. */
export interface CrawlWish {
  readonly seeds: readonly PlannedSeed[]
  readonly rules: RunRules
  readonly caps: BudgetCaps
  readonly minAgeMs: number | null
  readonly restart: boolean
  readonly confirmation: Confirmation
  readonly concurrency: number
}

/** @throws AppError `bad-seed` or `bad-usage` */
export async function readCrawlFlags(
  flags: CrawlFlags & { readonly db: string },
  crawlers: readonly Crawler[],
): Promise<CrawlWish> {
  const options: SeedOptions = {
    collect: readCollect(flags.collect, crawlers),
    depth: flags.depth,
    maxPages: flags.maxPages ?? null,
  }
  const files = { options, readCollect: (value: string | readonly string[]) => readCollect(value, crawlers) }
  const seeds = soundSeeds(await seedsOf(flags, files))
  if (seeds.length === 0)
    throw new AppError('bad-usage', 'name at least one seed, or a file of seeds with --seeds')
  return {
    seeds,
    rules: { full: flags.full, noGate: flags.noGate, recheckMs: flags.recheck ?? null },
    caps: { maxRequests: flags.maxRequests ?? null, maxCost: flags.maxCost ?? null },
    minAgeMs: flags.minAge ?? null,
    restart: flags.restart,
    confirmation: { above: flags.confirmAbove, yes: flags.yes },
    concurrency: flags.concurrency,
  }
}

/** Every seed that the command names, wherever it stands. */
async function seedsOf(
  { seed, seeds, column, seedsSql, db }: CrawlFlags & { readonly db: string },
  files: SeedFileContext,
): Promise<SeedEntry[]> {
  if (column !== undefined && (seeds === undefined || /\.ya?ml$/i.test(seeds)))
    throw new AppError('bad-usage', '--column names a column of a CSV file, which --seeds names')
  const listed = seeds === undefined ? [] : await seedFile(seeds, files, column)
  const found =
    seedsSql === undefined ? [] : await (await import('./sql-seeds.js')).sqlSeeds(db, seedsSql, files)
  return [...seedArguments(seed, files), ...listed, ...found]
}

/** Adds the flags of a crawl: what is read, what is spared, what may be spent, how fast. */
export function crawlFlags(yargs: Argv): Argv {
  return sandboxFlags(speedFlags(costFlags(sparingFlags(scopeFlags(yargs))))).epilogue(
    'Settings come from the environment, .env.local and .env: SORA_API_KEY with SORA_API_URL, or ' +
      'TIKOMNI_API_KEY (TIKOMNI_BASE_URL), or TIKHUB_API_KEY; SORA_PRICES.',
  )
}

function scopeFlags(yargs: Argv): Argv {
  return yargs
    .positional('seed', {
      type: 'string',
      array: true,
      default: [],
      describe:
        'feed, leaderboard, search:WORD, user-…, ch_…, @name, s_…, or the address of a profile or post',
    })
    .option('seeds', {
      group: READ,
      type: 'string',
      requiresArg: true,
      describe: 'A file of seeds: text (one per line) or YAML; - is standard input',
    })
    .option('column', {
      group: READ,
      type: 'string',
      requiresArg: true,
      describe: 'What --seeds names is CSV, and this column of it has the seeds',
    })
    .option('seeds-sql', {
      group: READ,
      type: 'string',
      requiresArg: true,
      describe: 'A query of the database whose one column has seeds, such as "SELECT id FROM users"',
    })
    .option('collect', {
      group: READ,
      type: 'string',
      default: DEFAULT_COLLECT_TEXT,
      requiresArg: true,
      describe: 'Streams to follow for users and posts; also profile and remixes; or all',
    })
    .option('depth', {
      group: READ,
      type: 'number',
      default: 0,
      requiresArg: true,
      coerce: wholeNumber('depth', 0),
      describe: 'How many hops from the seeds are followed',
    })
    .option('max-pages', {
      group: READ,
      type: 'number',
      requiresArg: true,
      coerce: wholeNumber('max-pages', 1),
      describe: 'The most pages of one stream in one pass (the feed: 50 if not given)',
    })
}

function sparingFlags(yargs: Argv): Argv {
  return yargs
    .option('full', {
      group: AGAIN,
      type: 'boolean',
      default: false,
      describe: 'Read every listing to its end, whatever is known; finds what has gone',
    })
    .option('no-gate', {
      group: AGAIN,
      type: 'boolean',
      default: false,
      describe: 'Read comments, replies and remixes although their counters have not moved',
    })
    .option('recheck', {
      group: AGAIN,
      type: 'string',
      requiresArg: true,
      coerce: age('recheck'),
      describe: 'Read posts on through those younger than this, for late counters and comments; such as 14d',
    })
    .option('min-age', {
      group: AGAIN,
      type: 'string',
      requiresArg: true,
      coerce: age('min-age'),
      describe: 'Leave out streams that were read completely less than this ago; such as 12h',
    })
    .option('restart', {
      group: AGAIN,
      type: 'boolean',
      default: false,
      describe: 'Give up unfinished runs and start anew; what they have read stays',
    })
}

function costFlags(yargs: Argv): Argv {
  return yargs
    .option('max-requests', {
      group: COST,
      type: 'number',
      requiresArg: true,
      coerce: wholeNumber('max-requests', 1),
      describe: 'Send no more requests than this now',
    })
    .option('max-cost', {
      group: COST,
      type: 'number',
      requiresArg: true,
      coerce: usd('max-cost'),
      describe: 'Pay no more dollars than this now; at least the price of one request',
    })
    .option('confirm-above', {
      group: COST,
      type: 'number',
      default: 5,
      requiresArg: true,
      coerce: usd('confirm-above', { orZero: true }),
      describe: 'On a terminal, ask before a crawl that may cost more dollars than this',
    })
    .option('yes', { group: COST, type: 'boolean', default: false, describe: 'Do not ask' })
}

function speedFlags(yargs: Argv): Argv {
  return yargs
    .option('concurrency', {
      group: SPEED,
      type: 'number',
      default: 8,
      requiresArg: true,
      coerce: wholeNumber('concurrency', 1, 10_000),
      describe: 'Requests in flight at most',
    })
    .option('rate', {
      group: SPEED,
      type: 'number',
      requiresArg: true,
      coerce: positiveNumber('rate'),
      describe: `Requests a second at most [default: ${DEFAULT_RATE}; ${SANDBOX_RATE} with --sandbox]`,
    })
    .option('sandbox', {
      group: SANDBOX_GROUP,
      type: 'boolean',
      default: false,
      describe: 'Crawl the built-in sandbox; no key is needed',
    })
}
