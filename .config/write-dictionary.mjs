/*
 * Writes data/DICTIONARY.md from the schema of the built program (`npm run dictionary`). With `--check` it writes nothing, and
 * fails if the file is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { getTableConfig } from 'drizzle-orm/sqlite-core'
import { dictionary } from '../dist/db/index.js'

const FILE = fileURLToPath(new URL('../data/DICTIONARY.md', import.meta.url))

const INTRODUCTION = `# Data dictionary

Every table of a database that sora-crawl writes, and every column, in the words of the schema. Generated: change the
schema (\`src/db/schema/\`) and run \`npm run dictionary\`.

- Ids are TEXT, as the API serves them.
- Times are TEXT, ISO 8601 in UTC with milliseconds (\`2025-10-13T08:12:11.252Z\`), in columns named \`…_at\`.
- Truth values are 0 and 1. NULL means "not told", never 0.
- \`…_microusd\` is millionths of a dollar.
- *key*: the column, with the others so marked, names a row. *required*: never NULL.
- The table \`__drizzle_migrations\` belongs to the migrations and is not described here.
`

/** Columns that make up the primary key, whether it is declared on the column or on the table. */
function keyOf({ columns, primaryKeys }) {
  return new Set([...columns.filter(({ primary }) => primary), ...primaryKeys.flatMap((key) => key.columns)].map(({ name }) => name))
}

function typeOf(column, key) {
  const type = column.getSQLType().toUpperCase()
  if (key.has(column.name)) return `${type}, key`
  return column.notNull ? `${type}, required` : type
}

const cell = (text) => text.replaceAll('|', '\\|')

function chapter(name, { table, about, columns }) {
  const config = getTableConfig(table)
  const key = keyOf(config)
  const rows = config.columns.map((column) => `| \`${column.name}\` | ${typeOf(column, key)} | ${cell(columns[column.name])} |`)
  return [`## \`${name}\``, '', about, '', '| column | type | meaning |', '|---|---|---|', ...rows, ''].join('\n')
}

function text() {
  const tables = [...dictionary].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const contents = tables.map(([name]) => `[\`${name}\`](#${name})`).join(' · ')
  return [INTRODUCTION, `${contents}\n`, ...tables.map(([name, doc]) => chapter(name, doc))].join('\n')
}

if (process.argv.includes('--check')) {
  const isCurrent = readFileSync(FILE, 'utf8') === text()
  if (!isCurrent) process.stderr.write('data/DICTIONARY.md is not what the schema says; run `npm run dictionary`\n')
  process.exitCode = isCurrent ? 0 : 1
} else {
  writeFileSync(FILE, text())
}
