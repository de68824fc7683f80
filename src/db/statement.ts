import { is, Param, Placeholder, type Query } from 'drizzle-orm'
import type { Drizzle } from './open.js'

export type Values = Record<string, unknown>

/** A statement that Drizzle has written and SQLite runs: values are taken by name, in the order of the statement's parameters. */
export interface BoundStatement {
  /** @returns the number of rows it changed */
  run(values: Values): number
  /** The first row, in the order of the columns asked for. */
  get(values: Values): unknown[] | undefined
}

/**
 * Prepares a query of Drizzle's once. Running it through Drizzle costs more than SQLite does: it looks for placeholders, encoders and
 * decoders anew each time, for values that are plain already.
 */
export function bind(db: Drizzle, query: { toSQL(): Query }): BoundStatement {
  const { sql, params } = query.toSQL()
  const statement = db.$client.prepare(sql)
  const names = params.map(nameOf)
  const take = (values: Values): unknown[] => {
    const taken = Array.from<unknown>({ length: names.length })
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i]
      taken[i] = name === undefined ? params[i] : (values[name] ?? null)
    }
    return taken
  }
  if (statement.reader) statement.raw(true)
  return {
    run: (values) => statement.run(take(values)).changes,
    get: (values) => statement.get(take(values)) as unknown[] | undefined,
  }
}

/** The name of a placeholder; undefined for a value. */
function nameOf(param: unknown): string | undefined {
  const value = is(param, Param) ? param.value : param
  return is(value, Placeholder) ? value.name : undefined
}
