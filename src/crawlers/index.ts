import { readdirSync } from 'node:fs'
import type { Crawler, defineCrawler } from '../crawl/index.js'

/**
 * Every crawler of this folder: a file is a crawler, its name the crawler's, its default export what {@link
 * defineCrawler} made.
 */
export async function loadCrawlers(): Promise<Crawler[]> {
  const files = readdirSync(new URL('.', import.meta.url)).filter(file =>
    /^(?!index\.)[a-z_]+\.[jt]s$/.test(file),
  )
  return Promise.all(files.toSorted().map(loadCrawler))
}

async function loadCrawler(file: string): Promise<Crawler> {
  const module = (await import(new URL(file, import.meta.url).href)) as {
    default: ReturnType<typeof defineCrawler>
  }
  return module.default(file.replace(/\.[jt]s$/, ''))
}
