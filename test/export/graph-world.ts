/** A database of users, posts, comments and relations put in row by row, and the graphs exported from it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { test as base } from 'vitest'

import { Snapshot, type GraphName } from '../../src/db/index.js'
import { openForWriting, type Sqlite } from '../../src/db/open.js'
import { graphTasks, type GraphFormat } from '../../src/export/index.js'

export type Row = Readonly<Record<string, number | bigint | string | null>>

export const NOON = '2025-11-01T12:00:00.000Z'
export const ONE = '2025-11-01T13:00:00.000Z'
export const TWO = '2025-11-01T14:00:00.000Z'
const SEEN = { first_seen_at: NOON, last_seen_at: NOON }

export class World {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'sora-crawl-graph-'))
  readonly sqlite: Sqlite

  constructor() {
    this.sqlite = openForWriting(this.file).sqlite
  }

  get file(): string {
    return path.join(this.dir, 'sora.db')
  }

  put(table: string, ...rows: readonly Row[]): this {
    const names = this.sqlite
      .prepare<[string], string>('SELECT name FROM pragma_table_info(?)')
      .pluck()
      .all(table)
    for (const told of rows) {
      const row = names.includes('first_seen_at') ? { ...SEEN, ...told } : told
      const keys = Object.keys(row)
      this.sqlite
        .prepare(
          `INSERT INTO ${table} (${keys.join(', ')}) VALUES (${keys.map(key => `:${key}`).join(', ')})`,
        )
        .run(row)
    }
    return this
  }

  /** The listing of a subject, read to its end unless told otherwise. */
  read(stream: string, subject_id: string, told: Row = {}): this {
    return this.put('checkpoints', {
      stream,
      subject_kind: 'user',
      subject_id,
      completed_pass: 1,
      pass: 1,
      pass_state: 'completed',
      ...told,
    })
  }

  /** The files of an export, by their paths. */
  export(graphs: readonly GraphName[], formats: readonly GraphFormat[]): Map<string, string> {
    const snapshot = new Snapshot(this.file)
    try {
      return new Map(
        graphTasks(snapshot, { graphs, formats }).map(task => {
          const chunks: string[] = []
          for (const _ of task.write(
            { write: chunk => void chunks.push(String(chunk)) },
            { nulRemoved: 0, cellsCut: 0, leftOut: 0 },
          ))
            continue
          return [task.path, chunks.join('')]
        }),
      )
    } finally {
      snapshot.close()
    }
  }

  end(): void {
    this.sqlite.close()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

export const test = base.extend<{ world: World }>({
  world: async ({ task: _task }, use) => {
    const world = new World()
    await use(world)
    world.end()
  },
})
