import type { Format } from '../contract.js'
import { writeLines } from './lines.js'

/** What `crawl --seeds` takes for the id of a user or post. */
const ID = /^(user-|ch_|s_)[\w-]+$/

/** One id a line, as a seed list has them: what can be shared where the data itself cannot. */
export const ids: Format = {
  name: 'ids',
  extension: 'txt',
  mediaType: 'text/plain',
  maxRows: Infinity,
  write: (source, sink, remarks) =>
    writeLines(source, sink, ([id]) => {
      if (typeof id === 'string' && ID.test(id)) return `${id}\n`
      remarks.leftOut += 1
      return ''
    }),
}

/** Tables whose ids are seeds; a comment is only found through its post. */
export const SEED_TABLES: readonly string[] = ['posts', 'users']
