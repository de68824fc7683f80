import { is, Param, Placeholder, type Query } from 'drizzle-orm'
import type { Drizzle } from './open.js'

export type Values = Record<string, unknown>

/**
 * A statement that Drizzle has written and SQLite runs: values are taken by name, in the order of the
 * statement's parameters. What has the name `at` is given beside them, so that rows need not be copied to be
 * stamped.
 */
export interface BoundStatement {
  /** @returns the number of rows it changed */
  run(values: object, at?: string): number
  /** The first row, in the order of the columns asked for. */
  get(values: object): unknown[] | undefined
}

/**
 * Prepares a query of Drizzle's once. Running it through Drizzle costs more than SQLite does: it looks for
 * placeholders, encoders and decoders anew each time, for values that are plain already.
 */
export function bind(db: Drizzle, query: { toSQL(): Query }): BoundStatement {
  const { sql, params } = query.toSQL()
  const statement = db.$client.prepare(sql)
  const names = params.map(nameOf)
  const take = (values: Values, at: unknown): unknown[] => {
    // Pushed one by one: to make an array of its full length by `Array.from` takes as long as SQLite does.
    const taken: unknown[] = []
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i]
      if (name === 'at') taken.push(at)
      else taken.push(name === undefined ? params[i] : (values[name] ?? null))
    }
    return taken
  }
  if (statement.reader) statement.raw(true)
  return {
    run: (values, at) => statement.run(take(values as Values, at)).changes,
    get: values => statement.get(take(values as Values, undefined)) as unknown[] | undefined,
  }
}

/** The name of a placeholder; undefined for a value. */
function nameOf(param: unknown): string | undefined {
  const value = is(param, Param) ? param.value : param
  return is(value, Placeholder) ? value.name : undefined
}
