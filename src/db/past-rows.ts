import { getTableColumns, getTableName, type Table } from 'drizzle-orm'
import type { Effect } from './entity-table.js'
import type { Sqlite } from './open.js'
import type { RowCounts } from './port.js'
import { attachments, comments, posts, users, type EdgeRow, type PageRows } from './schema/index.js'

type Values = Record<string, unknown>

const USER_COUNTERS = ['follower_count', 'following_count', 'post_count', 'like_count', 'view_count', 'cameo_count']
const POST_COUNTERS = ['like_count', 'dislike_count', 'view_count', 'unique_view_count', 'reply_count', 'recursive_reply_count', 'remix_count']

/**
 * Writes the rows of an answer whose place in the order of commits says nothing, such as one from an archive: its time decides. An answer
 * older than the last sighting of a row only tells what nobody has told of it; counters take their place in the history. Writing
 * the same again changes nothing. Call it inside a transaction.
 */
export class PastRows {
  readonly #users: PastTable
  readonly #posts: PastTable
  readonly #comments: PastTable
  readonly #attachments: PastTable
  readonly #userHistory: PastHistory
  readonly #postHistory: PastHistory
  readonly #s: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#users = new PastTable(sqlite, users)
    this.#posts = new PastTable(sqlite, posts)
    this.#comments = new PastTable(sqlite, comments)
    this.#attachments = new PastTable(sqlite, attachments)
    this.#userHistory = new PastHistory(sqlite, 'user_metrics', 'user_id', USER_COUNTERS)
    this.#postHistory = new PastHistory(sqlite, 'post_metrics', 'post_id', POST_COUNTERS)
    this.#s = prepare(sqlite)
  }

  /** @returns what it did with the rows */
  write(rows: PageRows, at: string): RowCounts {
    const counts = { inserted: 0, updated: 0, unchanged: 0, rejected: rows.rejects.length }
    const oldPosts = new Set<string>()
    for (const row of rows.users.values()) {
      counts[this.#users.put(row, at).effect] += 1
      this.#userHistory.observe(row, at)
      if (typeof row.username === 'string') this.#s.username.run({ id: row.id, username: row.username, at })
    }
    for (const row of rows.posts.values()) {
      const { effect, isOld } = this.#posts.put(row, at)
      if (isOld) oldPosts.add(row.id)
      counts[effect] += 1
      this.#postHistory.observe(row, at)
    }
    for (const row of rows.comments.values()) counts[this.#comments.put(row, at).effect] += 1
    for (const row of rows.attachments.values()) counts[this.#attachments.put(row, at, oldPosts.has(row.post_id)).effect] += 1
    for (const edge of rows.edges.values()) counts[this.#edge(edge, at)] += 1
    return counts
  }

  #edge({ kind, source_id, target_id }: EdgeRow, at: string): Effect {
    const edge = { kind, source_id, target_id, at }
    if (this.#s.newEdge.run(edge).changes === 1) return 'inserted'
    this.#s.seenEdge.run(edge)
    return 'unchanged'
  }
}

/** A table of entities, upserted by time. */
class PastTable {
  readonly #columns: readonly string[]
  readonly #select
  readonly #replace

  constructor(sqlite: Sqlite, table: Table) {
    const name = getTableName(table)
    this.#columns = Object.keys(getTableColumns(table))
    this.#select = sqlite.prepare<object, Values>(`SELECT * FROM main.${name} WHERE id = :id`)
    const set = this.#columns.filter((column) => column !== 'id').map((column) => `${column} = excluded.${column}`)
    this.#replace = sqlite.prepare(
      `INSERT INTO main.${name} (${this.#columns.join(', ')}) VALUES (${this.#columns.map((column) => `:${column}`).join(', ')}) ON CONFLICT (id) DO UPDATE SET ${set.join(', ')}`,
    )
  }

  /** @param isOld for rows without times of their own: whether something newer was told of them */
  put(row: { id: string }, at: string, isOld = false): { effect: Effect; isOld: boolean } {
    const told = row as Values
    const known = this.#select.get({ id: row.id })
    const lastSeen = known?.['last_seen_at']
    const old = isOld || (typeof lastSeen === 'string' && at < lastSeen)
    const now: Values = {}
    for (const column of this.#columns) {
      const [one, other] = old ? [known?.[column], told[column]] : [told[column], known?.[column]]
      now[column] = one ?? other ?? null
    }
    if (this.#columns.includes('first_seen_at')) Object.assign(now, stamps(known, at))
    const isChanged = this.#columns.some((column) => now[column] !== known?.[column])
    if (isChanged) this.#replace.run(now)
    return { effect: known === undefined ? 'inserted' : isChanged ? 'updated' : 'unchanged', isOld: old }
  }
}

function stamps(known: Values | undefined, at: string): Values {
  const first = known?.['first_seen_at']
  const last = known?.['last_seen_at']
  return { first_seen_at: typeof first === 'string' && first < at ? first : at, last_seen_at: typeof last === 'string' && last > at ? last : at }
}

/** The history of counters: a row only where one of them changed, whenever that comes to be known. */
class PastHistory {
  readonly #counters: readonly string[]
  readonly #before
  readonly #after
  readonly #put
  readonly #fill
  readonly #drop

  constructor(sqlite: Sqlite, table: string, id: string, counters: readonly string[]) {
    this.#counters = counters
    this.#before = sqlite.prepare<object, Values>(`SELECT * FROM main.${table} WHERE ${id} = :id AND observed_at <= :at ORDER BY observed_at DESC LIMIT 1`)
    this.#after = sqlite.prepare<object, Values>(`SELECT * FROM main.${table} WHERE ${id} = :id AND observed_at > :at ORDER BY observed_at LIMIT 1`)
    this.#put = sqlite.prepare(
      `INSERT OR REPLACE INTO main.${table} (${id}, observed_at, ${counters.join(', ')}) VALUES (:id, :at, ${counters.map((name) => `:${name}`).join(', ')})`,
    )
    const filled = counters.map((name) => `${name} = coalesce(${name}, :${name})`).join(', ')
    this.#fill = sqlite.prepare(`UPDATE main.${table} SET ${filled} WHERE ${id} = :id AND observed_at > :at`)
    this.#drop = sqlite.prepare(`DELETE FROM main.${table} WHERE ${id} = :id AND observed_at = :at`)
  }

  observe(row: { id: string }, at: string): void {
    const told = row as Values
    if (this.#counters.every((name) => (told[name] ?? null) === null)) return
    const before = this.#before.get({ id: row.id, at })
    const now = Object.fromEntries(this.#counters.map((name) => [name, told[name] ?? before?.[name] ?? null]))
    if (before !== undefined && this.#same(now, before)) return
    this.#put.run({ id: row.id, at, ...now })
    this.#fill.run({ id: row.id, at, ...now })
    const after = this.#after.get({ id: row.id, at })
    // What was observed later is no change any more.
    if (after !== undefined && this.#same(now, after)) this.#drop.run({ id: row.id, at: after['observed_at'] })
  }

  #same(a: Values, b: Values): boolean {
    return this.#counters.every((name) => (a[name] ?? null) === (b[name] ?? null))
  }
}

function prepare(sqlite: Sqlite) {
  return {
    username: sqlite.prepare(`
      INSERT INTO main.usernames (user_id, username, first_seen_at, last_seen_at) VALUES (:id, :username, :at, :at)
      ON CONFLICT DO UPDATE SET first_seen_at = min(first_seen_at, :at), last_seen_at = max(last_seen_at, :at)`),
    newEdge: sqlite.prepare('INSERT INTO main.edges (kind, source_id, target_id, first_seen_at, last_seen_at) VALUES (:kind, :source_id, :target_id, :at, :at) ON CONFLICT DO NOTHING'),
    seenEdge: sqlite.prepare(`
      UPDATE main.edges SET first_seen_at = min(first_seen_at, :at), last_seen_at = max(last_seen_at, :at), gone_at = iif(gone_at < :at, NULL, gone_at)
      WHERE kind = :kind AND source_id = :source_id AND target_id = :target_id`),
  }
}
