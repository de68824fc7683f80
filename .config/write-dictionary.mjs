/*
 * Writes data/DICTIONARY.md from the schema of the built program (`npm run dictionary`). With `--check` it writes nothing, and
 * fails if the file is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isView } from 'drizzle-orm'
import { getTableConfig, getViewConfig } from 'drizzle-orm/sqlite-core'
import { dictionary } from '../dist/db/index.js'

const FILE = fileURLToPath(new URL('../data/DICTIONARY.md', import.meta.url))

const INTRODUCTION = `# Data dictionary

Every table and view of a database that sora-crawl writes, and every column, in the words of the schema. Generated: change the
schema (\`src/db/schema/\`) and run \`npm run dictionary\`.

- Ids are TEXT, as the API serves them.
- Times are TEXT, ISO 8601 in UTC with milliseconds (\`2025-10-13T08:12:11.252Z\`), in columns named \`…_at\`.
- Truth values are 0 and 1. NULL means "not told", never 0.
- \`…_microusd\` is millionths of a dollar.
- *key*: the column, with the others so marked, names a row. *required*: never NULL.
- The table \`__drizzle_migrations\` belongs to the migrations and is not described here.
`

/** Columns, and the names of those that make up the primary key, whether that is declared on the column or on the table. */
function shapeOf(table) {
  if (isView(table)) return { columns: Object.values(getViewConfig(table).selectedFields), key: new Set() }
  const { columns, primaryKeys } = getTableConfig(table)
  const keys = [...columns.filter(({ primary }) => primary), ...primaryKeys.flatMap(key => key.columns)]
  return { columns, key: new Set(keys.map(({ name }) => name)) }
}

function typeOf(column, key) {
  const type = column.getSQLType().toUpperCase()
  if (key.has(column.name)) return `${type}, key`
  return column.notNull ? `${type}, required` : type
}

const cell = text => text.replaceAll('|', '\\|')

function chapter(name, { table, about, columns }) {
  const { columns: described, key } = shapeOf(table)
  const rows = described.map(
    column => `| \`${column.name}\` | ${typeOf(column, key)} | ${cell(columns[column.name])} |`,
  )
  return [
    `## \`${name}\``,
    '',
    isView(table) ? `A view. ${about}` : about,
    '',
    '| column | type | meaning |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function text() {
  const sorted = [...dictionary].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const contents = chosen => chosen.map(([name]) => `[\`${name}\`](#${name})`).join(' · ')
  const [tables, views] = [false, true].map(wanted =>
    sorted.filter(([, { table }]) => isView(table) === wanted),
  )
  const lists = [
    `Tables: ${contents(tables)}\n`,
    ...(views.length === 0 ? [] : [`Views: ${contents(views)}\n`]),
  ]
  return [INTRODUCTION, ...lists, ...[...tables, ...views].map(([name, doc]) => chapter(name, doc))].join(
    '\n',
  )
}

if (process.argv.includes('--check')) {
  const isCurrent = readFileSync(FILE, 'utf8') === text()
  if (!isCurrent)
    process.stderr.write('data/DICTIONARY.md is not what the schema says; run `npm run dictionary`\n')
  process.exitCode = isCurrent ? 0 : 1
} else {
  writeFileSync(FILE, text())
}
