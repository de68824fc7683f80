import { is, isView, type Column } from 'drizzle-orm'
import {
  getTableConfig,
  getViewConfig,
  SQLiteColumn,
  type SQLiteTable,
  type SQLiteView,
} from 'drizzle-orm/sqlite-core'
import { dictionary, type TableDoc } from './schema/index.js'

/** A table or view in plain words, for whoever shows or writes what it holds. */
export interface TableDescription {
  readonly name: string
  readonly kind: 'table' | 'view'
  readonly about: string
  /** In the order of the schema. */
  readonly columns: readonly ColumnDescription[]
  /** The columns that name a row; empty for a view. */
  readonly key: readonly string[]
}

export interface ColumnDescription {
  readonly name: string
  readonly storage: 'text' | 'integer' | 'real' | 'blob'
  /** Whether it is never NULL. */
  readonly required: boolean
  /** The only values there are; null where any can be. */
  readonly choices: readonly string[] | null
  readonly about: string
}

/**
 * @param name of a table or view
 * @returns what the schema says of it; undefined if there is none of that name
 */
export function describeTable(name: string): TableDescription | undefined {
  const doc = dictionary.get(name)
  return doc === undefined ? undefined : describe(name, doc)
}

function describe(name: string, { kind, table, about, columns: sentences }: TableDoc): TableDescription {
  const { columns, key } = isView(table) ? viewShape(table as SQLiteView) : tableShape(table as SQLiteTable)
  const described = columns.map(column => ({
    name: column.name,
    storage: column.getSQLType() as ColumnDescription['storage'],
    required: column.notNull || key.includes(column.name),
    choices: column.enumValues ?? null,
    about: sentences[column.name] ?? '',
  }))
  return { name, kind, about, columns: described, key }
}

interface Shape {
  readonly columns: readonly Column[]
  readonly key: readonly string[]
}

function tableShape(table: SQLiteTable): Shape {
  const { columns, primaryKeys } = getTableConfig(table)
  const key = [...columns.filter(({ primary }) => primary), ...primaryKeys.flatMap(one => one.columns)]
  return { columns, key: key.map(({ name }) => name) }
}

function viewShape(view: SQLiteView): Shape {
  const columns = Object.values(getViewConfig(view).selectedFields).filter(field => is(field, SQLiteColumn))
  return { columns, key: [] }
}
