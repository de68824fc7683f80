import { AppError } from '../errors.js'
import { columnSeed } from './column-seeds.js'
import type { SeedEntry, SeedFileContext } from './seed-text.js'
import { ask } from './sql/ask.js'

const TIMEOUT_MS = 60_000

/**
 * The seeds that a query of the database finds, in its one column; NULL and empty text are left out.
 * @throws AppError `bad-query`, `bad-database` or `newer-database`; `bad-seed` where there is none
 */
export async function sqlSeeds(db: string, sql: string, context: SeedFileContext): Promise<SeedEntry[]> {
  const entries: SeedEntry[] = []
  let column = ''
  let row = 0
  for await (const message of ask(
    { file: db, sql, parameters: {}, explain: false, limit: null },
    TIMEOUT_MS,
  )) {
    if (message.kind === 'columns') column = onlyOne(message.columns)
    if (message.kind !== 'rows') continue
    for (const [value] of message.rows) {
      row += 1
      if (value !== null && value !== undefined && value !== '')
        entries.push(columnSeed(String(value), column, `--seeds-sql, row ${row}`, context))
    }
  }
  if (entries.length === 0) throw new AppError('bad-seed', 'the query of --seeds-sql finds no seeds')
  return entries
}

function onlyOne(columns: readonly string[]): string {
  const [column, ...more] = columns
  if (column === undefined || more.length > 0)
    throw new AppError(
      'bad-query',
      `--seeds-sql takes a query of one column, the seeds; this one has ${columns.length}: ` +
        `${columns.join(', ')}`,
    )
  return column
}
