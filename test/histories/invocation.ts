/**
 * The program without its command line: one invocation opens the database, crawls, and lets go of it, as a
 * process does.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import Database from 'better-sqlite3'

import { ApiClient } from '../../src/api/index.js'
import { Crawl, parseSeed, planRun, type CrawlOutcome, type PlannedSeed } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { openStore } from '../../src/db/index.js'
import { createLogger } from '../../src/log.js'
import type { TinyApi } from './api.js'

export interface Command {
  seeds: readonly string[]
  collect: readonly string[]
  maxPages?: number | null
  full?: boolean
  noGate?: boolean
  concurrency?: number
  maxRequests?: number | null
  /** Hands over the way to interrupt the crawl. */
  onStart?: (stop: () => void) => void
}

/** A history's database, and a look into it between invocations. */
export interface Opened {
  file: string
  db: Database.Database
}

const crawlers = await loadCrawlers()
const log = createLogger('silent')

/** Databases live in memory where the system has such a place: histories are many and small. */
export class Bench {
  readonly #dir = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sora-histories-'))
  readonly #client: ApiClient
  readonly #empty = path.join(this.#dir, 'empty.db')
  #number = 0

  private constructor(api: TinyApi) {
    this.#client = new ApiClient({ url: api.url, key: 'sk-histories', rate: 1_000_000, concurrency: 4 })
  }

  static async create(api: TinyApi): Promise<Bench> {
    const bench = new Bench(api)
    await openStore(bench.#empty, 'real').close()
    return bench
  }

  /** Plays one history on a fresh database. */
  async play<T>(history: (opened: Opened) => Promise<T>): Promise<T> {
    this.#number += 1
    const file = path.join(this.#dir, `${this.#number}.db`)
    copyFileSync(this.#empty, file)
    const db = new Database(file, { readonly: true })
    try {
      return await history({ file, db })
    } finally {
      db.close()
      for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(file + suffix, { force: true })
    }
  }

  async crawl(file: string, command: Command): Promise<CrawlOutcome> {
    const rules = { full: command.full ?? false, noGate: command.noGate ?? false, recheckMs: null }
    const options = { collect: command.collect, depth: 0, maxPages: command.maxPages ?? null }
    const plan = planRun(
      command.seeds.map(seed => planned(seed, options)),
      crawlers,
      rules,
    )
    const store = openStore(file, 'real')
    const caps = { maxRequests: command.maxRequests ?? null, maxCost: null }
    const parts = {
      store,
      client: this.#client,
      crawlers,
      log,
      concurrency: command.concurrency ?? 1,
      programVersion: 'test',
      rules,
      caps,
      minAgeMs: null,
    }
    try {
      const crawl = new Crawl(parts)
      command.onStart?.(() => {
        crawl.stop('interrupted', 'stopped by the history')
      })
      return await crawl.run(await store.openRun(plan))
    } finally {
      await store.close()
    }
  }

  async end(): Promise<void> {
    await this.#client.close()
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

function planned(text: string, options: PlannedSeed['options']): PlannedSeed {
  const seed = parseSeed(text)
  if ('problem' in seed) throw new Error(seed.problem)
  return { seed, options }
}
