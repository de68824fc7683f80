import { getTableConfig, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { describe, expect } from 'vitest'
import { dictionary } from '../../src/db/index.js'
import { test, type Bench, type Row } from './support/database.js'

const named = (kind: string): string[] =>
  [...dictionary]
    .filter(([, doc]) => doc.kind === kind)
    .map(([name]) => name)
    .toSorted()
const tables = named('table').map(
  name => [name, getTableConfig(dictionary.get(name)?.table as SQLiteTable)] as const,
)

/** Columns as SQLite tells them. */
function made(bench: Bench, table: string): Row[] {
  return bench.rows(
    'select name, lower(type) as type, "notnull", dflt_value as "default", pk from ' +
      'pragma_table_info(?) order by cid',
    table,
  )
}

function literal(value: unknown): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** Columns as the schema says; `pk` counts from 1 in the order of the key. */
function said({ columns, primaryKeys }: ReturnType<typeof getTableConfig>): Row[] {
  const key = primaryKeys.flatMap(one => one.columns.map(({ name }) => name))
  return columns.map(column => ({
    name: column.name,
    type: column.getSQLType(),
    notnull: column.notNull ? 1 : 0,
    default: literal(column.default),
    pk: column.primary ? 1 : key.indexOf(column.name) + 1,
  }))
}

describe('the tables that migrations make', () => {
  test('are those of the schema and no others, and so are the views', async ({ bench }) => {
    await bench.closeStore(bench.store())
    const found = (kind: string): unknown[] =>
      bench.column(
        "select name from sqlite_master where type = ? and name not like 'sqlite_%' and name not " +
          "like '__drizzle%' order by name",
        kind,
      )
    expect(found('table')).toEqual(named('table'))
    expect(found('view')).toEqual(named('view'))
  })

  test('have views that can be read, with the columns that the dictionary describes', async ({ bench }) => {
    await bench.closeStore(bench.store())
    for (const view of named('view')) {
      expect(
        made(bench, view)
          .map(({ name }) => String(name))
          .toSorted(),
        view,
      ).toEqual(Object.keys(dictionary.get(view)?.columns ?? {}).toSorted())
      expect(bench.rows(`select * from "${view}"`)).toEqual([])
    }
  })

  test('have exactly the columns, types, keys and defaults of the schema', async ({ bench }) => {
    await bench.closeStore(bench.store())
    for (const [name, config] of tables) expect(made(bench, name), name).toEqual(said(config))
  })

  test('have exactly its indexes', async ({ bench }) => {
    await bench.closeStore(bench.store())
    for (const [name, { indexes }] of tables) {
      const list = bench.rows(
        `select name, "unique", partial from pragma_index_list(?) where origin = 'c' order by name`,
        name,
      )
      const found = list.map(index => ({
        ...index,
        columns: bench.column('select name from pragma_index_info(?) order by seqno', index['name']),
      }))
      const wanted = indexes.map(({ config }) => ({
        name: config.name,
        unique: config.unique ? 1 : 0,
        partial: config.where === undefined ? 0 : 1,
        columns: config.columns.map(column => (column as SQLiteColumn).name),
      }))
      expect(found, name).toEqual(wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    }
  })
})

test('tables refer to each other as the schema says, for programs that show it', async ({ bench }) => {
  await bench.closeStore(bench.store())
  const found = tables.flatMap(([name]) =>
    bench.column(
      `select '${name}.' || "from" || ' -> ' || "table" || '.' || "to" from pragma_foreign_key_list(?)`,
      name,
    ),
  )
  expect(found.toSorted()).toEqual([
    'attachments.post_id -> posts.id',
    'comments.parent_comment_id -> comments.id',
    'comments.post_id -> posts.id',
    'comments.user_id -> users.id',
    'post_metrics.post_id -> posts.id',
    'posts.user_id -> users.id',
    'user_metrics.user_id -> users.id',
    'usernames.user_id -> users.id',
    'users.owner_user_id -> users.id',
  ])
})

/** The columns that the public contract names. */
const CONTRACT: Record<string, string> = {
  users:
    'id username display_name bio profile_picture_url banner_image_url follower_count ' +
    'following_count post_count like_count view_count cameo_count is_verified created_at ' +
    'social_links owner_user_id unavailable first_seen_at last_seen_at',
  posts:
    'id user_id text posted_at updated_at like_count dislike_count view_count unique_view_count ' +
    'reply_count recursive_reply_count remix_count permalink preview_image_url parent_post_id ' +
    'root_post_id emoji is_featured unavailable first_seen_at last_seen_at',
  attachments:
    'id post_id position kind generation_id width height duration_s url downloadable_url ' +
    'thumbnail_url gif_url md_url url_expires_at',
  comments:
    'id post_id parent_comment_id user_id text posted_at like_count reply_count unavailable ' +
    'first_seen_at last_seen_at',
  edges: 'kind source_id target_id first_seen_at last_seen_at gone_at',
  rankings: 'list run_id position item_id observed_at',
  post_metrics:
    'observed_at like_count dislike_count view_count unique_view_count reply_count ' +
    'recursive_reply_count remix_count',
  user_metrics: 'observed_at follower_count following_count post_count like_count view_count cameo_count',
  usernames: 'user_id username first_seen_at last_seen_at',
  runs: 'id options outcome',
  checkpoints: 'cursor',
  requests: 'id',
  pages: 'id',
  rejects: 'route stream reason raw',
}

describe('the public tables', () => {
  test('have the columns that the contract names', async ({ bench }) => {
    await bench.closeStore(bench.store())
    for (const [table, columns] of Object.entries(CONTRACT)) {
      const names = new Set(made(bench, table).map(({ name }) => name))
      expect(
        columns.split(' ').filter(column => !names.has(column)),
        table,
      ).toEqual([])
    }
  })

  test('hold ids and times as text, and flags and counters as integers', async ({ bench }) => {
    await bench.closeStore(bench.store())
    for (const table of Object.keys(CONTRACT)) {
      for (const { name, type } of made(bench, table)) {
        if (String(name).endsWith('_at')) expect(type, `${table}.${String(name)}`).toBe('text')
        if (String(name).endsWith('_count') || String(name).startsWith('is_'))
          expect(type, `${table}.${String(name)}`).toBe('integer')
      }
    }
  })
})

describe('the data dictionary', () => {
  test('has a sentence on every table and every column', () => {
    for (const [name, { columns }] of tables)
      expect(Object.keys(dictionary.get(name)?.columns ?? {}).toSorted()).toEqual(
        columns.map(column => column.name).toSorted(),
      )
    for (const [name, { about, columns }] of dictionary) {
      expect(about, name).not.toBe('')
      expect(Object.values(columns).filter(sentence => sentence.trim() === '')).toEqual([])
    }
  })
})
