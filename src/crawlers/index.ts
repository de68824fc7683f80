import type { Crawler } from '../crawl/index.js'
import { definitions } from './all.js'

/**
 * Every crawler of this folder: a file is a crawler, its name the crawler's, its default export what
 * `defineCrawler` made.
 */
export function loadCrawlers(): Promise<Crawler[]> {
  return Promise.resolve(Object.entries(definitions).map(([name, define]) => define(name)))
}
