import { getTableColumns, getTableName, isTable } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { dictionary } from '../../src/db/index.js'
import { NAMING, PROSE, SILENT } from '../../src/db/forget-columns.js'

/** Every text column that is no time, as `table.column`. */
function textColumns(): string[] {
  return [...dictionary.values()].flatMap(({ kind, table }) => {
    if (kind !== 'table' || !isTable(table)) return []
    const columns = Object.entries(getTableColumns(table)).filter(
      ([name, { dataType }]) => dataType === 'string' && !name.endsWith('_at'),
    )
    return columns.map(([name]) => `${getTableName(table)}.${name}`)
  })
}

const listed = (lists: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(lists).flatMap(([table, columns]) => columns.map(column => `${table}.${column}`))

describe('where a person can be found', () => {
  test('is decided for every text column of the schema, once', () => {
    expect([...listed(PROSE), ...listed(NAMING), ...listed(SILENT)].toSorted()).toEqual(
      textColumns().toSorted(),
    )
  })
})
