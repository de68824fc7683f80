/**
 * Makes tables of the migrations that have a key of several columns WITHOUT ROWID, which Drizzle cannot say: SQLite then keeps each
 * row once, in the order of its key, instead of once by a number nobody uses and the key again in an index beside it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const FOLDER = new URL('../migrations/', import.meta.url)

for (const name of readdirSync(FOLDER).filter(file => file.endsWith('.sql'))) {
  const file = new URL(name, FOLDER)
  const sql = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    sql.replaceAll(
      /^(CREATE TABLE (?:(?!^\))[^])*?PRIMARY KEY\((?:(?!^\))[^])*?^\));/gm,
      '$1 WITHOUT ROWID;',
    ),
  )
}
