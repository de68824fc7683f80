import { dictionary } from './schema/index.js'
import { describeTable, type TableDescription } from './describe.js'
import { databaseError, openForWriting } from './open.js'
import type { Row, Snapshot } from './snapshot.js'

/** What becomes of the rows of a table, all columns in the order of the schema; null for a table that is to be empty. */
export type RowChange = (table: TableDescription) => ((row: Row) => Row) | null

/** Rows between two looks at whether the copy goes on. */
const TURN_ROWS = 500

/**
 * Writes a new database with the rows of a snapshot as `change` makes them, in the order of their new keys: their old order would
 * tell who is who. Yields how many rows it has copied since it last yielded.
 */
export function* copyChanged(snapshot: Snapshot, file: string, change: RowChange): Generator<number, void> {
  const { sqlite } = openForWriting(file)
  try {
    sqlite.pragma('synchronous = OFF')
    sqlite.pragma('temp_store = FILE')
    for (const [name, { kind }] of dictionary) {
      const table = describeTable(name)
      const changed = kind === 'table' && table !== undefined ? change(table) : null
      if (table === undefined || changed === null) continue
      const names = table.columns.map((column) => column.name)
      sqlite.exec(`CREATE TEMP TABLE changed AS SELECT ${names.join(', ')} FROM main.${name} WHERE 0; BEGIN`)
      const insert = sqlite.prepare(`INSERT INTO temp.changed VALUES (${names.map(() => '?').join(', ')})`)
      let rows = 0
      for (const row of snapshot.rows({ table: name, columns: names, order: ['rowid'], since: null, month: null })) {
        insert.run(...changed(row))
        rows += 1
        if (rows < TURN_ROWS) continue
        yield rows
        rows = 0
      }
      sqlite.exec(`INSERT INTO main.${name} SELECT * FROM temp.changed ORDER BY ${table.key.join(', ')}; COMMIT; DROP TABLE temp.changed`)
      yield rows
    }
  } catch (error) {
    throw databaseError(error, file)
  } finally {
    sqlite.close()
  }
}
