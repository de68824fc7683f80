/** Small worlds with names, inserted as rows into a real database, and the questions asked of them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { test as base } from 'vitest'

import { parameterValue } from '../../src/cli/sql/parameters.js'
import { findQuestion, withDefaults } from '../../src/cli/sql/questions.js'
import { openForWriting, type Sqlite } from '../../src/db/open.js'
import { ReadQuery, type SqlValue } from '../../src/db/query.js'

export type Answer = Record<string, number | string | null>[]
type Row = Readonly<Record<string, number | string | null>>

export const NOON = '2025-11-01T12:00:00.000Z'
const SEEN = { first_seen_at: NOON, last_seen_at: NOON }
const STAMPED = new Set(['users', 'posts', 'comments', 'edges'])

/** A database made by the migrations, in a folder that goes with the test. */
export class World {
  readonly #dir = mkdtempSync(path.join(tmpdir(), 'sora-crawl-questions-'))
  readonly #sqlite: Sqlite

  constructor() {
    this.#sqlite = openForWriting(this.file).sqlite
  }

  get file(): string {
    return path.join(this.#dir, 'sora.db')
  }

  put(table: string, ...rows: readonly Row[]): this {
    for (const told of rows) {
      const row = STAMPED.has(table) ? { ...SEEN, ...told } : told
      const names = Object.keys(row)
      this.#sqlite
        .prepare(
          `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(name => `:${name}`).join(', ')})`,
        )
        .run(row)
    }
    return this
  }

  people(...names: readonly string[]): this {
    return this.put('users', ...names.map(name => ({ id: `user-${name}`, username: name })))
  }

  edges(
    kind: 'follow' | 'cameo' | 'remix',
    ...pairs: readonly (readonly [source: string, target: string])[]
  ): this {
    return this.put('edges', ...pairs.map(([source_id, target_id]) => ({ kind, source_id, target_id })))
  }

  /** The answer to a ready question, with parameters written as on the command line. */
  ask(name: string, given: Readonly<Record<string, string>> = {}): Answer {
    const question = findQuestion(name)
    const parameters = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, parameterValue(value)]),
    )
    return this.#read(question.sql, withDefaults(question, parameters))
  }

  select(sql: string): Answer {
    return this.#read(sql, {})
  }

  end(): void {
    this.#sqlite.close()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  #read(sql: string, parameters: ReturnType<typeof withDefaults>): Answer {
    const query = new ReadQuery(this.file, sql, parameters)
    const rows = [...query.rows()].map(row =>
      Object.fromEntries(row.map((value, i) => [query.columns[i] ?? '', plain(value)])),
    )
    query.close()
    return rows
  }
}

function plain(value: SqlValue): number | string | null {
  return typeof value === 'bigint' ? Number(value) : (value as number | string | null)
}

export const test = base.extend<{ world: World }>({
  world: async ({ task: _task }, use) => {
    const world = new World()
    await use(world)
    world.end()
  },
})
