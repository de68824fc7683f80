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
   * True for entities that are met again and again as they were: whether a row tells anything new is asked of SQLite first, which is
   * cheaper than to fetch what is known; for the others it is one statement more.
   */
  readonly oftenTheSame: boolean
}

const NOTHING: ReadonlySet<string> = new Set()

/**
 * Upserts by `id` under one rule: what a page does not tell (undefined or null) never overwrites what is known, and a row
 * that did not change is not rewritten. Statements are prepared once.
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
    const values = Object.fromEntries(this.#columns.map((name) => [name, sql`${sql.placeholder(name)}`]))
    const sameId = eq(table.id, sql.placeholder('id'))
    this.#select = bind(db, db.select().from(table).where(sameId))
    this.#insert = bind(db, db.insert(table).values(values))
    this.#update = bind(db, db.update(table).set(values).where(sameId))
    const seen = { last_seen_at: sql`${sql.placeholder('last_seen_at')}` } as Values
    this.#touch = options.stamped ? bind(db, db.update(table).set(seen).where(sameId)) : undefined
    this.#confirm = options.stamped && options.oftenTheSame ? bind(db, db.update(table).set(seen).where(and(sameId, ...tellsNothingNew(table)))) : undefined
  }

  /**
   * Brings a row in.
   * @param at the time at which it was told
   * @returns what happened, the columns that are new to us, and (where there are such) the row as it is now
   */
  put(row: { id: string }, at: string): { effect: Effect; row: Values; changed: ReadonlySet<string> } {
    const told: Values = row as unknown as Values
    if (this.#confirm?.run({ ...told, last_seen_at: at }) === 1) return { effect: 'unchanged', row: told, changed: NOTHING }
    const known = this.#select.get({ id: row.id })
    const merged: Values = {}
    const changed = new Set<string>()
    for (const [i, column] of this.#columns.entries()) {
      const before = known?.[i] ?? null
      const now = told[column] ?? before
      merged[column] = now
      if (now !== before) changed.add(column)
    }
    if (this.#options.stamped) {
      merged['first_seen_at'] ??= at
      merged['last_seen_at'] = at
    }
    return { effect: this.#write(known !== undefined, merged, changed), row: merged, changed }
  }

  #write(isKnown: boolean, merged: Values, changed: ReadonlySet<string>): Effect {
    if (!isKnown) {
      this.#insert.run(merged)
      return 'inserted'
    }
    if (changed.size === 0) {
      this.#touch?.run(merged)
      return 'unchanged'
    }
    this.#update.run(merged)
    return [...changed].every((column) => this.#options.volatile.has(column)) ? 'unchanged' : 'updated'
  }
}

/** Of each column but the key and the stamps: it is what is told, or nothing is told. */
function tellsNothingNew(table: SQLiteTable): SQL[] {
  const told = Object.entries(getTableColumns(table as Table)).filter(([name]) => !['id', 'first_seen_at', 'last_seen_at'].includes(name))
  return told.map(([name, column]) => sql`${column} is coalesce(${sql.placeholder(name)}, ${column})`)
}
