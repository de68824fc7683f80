import { and, eq, getTableColumns, sql, type SQL, type Table } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Drizzle } from './open.js'
import { bind, type BoundStatement, type Values } from './statement.js'

export type Effect = 'inserted' | 'updated' | 'unchanged'

export interface EntityTableOptions {
  /** True for tables with `first_seen_at` and `last_seen_at`. */
  readonly stamped: boolean
  /** Columns whose new values are kept and are no change: signed links differ at every fetch. */
  readonly volatile: ReadonlySet<string>
  /**
   * True for entities that are met again and again as they were: whether a row tells anything new is asked of
   * SQLite first, which is cheaper than to fetch what is known; for the others it is one statement more.
   */
  readonly oftenTheSame: boolean
}

/** What became of a row that was brought in. */
export interface Put {
  readonly effect: Effect
  /** The row as it is now, its stamps aside; of one that did not change, what was told of it. */
  readonly row: Values
  /** Whether a column has another value than before; of a new row: whether it has one. */
  readonly changed: (column: string) => boolean
}

const NOTHING = (): boolean => false

/**
 * Upserts by `id` under one rule: what a page does not tell (undefined or null) never overwrites what is
 * known, and a row that did not change is not rewritten. Statements are prepared once.
 */
export class EntityTable {
  readonly #columns: readonly string[]
  readonly #options: EntityTableOptions
  readonly #select: BoundStatement
  readonly #insert: BoundStatement
  readonly #update: BoundStatement
  readonly #touch: BoundStatement | undefined
  readonly #confirm: BoundStatement | undefined

  constructor(db: Drizzle, table: SQLiteTable & { id: SQLiteColumn }, options: EntityTableOptions) {
    this.#columns = Object.keys(getTableColumns(table as Table))
    this.#options = options
    const told = (name: string): SQL => sql`${sql.placeholder(name)}`
    const stamps = options.stamped ? ['first_seen_at', 'last_seen_at'] : []
    const values = Object.fromEntries(
      this.#columns.map(name => [name, told(stamps.includes(name) ? 'at' : name)]),
    )
    const { first_seen_at: _, ...later } = values
    const sameId = eq(table.id, sql.placeholder('id'))
    this.#select = bind(db, db.select().from(table).where(sameId))
    this.#insert = bind(db, db.insert(table).values(values).onConflictDoNothing())
    this.#update = bind(db, db.update(table).set(later).where(sameId))
    const seen = { last_seen_at: told('at') } as Values
    this.#touch = options.stamped ? bind(db, db.update(table).set(seen).where(sameId)) : undefined
    this.#confirm =
      options.stamped && options.oftenTheSame
        ? bind(
            db,
            db
              .update(table)
              .set(seen)
              .where(and(sameId, ...tellsNothingNew(table))),
          )
        : undefined
  }

  /**
   * Brings a row in. Most rows are new, or known and the same: one statement does for those.
   * @param at the time at which it was told
   * @param isDeleted whether it is of a deleted record, which replaces nothing that is known
   */
  put(row: { id: string }, at: string, isDeleted = false): Put {
    const told: Values = row as unknown as Values
    if (this.#confirm?.run(told, at) === 1) return { effect: 'unchanged', row: told, changed: NOTHING }
    if (this.#insert.run(told, at) === 1)
      return { effect: 'inserted', row: told, changed: column => isTold(told[column]) }
    return this.#merge(told, at, isDeleted)
  }

  /** What is known, with what is told in its place. */
  #merge(told: Values, at: string, isDeleted: boolean): Put {
    const known = this.#select.get(told) ?? []
    const merged: Values = {}
    const changed = new Set<string>()
    for (const [i, column] of this.#columns.entries()) {
      const before = known[i] ?? null
      const now = isDeleted ? besideKnown(column, before, told[column] ?? null) : (told[column] ?? before)
      merged[column] = now
      if (now !== before) changed.add(column)
    }
    return { effect: this.#write(merged, changed, at), row: merged, changed: column => changed.has(column) }
  }

  #write(merged: Values, changed: ReadonlySet<string>, at: string): Effect {
    if (changed.size === 0) {
      this.#touch?.run(merged, at)
      return 'unchanged'
    }
    this.#update.run(merged, at)
    return [...changed].every(column => this.#options.volatile.has(column)) ? 'unchanged' : 'updated'
  }
}

/** What grows below a deleted record too: more of it is news. */
const GROWING: ReadonlySet<string> = new Set(['reply_count', 'recursive_reply_count', 'remix_count'])

/**
 * The value of a column after a deleted record was shown: that it was deleted is told, the rest only where
 * nothing is known.
 */
export function besideKnown<T>(column: string, before: T, told: T): T {
  if (column === 'tombstoned_at') return told ?? before
  if (GROWING.has(column) && typeof before === 'number' && typeof told === 'number')
    return told > before ? told : before
  return before ?? told
}

const isTold = (value: unknown): boolean => value !== undefined && value !== null

/** Of each column but the key and the stamps: it is what is told, or nothing is told. */
function tellsNothingNew(table: SQLiteTable): SQL[] {
  const told = Object.entries(getTableColumns(table as Table)).filter(
    ([name]) => !['id', 'first_seen_at', 'last_seen_at'].includes(name),
  )
  return told.map(([name, column]) => sql`${column} is coalesce(${sql.placeholder(name)}, ${column})`)
}
