/**
 * What a crawl costs beside the ceiling: both read the same pages from the same gateway, turn about.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { compiled } from './compiled.js'
import { table, type Table } from './figures.js'
import { KEY, measure, median, PROGRAM, type Gateway, type Usage } from './processes.js'
import { STUDY, userId } from './world.js'

const CEILING = compiled('ceiling', 'ceiling-writer', 'world')

/** What is crawled of each user, by the crawl and by the ceiling. */
interface Reading {
  readonly collect: string
  readonly listings: readonly string[]
  readonly concurrency: number
}

/** Listings of full pages. */
export const FULL: Reading = {
  collect: 'posts,followers,comments',
  listings: ['get_user_posts', 'get_user_followers'],
  concurrency: 8,
}

/** What studies of people read most: many listings, most of them of one small page. */
const SMALL: Reading = {
  collect: 'posts,followers,following,cameos,comments',
  listings: ['get_user_posts', 'get_user_followers', 'get_user_following', 'get_user_cameo_appearances'],
  concurrency: 16,
}

/** The crawl whose cost is measured, into a file. */
export function crawlArgs(file: string, users = STUDY.users, reading = FULL): string[] {
  const seeds = Array.from({ length: users }, (_, i) => userId(i + 1))
  return [
    PROGRAM,
    'crawl',
    ...seeds,
    '--collect',
    reading.collect,
    '--concurrency',
    String(reading.concurrency),
    '--db',
    file,
    '--rate',
    '100000',
    '--no-progress',
    '--yes',
  ]
}

export async function crawlOnce(gateway: Gateway, file: string, reading = FULL): Promise<Usage> {
  return measure({
    args: crawlArgs(file, gateway.users, reading),
    env: { SORA_API_URL: gateway.url, SORA_API_KEY: KEY },
  })
}

/** @param folder where the databases are made */
export function benchCrawl(gateway: Gateway, folder: string, rounds: number): Promise<Table> {
  return besideCeiling('Crawl', FULL, 1.6, { gateway, folder, rounds })
}

/** The same of many small pages; `gateway` serves a `MIX`. */
export function benchMix(gateway: Gateway, folder: string, rounds: number): Promise<Table> {
  return besideCeiling('Crawl of small listings', SMALL, 2, { gateway, folder, rounds })
}

interface Place {
  readonly gateway: Gateway
  readonly folder: string
  readonly rounds: number
}

async function besideCeiling(
  title: string,
  reading: Reading,
  goal: number,
  { gateway, folder, rounds }: Place,
): Promise<Table> {
  const crawls: Usage[] = []
  const ceilings: Usage[] = []
  const files = { crawl: join(folder, 'crawl.db'), ceiling: join(folder, 'ceiling.db') }
  const { listings, concurrency } = reading
  const byHand = [gateway.users, listings.join(','), concurrency].map(String)
  for (let round = 0; round < rounds; round += 1) {
    for (const file of Object.values(files)) clear(file)
    crawls.push(await crawlOnce(gateway, files.crawl, reading))
    await expectPages(gateway, 'the crawl')
    ceilings.push(await measure({ args: [CEILING, gateway.url, files.ceiling, ...byHand] }))
    await expectPages(gateway, 'the ceiling')
    expectSameRows(files.crawl, files.ceiling)
  }
  const costs = crawls.map(({ cpuMs }, i) => cpuMs / (ceilings[i]?.cpuMs ?? Number.NaN))
  return table(title, `${gateway.pages} pages, beside the same requests and rows written by hand`, [
    {
      what: 'crawl',
      figures: { ...figures(crawls, gateway.pages), 'ceilings a page': median(costs) },
      goals: { 'ceilings a page': { atMost: goal }, 'peak MB': { atMost: 250 } },
    },
    { what: 'ceiling', figures: figures(ceilings, gateway.pages) },
  ])
}

export function clear(file: string): void {
  for (const end of ['', '-wal', '-shm', '.lock']) rmSync(file + end, { force: true })
}

async function expectPages(gateway: Gateway, who: string): Promise<void> {
  const answered = await gateway.answered()
  if (answered !== gateway.pages)
    throw new Error(`${who} sent ${answered} requests for ${gateway.pages} pages`)
}

/** A ceiling that stores less would be no ceiling. @throws if two databases differ in how much they hold */
export function expectSameRows(...files: [string, string]): void {
  const counts = files.map(file => {
    const sqlite = new Database(file, { readonly: true })
    const tables = [
      'users',
      'posts',
      'attachments',
      'comments',
      'edges',
      'usernames',
      'post_metrics',
      'user_metrics',
    ]
    const rows = tables
      .map(name => `${name} ${String(sqlite.prepare(`SELECT count(*) FROM ${name}`).pluck().get())}`)
      .join(', ')
    sqlite.close()
    return rows
  })
  if (counts[0] !== counts[1]) throw new Error(`the rows differ:\n${counts.join('\n')}`)
}

function figures(usages: readonly Usage[], pages: number): Record<string, number> {
  return {
    'CPU ms a page': median(usages.map(({ cpuMs }) => cpuMs / pages)),
    'pages a second on the clock': median(usages.map(({ wallMs }) => (pages / wallMs) * 1000)),
    'peak MB': median(usages.map(({ peakMb }) => peakMb)),
  }
}
