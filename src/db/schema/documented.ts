import { getTableName, type Table } from 'drizzle-orm'

export interface TableDoc {
  readonly table: Table
  readonly about: string
  readonly columns: Readonly<Record<string, string>>
}

/** The data dictionary: every table by name, with a sentence on it and on each column. */
export const dictionary = new Map<string, TableDoc>()

/** Enters a table into the data dictionary; a column without a sentence does not compile. */
export function documented<T extends Table>(table: T, about: string, columns: Record<keyof T['_']['columns'], string>): void {
  dictionary.set(getTableName(table), { table, about, columns })
}
