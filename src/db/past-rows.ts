import { getTableColumns, getTableName, type Table } from 'drizzle-orm'
import { besideKnown, type Effect } from './entity-table.js'
import type { Sqlite } from './open.js'
import type { RowCounts } from './port.js'
import { attachments, comments, posts, users, type EdgeRow, type PageRows } from './schema/index.js'

type Values = Record<string, unknown>

const USER_COUNTERS = [
  'follower_count',
  'following_count',
  'post_count',
  'like_count',
  'view_count',
  'cameo_count',
]
const POST_COUNTERS = [
  'like_count',
  'dislike_count',
  'view_count',
  'unique_view_count',
  'reply_count',
  'recursive_reply_count',
  'remix_count',
]

/**
 * Writes the rows of an answer whose place in the order of commits says nothing, such as one from an archive:
 * its time decides. An answer older than the last sighting of a row only tells what nobody has told of it;
 * counters take their place in the history. Writing the same again changes nothing. Call it inside a
 * transaction.
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
    this.#users = new PastTable(sqlite, users, { oftenTheSame: true })
    this.#posts = new PastTable(sqlite, posts, { oftenTheSame: false })
    this.#comments = new PastTable(sqlite, comments, { oftenTheSame: false })
    this.#attachments = new PastTable(sqlite, attachments, { oftenTheSame: false })
    this.#userHistory = new PastHistory(sqlite, 'user_metrics', 'user_id', USER_COUNTERS)
    this.#postHistory = new PastHistory(sqlite, 'post_metrics', 'post_id', POST_COUNTERS)
    this.#s = prepare(sqlite)
  }

  /** @returns what it did with the rows */
  write(rows: PageRows, at: string): RowCounts {
    const counts = { inserted: 0, updated: 0, unchanged: 0, rejected: rows.rejects.length }
    const oldPosts = new Set<string>()
    for (const row of rows.users.values()) {
      const put = this.#users.put(row, at)
      counts[put.effect] += 1
      this.#userHistory.observe(row, at, put)
      if (typeof row.username === 'string') this.#s.username.run(row.id, row.username, at, at, at, at)
    }
    for (const row of rows.posts.values()) {
      const isDeleted = rows.deleted.has(row.id)
      const put = this.#posts.put(row, at, { isDeleted })
      if (put.isOld) oldPosts.add(row.id)
      counts[put.effect] += 1
      if (!isDeleted || put.effect === 'inserted') this.#postHistory.observe(row, at, put)
    }
    for (const row of rows.comments.values())
      counts[this.#comments.put(row, at, { isDeleted: rows.deleted.has(row.id) }).effect] += 1
    for (const row of rows.attachments.values())
      counts[this.#attachments.put(row, at, { isOld: oldPosts.has(row.post_id) }).effect] += 1
    for (const edge of rows.edges.values()) counts[this.#edge(edge, at)] += 1
    return counts
  }

  #edge({ kind, source_id, target_id }: EdgeRow, at: string): Effect {
    if (this.#s.newEdge.run(kind, source_id, target_id, at, at).changes === 1) return 'inserted'
    this.#s.seenEdge.run({ kind, source_id, target_id, at })
    return 'unchanged'
  }
}

/** What became of a row that was told. */
interface Put {
  readonly effect: Effect
  /** Whether something newer had been told of it. */
  readonly isOld: boolean
  /** Whether it was there, and what was told of it is what was known. */
  readonly isSame: boolean
}

/**
 * A table of entities, upserted by time. Most rows are new, or (of users, who are met again and again) known
 * and the same: one statement does for those.
 */
class PastTable {
  readonly #columns: readonly string[]
  /** Where the times stand at which a row was seen; -1 for rows without. */
  readonly #first: number
  readonly #last: number
  /** Those that are told. */
  readonly #told: readonly string[]
  readonly #confirm
  readonly #select
  readonly #insert
  readonly #update
  readonly #touch

  /**
   * @param oftenTheSame whether a row is looked for as it is told before it is inserted; for rows with times
   *   of their own
   */
  constructor(sqlite: Sqlite, table: Table, { oftenTheSame }: { oftenTheSame: boolean }) {
    const name = getTableName(table)
    this.#columns = Object.keys(getTableColumns(table))
    this.#first = this.#columns.indexOf('first_seen_at')
    this.#last = this.#columns.indexOf('last_seen_at')
    this.#told = this.#columns.filter((column, i) => column !== 'id' && i !== this.#first && i !== this.#last)
    const same = this.#told.map(column => `${column} IS coalesce(?, ${column})`).join(' AND ')
    this.#confirm = oftenTheSame
      ? sqlite.prepare<unknown[]>(
          `UPDATE main.${name} SET last_seen_at = ? WHERE id = ? AND last_seen_at < ? AND ${same}`,
        )
      : undefined
    this.#select = sqlite
      .prepare<[string], unknown[]>(`SELECT ${this.#columns.join(', ')} FROM main.${name} WHERE id = ?`)
      .raw()
    this.#insert = sqlite.prepare<unknown[]>(
      `INSERT INTO main.${name} (${this.#columns.join(', ')}) VALUES ` +
        `(${this.#columns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
    )
    this.#update = sqlite.prepare<unknown[]>(
      `UPDATE main.${name} SET ${this.#columns.map(column => `${column} = ?`).join(', ')} WHERE id = ?`,
    )
    this.#touch =
      this.#last === -1
        ? undefined
        : sqlite.prepare<[string, string, string]>(
            `UPDATE main.${name} SET first_seen_at = ?, last_seen_at = ? WHERE id = ?`,
          )
  }

  /**
   * @param isOld for rows without times of their own: whether something newer was told of them
   * @param isDeleted whether it is of a deleted record, which replaces nothing that is known
   */
  put(row: { id: string }, at: string, { isOld = false, isDeleted = false } = {}): Put {
    const told = row as Values
    if (this.#confirm?.run([at, row.id, at, ...this.#told.map(column => told[column] ?? null)]).changes === 1)
      return { effect: 'updated', isOld: false, isSame: true }
    const all = this.#columns.map((column, i) =>
      i === this.#first || i === this.#last ? at : (told[column] ?? null),
    )
    if (this.#insert.run(all).changes === 1) return { effect: 'inserted', isOld, isSame: false }
    return this.#merge(row, at, isOld, isDeleted)
  }

  #merge(row: { id: string }, at: string, isOld: boolean, isDeleted: boolean): Put {
    const told = row as Values
    const known = this.#select.get(row.id) ?? []
    const [first, last] = [earlier(known[this.#first], at), later(known[this.#last], at)]
    const old = isOld || last !== at
    const merged = old ? firstTold : isDeleted ? besideKnown : lastTold
    let isChanged = false
    const now = this.#columns.map((column, i) => {
      const before = known[i] ?? null
      const value =
        i === this.#first ? first : i === this.#last ? last : merged(column, before, told[column] ?? null)
      if (value !== before && i !== this.#first && i !== this.#last) isChanged = true
      return value
    })
    if (isChanged) this.#update.run(...now, row.id)
    else if (this.#touch === undefined || (first === known[this.#first] && last === known[this.#last]))
      return { effect: 'unchanged', isOld: old, isSame: true }
    else this.#touch.run(first, last, row.id)
    return { effect: 'updated', isOld: old, isSame: !isChanged }
  }
}

/** How a value goes together with what is known: of an older answer, and of a newer one. */
const firstTold: typeof besideKnown = (_, before, told) => before ?? told
const lastTold: typeof besideKnown = (_, before, told) => told ?? before

function earlier(known: unknown, at: string): string {
  return typeof known === 'string' && known < at ? known : at
}

function later(known: unknown, at: string): string {
  return typeof known === 'string' && known > at ? known : at
}

/** The history of counters: a row only where one of them changed, whenever that comes to be known. */
class PastHistory {
  readonly #counters: readonly string[]
  readonly #newest
  readonly #before
  readonly #after
  readonly #put
  readonly #fill
  readonly #drop

  constructor(sqlite: Sqlite, table: string, id: string, counters: readonly string[]) {
    this.#counters = counters
    this.#newest = sqlite.prepare<[string], Values>(
      `SELECT * FROM main.${table} WHERE ${id} = ? ORDER BY observed_at DESC LIMIT 1`,
    )
    this.#before = sqlite.prepare<object, Values>(
      `SELECT * FROM main.${table} WHERE ${id} = :id AND observed_at <= :at ORDER BY observed_at ` +
        'DESC LIMIT 1',
    )
    this.#after = sqlite.prepare<object, Values>(
      `SELECT * FROM main.${table} WHERE ${id} = :id AND observed_at > :at ORDER BY observed_at LIMIT 1`,
    )
    this.#put = sqlite.prepare<unknown[]>(
      `INSERT OR REPLACE INTO main.${table} (${id}, observed_at, ${counters.join(', ')}) VALUES ` +
        `(?, ?, ${counters.map(() => '?').join(', ')})`,
    )
    const filled = counters.map(name => `${name} = coalesce(${name}, :${name})`).join(', ')
    this.#fill = sqlite.prepare(`UPDATE main.${table} SET ${filled} WHERE ${id} = :id AND observed_at > :at`)
    this.#drop = sqlite.prepare(`DELETE FROM main.${table} WHERE ${id} = :id AND observed_at = :at`)
  }

  observe(row: { id: string }, at: string, { effect, isOld, isSame }: Put): void {
    // The row holds what was observed last.
    if (isSame && !isOld) return
    const told = row as Values
    if (this.#counters.every(name => (told[name] ?? null) === null)) return
    const newest = effect === 'inserted' ? undefined : this.#newest.get(row.id)
    // Mostly nothing later is known, and then there is nothing behind it to be put right.
    const isNewest = newest === undefined || String(newest['observed_at']) <= at
    const before = isNewest ? newest : this.#before.get({ id: row.id, at })
    const now = this.#counters.map(name => told[name] ?? before?.[name] ?? null)
    if (before !== undefined && this.#same(now, before)) return
    this.#put.run(row.id, at, ...now)
    if (!isNewest) this.#mend(row.id, at, now)
  }

  /** What was observed later takes over what it did not tell, and goes where it is no change any more. */
  #mend(id: string, at: string, now: readonly unknown[]): void {
    this.#fill.run({ id, at, ...Object.fromEntries(this.#counters.map((name, i) => [name, now[i]])) })
    const after = this.#after.get({ id, at })
    if (after !== undefined && this.#same(now, after)) this.#drop.run({ id, at: after['observed_at'] })
  }

  #same(now: readonly unknown[], other: Values): boolean {
    return this.#counters.every((name, i) => (now[i] ?? null) === (other[name] ?? null))
  }
}

function prepare(sqlite: Sqlite) {
  return {
    username: sqlite.prepare(`
      INSERT INTO main.usernames (user_id, username, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET first_seen_at = min(first_seen_at, ?), last_seen_at = max(last_seen_at, ?)`),
    newEdge: sqlite.prepare(
      'INSERT INTO main.edges (kind, source_id, target_id, first_seen_at, last_seen_at) VALUES ' +
        '(?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    seenEdge: sqlite.prepare(`
      UPDATE main.edges SET first_seen_at = min(first_seen_at, :at), last_seen_at = max(last_seen_at, :at), gone_at = iif(gone_at < :at, NULL, gone_at)
      WHERE kind = :kind AND source_id = :source_id AND target_id = :target_id`),
  }
}
