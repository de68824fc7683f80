/** A database of users, posts, comments and relations put in row by row, and the graphs exported from it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { test as base } from 'vitest'

import { Snapshot, type GraphName } from '../../src/db/index.js'
import { openForWriting, type Sqlite } from '../../src/db/open.js'
import { graphTasks, type GraphFormat } from '../../src/export/index.js'
import { TEXTS } from '../support/world/texts.js'

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

/** What no file of XML 1.0 can hold, by the standard's own list of what it can. */
export function storable(text: string): string {
  return [...text]
    .map(character =>
      /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]$/u.test(character)
        ? character
        : '\uFFFD',
    )
    .join('')
}

export const HOSTILE = [
  ...TEXTS.map(text => text.toWellFormed()),
  ']]>',
  '<![CDATA[ x ]]>',
  '<!-- -- -->',
  '&#0;&lt;',
  '"\'<>&',
  '\uFFFE\uFFFF',
  '\u0001\u0008\u000B\u001F\u007F\u0085',
  '\t\n\r \r\n',
  '\u2028\u2029',
  '?>',
  '\u{1FFFE}',
  'a\\u0001',
  '  ',
]

/** Everybody follows everybody of the next ten, and is called something hostile. */
export function hostileWorld(world: World): void {
  const ids = HOSTILE.map((text, i) => `user-${text}-${i}`)
  const insert = world.sqlite.transaction(() => {
    for (const [i, text] of HOSTILE.entries()) {
      world.put('users', {
        id: ids[i] ?? '',
        username: text,
        display_name: HOSTILE[(i + 1) % HOSTILE.length] ?? '',
        follower_count: 2n ** 40n + BigInt(i),
        is_verified: i % 3 === 0 ? null : i % 2,
      })
      world.put(
        'posts',
        { id: `s_${text}`, user_id: ids[i] ?? '', posted_at: NOON },
        { id: `s_r${i}`, user_id: ids[(i * 7) % ids.length] ?? '' },
      )
      for (let k = 1; k <= 10; k += 1)
        world.put('edges', {
          kind: 'follow',
          source_id: ids[i] ?? '',
          target_id: ids[(i + k) % ids.length] ?? '',
          gone_at: k === 3 ? TWO : null,
        })
      world.put(
        'edges',
        { kind: 'cameo', source_id: ids[(i * 3) % ids.length] ?? '', target_id: `s_${text}` },
        { kind: 'remix', source_id: `s_r${i}`, target_id: `s_${text}` },
      )
      world.put('comments', {
        id: `c-${text}`,
        post_id: `s_${text}`,
        user_id: ids[(i * 5) % ids.length] ?? '',
      })
    }
  })
  insert()
}

export const test = base.extend<{ world: World }>({
  world: async ({ task: _task }, use) => {
    const world = new World()
    await use(world)
    world.end()
  },
})
