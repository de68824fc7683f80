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
    const number = (query: string): number => sqlite.prepare<[], number>(query).pluck().get() ?? 0
    const columns = sqlite.prepare<[], string>(`SELECT name FROM pragma_table_info('${name}')`).pluck().all()
    const others = columns.filter((column) => !(key as readonly string[]).includes(column) && !(name === 'rejects' && column === 'id'))
    const same = key.map((column) => `a.${column} = b.${column}`).join(' AND ')
    const differs = others.map((column) => `a.${column} IS NOT b.${column}`).join(' OR ')
    const [before, after] = [number(`SELECT count(*) FROM old.${name}`), number(`SELECT count(*) FROM main.${name}`)]
    const removed = number(`SELECT count(*) FROM old.${name} a LEFT JOIN main.${name} b ON ${same} WHERE b.${key[0]} IS NULL`)
    const changed = others.length === 0 ? 0 : number(`SELECT count(*) FROM main.${name} a JOIN old.${name} b ON ${same} WHERE ${differs}`)
    return { table: name, before, after, inserted: after - (before - removed), changed, removed }
  })
}
