/**
 * Crawls one kind of listing of the flat platform into a database: the program's own engine and store, and in
 * place of the network a function. Arguments: FILE PART STREAM. Prints a line of JSON for each twentieth of
 * its pages, what it cost to make the pages left out.
 */
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  ApiClient,
  openEnvelope,
  routes,
  type ParamsOf,
  type Reply,
  type RouteName,
  type Turn,
} from '../../src/api/index.js'
import { Crawl, parseSeed, planRun, type PlannedSeed } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { openStore } from '../../src/db/index.js'
import { createLogger } from '../../src/log.js'
import { answer, scaled, userId, type FlatExtent } from './flat-world.js'

const STEPS = 20

class LocalClient extends ApiClient {
  pages = 0
  /** Microseconds of CPU that went into making pages. */
  making = 0
  readonly #extent: FlatExtent
  readonly #onPage: (pages: number) => void

  constructor(extent: FlatExtent, onPage: (pages: number) => void) {
    super({ url: 'http://nowhere.invalid', key: 'none', rate: 1_000_000, concurrency: 8 })
    this.#extent = extent
    this.#onPage = onPage
  }

  override async send<N extends RouteName>(turn: Turn, name: N, params: ParamsOf<N>): Promise<Reply> {
    this.gate.use(turn)
    // As with a network, what is sent is answered in a later turn of the event loop.
    await setImmediate()
    const before = cpu()
    const text = answer(name, params as Record<string, unknown>, this.#extent)
    const kept = gzipSync(text, { level: 4 })
    this.making += cpu() - before
    this.pages += 1
    this.#onPage(this.pages)
    const shape = (routes[name] as { shape: Parameters<typeof openEnvelope>[1] }).shape
    return { kind: 'page', status: 200, cost: 0 as never, page: openEnvelope(text, shape), kept }
  }
}

function cpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Pages of the listings in all. */
function pagesOf(
  stream: string,
  { users, followersOfEach, postsOfEach, commentedEvery }: FlatExtent,
): number {
  const posts = users * postsOfEach
  return stream === 'followers'
    ? users * Math.ceil(followersOfEach / 50)
    : users * Math.ceil(postsOfEach / 30) + Math.ceil(posts / commentedEvery)
}

const [file = '', part = '1', stream = ''] = process.argv.slice(2)
const extent = scaled(Number(part))
const all = pagesOf(stream, extent)
const step = Math.max(1, Math.floor(all / STEPS))
let last = { cpu: cpu(), making: 0, at: performance.now(), pages: 0 }
const client = new LocalClient(extent, pages => {
  if (pages % step !== 0) return
  const now = { cpu: cpu(), making: client.making, at: performance.now(), pages }
  const count = pages - last.pages
  const cpuMsAPage = (now.cpu - last.cpu - (now.making - last.making)) / 1000 / count
  process.stdout.write(
    `${JSON.stringify({ stream, pages, cpuMsAPage, wallMsAPage: (now.at - last.at) / count, makingMsAPage: (now.making - last.making) / 1000 / count, rssMb: process.memoryUsage().rss / 1e6 })}\n`,
  )
  last = now
})
const crawlers = await loadCrawlers()
const store = openStore(file, 'real')
const rules = { full: false, noGate: false, recheckMs: null }
const crawl = new Crawl({
  store,
  client,
  crawlers,
  concurrency: 8,
  log: createLogger('error'),
  programVersion: 'bench',
  rules,
  caps: { maxRequests: null, maxCost: null },
  minAgeMs: null,
})
const seeds: PlannedSeed[] = Array.from({ length: extent.users }, (_, n) => ({
  seed: parseSeed(userId(n)) as PlannedSeed['seed'],
  options: { collect: stream.split(','), depth: 0, maxPages: null },
}))
const opened = performance.now()
const run = await store.openRun(planRun(seeds, crawlers, rules))
const openMs = performance.now() - opened
const { exitCode, stopped } = await crawl.run(run)
await client.close()
await store.close()
process.stdout.write(
  `${JSON.stringify({ stream, end: { pages: client.pages, exitCode, stopped, openMs, peakMb: process.resourceUsage().maxRSS / 1024, cpuS: (cpu() - client.making) / 1e6 } })}\n`,
)
