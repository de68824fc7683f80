import { getTableName, getViewName, isView, type Table, type View } from 'drizzle-orm'

export interface TableDoc {
  readonly kind: 'table' | 'view'
  readonly table: Table | View
  readonly about: string
  readonly columns: Readonly<Record<string, string>>
}

/** The data dictionary: every table and view by name, with a sentence on it and on each column. */
export const dictionary = new Map<string, TableDoc>()

/** The names of a table's or view's columns. */
export type ColumnName<T> = T extends Table
  ? keyof T['_']['columns']
  : T extends View
    ? keyof T['_']['selectedFields']
    : never

/** Enters a table or view into the data dictionary; a column without a sentence does not compile. */
export function documented<T extends Table | View>(
  table: T,
  about: string,
  columns: Record<ColumnName<T>, string>,
): void {
  const doc: TableDoc = { kind: isView(table) ? 'view' : 'table', table, about, columns }
  dictionary.set(isView(table) ? getViewName(table) : getTableName(table), doc)
}
