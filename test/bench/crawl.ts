/** What a crawl costs beside the ceiling: both read the same 1,000 pages from the same gateway, turn about. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { compiled } from './compiled.js'
import { KEY, measure, median, PROGRAM, type Gateway, type Usage } from './processes.js'
import { STUDY, userId } from './world.js'

const CEILING = compiled('ceiling', 'ceiling-writer', 'world')

export interface CrawlFigures {
  readonly pages: number
  readonly crawl: Figures
  readonly ceiling: Figures
  /** CPU of a page beside the ceiling's. */
  readonly ratio: number
  readonly bytes: number
}

export interface Figures {
  readonly cpuMsAPage: number
  readonly pagesASecond: number
  readonly peakMb: number
}

export const SEEDS = Array.from({ length: STUDY.users }, (_, i) => userId(i + 1))

/** The crawl whose cost is measured, into a file. */
export function crawlArgs(file: string): string[] {
  return [PROGRAM, 'crawl', ...SEEDS, '--collect', 'posts,followers,comments', '--db', file, '--rate', '100000', '--no-progress', '--yes']
}

export async function crawlOnce(gateway: Gateway, file: string): Promise<Usage> {
  return measure({ args: crawlArgs(file), env: { SORA_API_URL: gateway.url, SORA_API_KEY: KEY } })
}

/** @param folder where the databases are made and removed again */
export async function benchCrawl(gateway: Gateway, folder: string, rounds: number): Promise<CrawlFigures> {
  const crawls: Usage[] = []
  const ceilings: Usage[] = []
  const files = { crawl: join(folder, 'crawl.db'), ceiling: join(folder, 'ceiling.db') }
  for (let round = 0; round < rounds; round += 1) {
    for (const file of Object.values(files)) clear(file)
    crawls.push(await crawlOnce(gateway, files.crawl))
    await expectPages(gateway, 'the crawl')
    ceilings.push(await measure({ args: [CEILING, gateway.url, files.ceiling, String(STUDY.users)] }))
    await expectPages(gateway, 'the ceiling')
    expectSameRows(files.crawl, files.ceiling)
  }
  const crawl = figures(crawls, gateway.pages)
  const ceiling = figures(ceilings, gateway.pages)
  return { pages: gateway.pages, crawl, ceiling, ratio: median(crawls.map(({ cpuMs }, i) => cpuMs / (ceilings[i]?.cpuMs ?? Number.NaN))), bytes: sizeOf(files.crawl) }
}

export function clear(file: string): void {
  for (const end of ['', '-wal', '-shm', '.lock']) rmSync(file + end, { force: true })
}

async function expectPages(gateway: Gateway, who: string): Promise<void> {
  const answered = await gateway.answered()
  if (answered !== gateway.pages) throw new Error(`${who} sent ${answered} requests for ${gateway.pages} pages`)
}

/** A ceiling that stores less would be no ceiling. */
function expectSameRows(...files: [string, string]): void {
  const counts = files.map((file) => {
    const sqlite = new Database(file, { readonly: true })
    const tables = ['users', 'posts', 'attachments', 'comments', 'edges', 'usernames', 'post_metrics', 'user_metrics']
    const rows = tables.map((table) => `${table} ${String(sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get())}`).join(', ')
    sqlite.close()
    return rows
  })
  if (counts[0] !== counts[1]) throw new Error(`the rows differ:\n${counts.join('\n')}`)
}

function figures(usages: readonly Usage[], pages: number): Figures {
  return {
    cpuMsAPage: median(usages.map(({ cpuMs }) => cpuMs / pages)),
    pagesASecond: median(usages.map(({ wallMs }) => (pages / wallMs) * 1000)),
    peakMb: median(usages.map(({ peakMb }) => peakMb)),
  }
}

function sizeOf(file: string): number {
  const sqlite = new Database(file, { readonly: true })
  const size = sqlite.prepare<[], number>('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size').pluck().get() ?? 0
  sqlite.close()
  return size
}
