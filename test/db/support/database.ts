/** Real database files in a folder of the test's own, stores over them, and a look inside. */
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { test as base } from 'vitest'
import { openStore, type CrawlStore } from '../../../src/db/index.js'

/** Where there is a file system in memory: hundreds of databases wait for a disk longer than they work. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export type Row = Record<string, unknown>

/** A folder with databases; stores and connections opened through it end with it. */
export class Bench {
  readonly dir = mkdtempSync(join(FOLDER, 'sora-db-'))
  readonly #stores = new Set<CrawlStore>()
  readonly #open = new Set<Database.Database>()

  file(name = 'sora.db'): string {
    return join(this.dir, name)
  }

  store(name?: string): CrawlStore {
    const store = openStore(this.file(name), 'sandbox')
    this.#stores.add(store)
    return store
  }

  async closeStore(store: CrawlStore): Promise<void> {
    this.#stores.delete(store)
    await store.close()
  }

  /** A connection beside the store. */
  connect(name?: string, readonly = true): Database.Database {
    const sqlite = new Database(this.file(name), { readonly })
    this.#open.add(sqlite)
    return sqlite
  }

  /** The rows of a query. */
  rows(query: string, ...values: unknown[]): Row[] {
    const sqlite = new Database(this.file(), { readonly: true })
    try {
      return sqlite.prepare(query).all(...values) as Row[]
    } finally {
      sqlite.close()
    }
  }

  /** The first column of a query. */
  column(query: string, ...values: unknown[]): unknown[] {
    return this.rows(query, ...values).map(row => Object.values(row)[0])
  }

  /** The only value of a query. */
  value(query: string, ...values: unknown[]): unknown {
    return this.column(query, ...values)[0]
  }

  copy(from: string, to: string): void {
    cpSync(this.file(from), this.file(to))
  }

  remove(name: string): void {
    for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(this.file(name + suffix), { force: true })
  }

  async end(): Promise<void> {
    for (const sqlite of this.#open) sqlite.close()
    for (const store of this.#stores) await store.close()
    chmodSync(this.dir, 0o755)
    rmSync(this.dir, { recursive: true, force: true })
  }
}

export const test = base.extend<{ bench: Bench }>({
  bench: async ({ task: _task }, use) => {
    const bench = new Bench()
    await use(bench)
    await bench.end()
  },
})

const NOBODY = 65_534

/** Does something as a user whom file permissions stop, for permissions do not stop root. */
export function asNobody<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work()
  process.seteuid?.(NOBODY)
  try {
    return work()
  } finally {
    process.seteuid?.(0)
  }
}

/** The code of the error that work throws. */
export function codeOf(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return 'nothing was thrown'
}
