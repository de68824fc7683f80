import { AppError } from '../errors.js'

/**
 * The key of the next row of a walk by a key that grows from row to row. In a damaged file it may not, and the
 * walk would go round for ever.
 * @throws AppError `bad-database`
 */
export function onward<K extends number | bigint>(key: K, after: K, table: string): K {
  if (key > after) return key
  throw new AppError(
    'bad-database',
    `the rows of ${table} are out of order: the file is damaged; \`sora-crawl check\` says where`,
  )
}
