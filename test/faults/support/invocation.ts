/**
 * Crawls in process against a real HTTP server: what the command line does, without its start, so that
 * hundreds of faults can be tried.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import Database from 'better-sqlite3'
import { test as base } from 'vitest'

import { ApiClient, type ParamsOf, type Reply, type RouteName, type Turn } from '../../../src/api/index.js'
import { monotonicMs } from '../../../src/clock.js'
import { Crawl, parseSeed, planRun, type CrawlOutcome, type ProgressView } from '../../../src/crawl/index.js'
import { loadCrawlers } from '../../../src/crawlers/index.js'
import { openStore } from '../../../src/db/index.js'
import { createLogger } from '../../../src/log.js'
import { TEST_KEY, WorldServer, type ServerOptions } from '../../support/world/server.js'

export interface Command {
  readonly seeds: readonly string[]
  readonly collect: readonly string[]
  readonly depth?: number
  readonly concurrency?: number
  readonly full?: boolean
  readonly maxRequests?: number
}

/** Limits of a client that are hours and megabytes in life. */
export interface Limits {
  readonly timeoutMs?: number
  readonly maxBodyBytes?: number
}

export interface Ended {
  readonly outcome: CrawlOutcome
  readonly view: ProgressView
  readonly client: WatchedClient
}

/**
 * A client that notes when each request was sent, and during which times the API had asked to be left alone.
 */
export class WatchedClient extends ApiClient {
  readonly sent: number[] = []
  readonly quiet: { from: number; to: number }[] = []

  override async send<N extends RouteName>(
    turn: Turn,
    name: N,
    params: ParamsOf<N>,
    timeoutMs?: number,
  ): Promise<Reply> {
    this.sent.push(monotonicMs())
    const reply = await super.send(turn, name, params, timeoutMs)
    const from = monotonicMs()
    if (reply.kind === 'refusal' && reply.code === 'rate-limited')
      this.quiet.push({ from, to: from + (reply.waitMs ?? 0) })
    return reply
  }

  /**
   * Requests that were sent while the API had asked to be left alone; a timer may be early by a millisecond.
   */
  get intrusions(): number[] {
    return this.sent.filter(at => this.quiet.some(({ from, to }) => at > from && at < to - 1))
  }
}

const crawlers = await loadCrawlers()
const log = createLogger('silent')

/** A folder in memory where the system has one; servers and databases that end with the test. */
export class Lab {
  readonly #dir = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sora-faults-'))
  readonly #empty = path.join(this.#dir, 'empty.db')
  readonly #servers: WorldServer[] = []
  #number = 0

  static async create(): Promise<Lab> {
    const lab = new Lab()
    await openStore(lab.#empty, 'real').close()
    return lab
  }

  async serve(options: ServerOptions): Promise<WorldServer> {
    const server = await WorldServer.start(options)
    this.#servers.push(server)
    return server
  }

  /** A new database, made already. */
  database(): string {
    this.#number += 1
    const file = path.join(this.#dir, `${this.#number}.db`)
    copyFileSync(this.#empty, file)
    return file
  }

  /** Looks into a database between crawls. */
  look<T>(file: string, question: (db: Database.Database) => T): T {
    const db = new Database(file, { readonly: true })
    try {
      return question(db)
    } finally {
      db.close()
    }
  }

  async crawl(server: WorldServer, file: string, command: Command, limits: Limits = {}): Promise<Ended> {
    const { seeds, collect, depth = 0, concurrency = 1, full = false, maxRequests = null } = command
    const rules = { full, noGate: false, recheckMs: null }
    const planned = seeds.map(text => {
      const seed = parseSeed(text)
      if ('problem' in seed) throw new Error(seed.problem)
      return { seed, options: { collect, depth, maxPages: null } }
    })
    const client = new WatchedClient({
      url: server.url,
      key: TEST_KEY,
      rate: 1_000_000,
      concurrency,
      ...limits,
    })
    const store = openStore(file, 'real')
    try {
      const caps = { maxRequests, maxCost: null }
      const crawl = new Crawl({
        store,
        client,
        crawlers,
        log,
        concurrency,
        programVersion: 'test',
        rules,
        caps,
        minAgeMs: null,
      })
      const outcome = await crawl.run(await store.openRun(planRun(planned, crawlers, rules)))
      return { outcome, view: crawl.progress.view(), client }
    } finally {
      await client.close()
      await store.close()
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#servers.map(server => server.close()))
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

export const test = base.extend<{ lab: Lab }>({
  lab: async ({ task: _task }, use) => {
    const lab = await Lab.create()
    await use(lab)
    await lab.end()
  },
})
