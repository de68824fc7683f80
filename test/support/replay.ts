/** A replay without its command line, and everything that a database holds, before and after it. */
import Database from 'better-sqlite3'

import { NOBODY } from '../../src/api/index.js'
import { replayPages, type Replayed } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { Replayer, type TableChange } from '../../src/db/index.js'

export type Contents = Record<string, unknown[]>

const crawlers = await loadCrawlers()

export async function replay(
  file: string,
  options: { dryRun?: boolean; version?: string } = {},
): Promise<Replayed & { changes: TableChange[] }> {
  const replayer = new Replayer(file, new Map(crawlers.map(({ name, edge }) => [name, edge])), NOBODY)
  try {
    const parts = {
      crawlers,
      programVersion: options.version ?? 'test',
      signal: new AbortController().signal,
      onPages: () => undefined,
    }
    const done = await replayPages(replayer, parts)
    if (done === undefined) throw new Error('the replay was interrupted')
    const changes = replayer.changes()
    if (options.dryRun !== true) replayer.commit()
    return { ...done, changes }
  } finally {
    replayer.close()
  }
}

/** Every row of every table, in the order of their text: where it lies in the file says nothing. */
export function contents(file: string): Contents {
  const db = new Database(file, { readonly: true })
  try {
    const tables = db
      .prepare("select name from sqlite_master where type = 'table' order by name")
      .pluck()
      .all() as string[]
    return Object.fromEntries(
      tables.map(table => [
        table,
        (db.prepare(`select * from "${table}"`).raw().all() as unknown[][]).map(text).toSorted(),
      ]),
    )
  } finally {
    db.close()
  }
}

function text(row: readonly unknown[]): string {
  return JSON.stringify(row.map(value => (Buffer.isBuffer(value) ? value.toString('base64') : value)))
}

/** What differs, a line a row; empty where nothing does. */
export function contentDifferences(before: Contents, after: Contents): string[] {
  return Object.keys({ ...before, ...after }).flatMap(table => {
    const [was, is] = [new Set(before[table]), new Set(after[table])]
    const lost = [...was].filter(row => !is.has(row)).map(row => `${table} had ${String(row)}`)
    const found = [...is].filter(row => !was.has(row)).map(row => `${table} has ${String(row)}`)
    return [...lost, ...found].slice(0, 20)
  })
}
