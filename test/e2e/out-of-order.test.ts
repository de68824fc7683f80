/** A file in which the keys of rows do not grow any more: what walks over them ends, and says so. */
import { readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { expectExit } from './judge.js'

const LEAF = 0x0d

/**
 * Gives the first row of a table's second leaf the number 1: a walk comes upon it behind the last row of the
 * first leaf, without a look at its number. The form is that of SQLite's table b-trees.
 */
function putOutOfOrder(file: string, table: string): void {
  const sqlite = new Database(file)
  sqlite.pragma('journal_mode = DELETE')
  const size = sqlite.pragma('page_size', { simple: true }) as number
  const root = sqlite
    .prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(table) as number
  sqlite.close()
  const bytes = readFileSync(file)
  const child = (page: number, cell: number): number =>
    (bytes.readUInt32BE(page + bytes.readUInt16BE(page + 12 + 2 * cell)) - 1) * size
  let parent = (root - 1) * size
  while (bytes[child(parent, 0)] !== LEAF) parent = child(parent, 0)
  const leaf = child(parent, 1)
  let at = leaf + bytes.readUInt16BE(leaf + 8)
  // The size of the row, in bytes of seven bits, stands before its number.
  while ((bytes[at] ?? 0) >= 0x80) at += 1
  expect(bytes[at + 1]).toBeGreaterThan(1)
  expect(bytes[at + 1]).toBeLessThan(0x80)
  bytes[at + 1] = 1
  writeFileSync(file, bytes)
}

async function damaged(bench: Bench, table: string): Promise<void> {
  const server = await bench.serve({ world: generateWorld(101, SMALL) })
  expectExit(await bench.crawl(server, ['feed', '--depth', '1', '--collect', 'posts,comments']), 0)
  putOutOfOrder(bench.db, table)
}

describe.concurrent('rows out of order', { timeout: 120_000 }, () => {
  test.for([[['forget', 'user-nobody', '--yes']], [['replay']], [['replay', '--dry-run']]] as const)(
    'end %j with a line, and not never',
    async ([command], { bench }) => {
      await damaged(bench, 'pages')
      const result = await bench.run([...command, '--db', bench.db], { limitMs: 30_000 })
      expectExit(result, 2)
      expect(result.stderr).toMatch(/The database cannot be used: .*pages are out of order/)
    },
  )
})
