import type { Sqlite } from './open.js'

/** How a table of data is different from what it was. */
export interface TableChange {
  readonly table: string
  /** Rows before and after. */
  readonly before: number
  readonly after: number
  readonly inserted: number
  readonly changed: number
  readonly removed: number
}

/** The tables that pages tell of, each with what makes two of its rows the same row. */
export const TOLD_TABLES = [
  { name: 'users', key: ['id'] },
  { name: 'posts', key: ['id'] },
  { name: 'attachments', key: ['id'] },
  { name: 'comments', key: ['id'] },
  { name: 'edges', key: ['kind', 'source_id', 'target_id'] },
  { name: 'rankings', key: ['list', 'run_id', 'position'] },
  { name: 'post_metrics', key: ['post_id', 'observed_at'] },
  { name: 'user_metrics', key: ['user_id', 'observed_at'] },
  { name: 'usernames', key: ['user_id', 'username'] },
  { name: 'members', key: ['stream_id', 'kind', 'item_id'] },
  { name: 'handles', key: ['username'] },
  // Their numbers move when an earlier one comes in.
  { name: 'rejects', key: ['page_id', 'raw'] },
  { name: 'drift', key: ['kind', 'path', 'got'] },
  { name: 'told_fields', key: ['stream', 'path'] },
] as const

/** Compares the tables of the transaction (`main`) with what was there before it (`old`). */
export function tableChanges(sqlite: Sqlite): TableChange[] {
  return TOLD_TABLES.map(({ name, key }) => {
    const columns = sqlite.prepare<[], string>(`SELECT name FROM pragma_table_info('${name}')`).pluck().all()
    const others = columns.filter(
      column => !(key as readonly string[]).includes(column) && !(name === 'rejects' && column === 'id'),
    )
    const [before, after] = ['old', 'main'].map(
      schema => sqlite.prepare<[], number>(`SELECT count(*) FROM ${schema}.${name}`).pluck().get() ?? 0,
    ) as [number, number]
    const { matched, changed } = matches(sqlite, name, { key, others, before, after })
    return { table: name, before, after, inserted: after - matched, changed, removed: before - matched }
  })
}

interface Matches {
  /** Rows that were there before and are there now, and those of them that are not the same. */
  readonly matched: number
  readonly changed: number
}

/**
 * Rebuilt in the order of commits, a row mostly gets the number that it had, and to go through both tables
 * side by side is much quicker than to look each row up: tried first, and believed only where it finds a
 * match for every row of one of the tables.
 */
function matches(
  sqlite: Sqlite,
  name: string,
  {
    key,
    others,
    before,
    after,
  }: { key: readonly string[]; others: readonly string[]; before: number; after: number },
): Matches {
  const same = key.map(column => `a.${column} = b.${column}`).join(' AND ')
  const differs =
    others.length === 0 ? '0' : others.map(column => `a.${column} IS NOT b.${column}`).join(' OR ')
  const number = (query: string): number => sqlite.prepare<[], number>(query).pluck().get() ?? 0
  if (hasRowNumbers(sqlite, name)) {
    // The sign keeps SQLite from looking the key up all the same.
    const sameNumber = `b.rowid = a.rowid AND ${same.replaceAll('b.', '+b.')}`
    const matched = number(`SELECT count(*) FROM main.${name} a CROSS JOIN old.${name} b ON ${sameNumber}`)
    if (matched === Math.min(before, after))
      return {
        matched,
        changed: number(
          `SELECT count(*) FROM main.${name} a CROSS JOIN old.${name} b ON ${sameNumber} WHERE ${differs}`,
        ),
      }
  }
  const removed = number(
    `SELECT count(*) FROM old.${name} a LEFT JOIN main.${name} b ON ${same} WHERE b.${key[0]} IS NULL`,
  )
  return {
    matched: before - removed,
    changed:
      others.length === 0
        ? 0
        : number(`SELECT count(*) FROM main.${name} a JOIN old.${name} b ON ${same} WHERE ${differs}`),
  }
}

function hasRowNumbers(sqlite: Sqlite, name: string): boolean {
  return (
    sqlite
      .prepare<[], number>(
        `SELECT sql NOT LIKE '%WITHOUT ROWID' FROM main.sqlite_master WHERE type = 'table' AND ` +
          `name = '${name}'`,
      )
      .pluck()
      .get() === 1
  )
}
