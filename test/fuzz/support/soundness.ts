/** What must hold of any database, whatever came in: every fault as one readable line. */
import type { Database } from 'better-sqlite3'
import { getTableColumns, getTableName, is, Table } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'

import * as schema from '../../../src/db/schema/index.js'

const TIME = '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9]Z'
const TYPES: Record<string, string> = { text: "'text'", integer: "'integer'", real: "'real'", blob: "'blob'" }
const FLAGS = new Set(['is_verified', 'is_featured', 'gone', 'full', 'flawed'])
const ENTITIES = new Set(['users', 'posts', 'comments', 'attachments'])
const JSON_COLUMNS = new Set(['social_links', 'raw', 'options', 'pass_counters', 'read_counters'])

/** Rows that refer to rows that must be there: table, column, whom it names. */
const REFERENCES = [
  ['attachments', 'post_id', 'posts'],
  ['posts', 'user_id', 'users'],
  ['comments', 'user_id', 'users'],
  ['comments', 'post_id', 'posts'],
  ['comments', 'parent_comment_id', 'comments'],
  ['users', 'owner_user_id', 'users'],
  ['usernames', 'user_id', 'users'],
  ['post_metrics', 'post_id', 'posts'],
  ['user_metrics', 'user_id', 'users'],
  ['pages', 'request_id', 'requests'],
  ['rejects', 'page_id', 'pages'],
  ['members', 'stream_id', 'checkpoints'],
  ['completed_passes', 'stream_id', 'checkpoints'],
  ['used_cursors', 'stream_id', 'checkpoints'],
  ['frontier', 'stream_id', 'checkpoints'],
  ['frontier', 'run_id', 'runs'],
  ['requests', 'run_id', 'runs'],
  ['requests', 'stream_id', 'checkpoints'],
  ['rankings', 'run_id', 'runs'],
] as const

/** The ends of edges and what members are; a remix may name an original that nobody has served. */
const ENDS = [
  ['edges', "kind = 'follow'", 'source_id', 'users'],
  ['edges', "kind = 'follow'", 'target_id', 'users'],
  ['edges', "kind = 'cameo'", 'source_id', 'users'],
  ['edges', "kind = 'cameo'", 'target_id', 'posts'],
  ['edges', "kind = 'remix'", 'source_id', 'posts'],
  ['members', "kind = 'user'", 'item_id', 'users'],
  ['members', "kind = 'post'", 'item_id', 'posts'],
  ['members', "kind IN ('comment', 'reply')", 'item_id', 'comments'],
] as const

const tables = (Object.values(schema) as unknown[]).filter((value): value is SQLiteTable => is(value, Table))

/** Empty where the file is whole, every value fits its column, and every reference leads somewhere. */
export function faultsIn(db: Database): string[] {
  const integrity = db.pragma('integrity_check', { simple: true }) as string
  const some = (label: string, sql: string): string[] => {
    const found = db.prepare(`${sql} LIMIT 1`).get()
    return found === undefined ? [] : [`${label}: ${JSON.stringify(found).slice(0, 200)}`]
  }
  const columns = tables.flatMap(table =>
    Object.entries(getTableColumns(table as Table)).flatMap(([name, column]) =>
      misfit(getTableName(table), name, column.getSQLType(), column.notNull).flatMap(where =>
        some(`${getTableName(table)}.${name}`, where),
      ),
    ),
  )
  const lost = REFERENCES.flatMap(([table, column, target]) =>
    some(
      `${table}.${column} names nothing`,
      `SELECT "${column}" FROM ${table} WHERE "${column}" IS NOT NULL AND "${column}" NOT IN ` +
        `(SELECT id FROM ${target})`,
    ),
  )
  const ends = ENDS.flatMap(([table, where, column, target]) =>
    some(
      `${table}.${column} names nothing`,
      `SELECT * FROM ${table} WHERE ${where} AND "${column}" NOT IN (SELECT id FROM ${target})`,
    ),
  )
  return [...(integrity === 'ok' ? [] : [integrity]), ...columns, ...lost, ...ends]
}

function misfit(table: string, name: string, type: string, notNull: boolean): string[] {
  const query = (where: string): string =>
    `SELECT typeof("${name}") AS type, "${name}" AS value FROM ${table} WHERE "${name}" IS NOT ` +
    `NULL AND (${where})`
  const found = [query(`typeof("${name}") <> ${TYPES[type] ?? "'?'"}`)]
  if (notNull) found.push(`SELECT * FROM ${table} WHERE "${name}" IS NULL`)
  if (name.endsWith('_at')) found.push(query(`"${name}" NOT GLOB '${TIME}'`))
  if (FLAGS.has(name)) found.push(query(`"${name}" NOT IN (0, 1)`))
  if (JSON_COLUMNS.has(name)) found.push(query(`NOT json_valid("${name}")`))
  if (type === 'text') found.push(query(`CAST(CAST("${name}" AS BLOB) AS TEXT) <> "${name}"`))
  if (name === 'id' && ENTITIES.has(table)) found.push(query(`"${name}" = ''`))
  return found
}

/** Text that is no valid UTF-8, on which readers in other languages fail; as `table.column`. */
export function brokenTextIn(db: Database): string[] {
  return tables.flatMap(table => {
    const name = getTableName(table)
    const texts = Object.entries(getTableColumns(table as Table))
      .filter(([, column]) => column.getSQLType() === 'text')
      .map(([column]) => column)
    return texts.filter(column => hasBrokenText(db, name, column)).map(column => `${name}.${column}`)
  })
}

function hasBrokenText(db: Database, table: string, column: string): boolean {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  for (const bytes of db
    .prepare(`SELECT DISTINCT CAST("${column}" AS BLOB) FROM ${table} WHERE "${column}" IS NOT NULL`)
    .pluck()
    .iterate() as IterableIterator<Buffer>) {
    try {
      strict.decode(bytes)
    } catch {
      return true
    }
  }
  return false
}
