/** `load.py` and `load.R` load every table as it is stored, with the types of its columns. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect } from 'vitest'

import type { SqlValue } from '../../src/db/index.js'
import { defaultTables, findDataset, type Column } from '../../src/export/index.js'
import { fillHostile, test, type Exports } from './hostile.js'
import { hasPyarrow, runPython } from './tools.js'

const PANDAS = {
  text: 'string',
  json: 'string',
  any: 'string',
  integer: 'Int64',
  number: 'Float64',
  boolean: 'boolean',
  time: 'datetime64[ns, UTC]',
}
const R = {
  text: 'character',
  json: 'character',
  any: 'character',
  integer: 'numeric',
  number: 'numeric',
  boolean: 'logical',
  time: 'POSIXct',
}

/** Integers as texts and times as milliseconds: JSON would round them, or has none. */
const DUMP = `
import json, sys, warnings
warnings.simplefilter('ignore')
sys.path.insert(0, sys.argv[1])
import load, pandas
def plain(value):
    if value is None or value is pandas.NA or value is pandas.NaT: return None
    if isinstance(value, pandas.Timestamp): return value.value // 10**6
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
print(json.dumps({name: {column: [str(frame[column].dtype), [plain(value) for value in frame[column].astype(object)]]
    for column in frame} for name, frame in load.tables().items()}))`

/** The times that a nanosecond clock of 64 bits can hold, as pandas before 2.0 has no other. */
const FITS = (ms: number): boolean => Math.abs(ms) < 9_223_372_036_854

function pandasValue(value: SqlValue, { type }: Column, format: string): unknown {
  if (value === null) return null
  if (type === 'boolean') return value === 1n
  if (type === 'time') return FITS(Date.parse(String(value))) ? Date.parse(String(value)) : null
  if (type === 'json' && format === 'jsonl') return JSON.parse(String(value)) as unknown
  if (typeof value !== 'string') return typeof value === 'bigint' ? String(value) : value
  if (format !== 'csv') return value
  const text = value.replaceAll('\0', '')
  return text === '' ? null : text
}

function expectedColumns(exports: Exports, table: string, format: string): Record<string, unknown> {
  const rows = exports.rows(table)
  return Object.fromEntries(
    findDataset(table).columns.map((column, i) => [
      column.name,
      [PANDAS[column.type], rows.map(row => pandasValue(row[i] ?? null, column, format))],
    ]),
  )
}

describe.for(['csv', 'jsonl', 'parquet'])('load.py beside %s', format => {
  const read = test.skipIf(format === 'parquet' && !hasPyarrow())

  read('has every value of every table, with its type', async ({ exports }) => {
    fillHostile(exports.sqlite)
    const { path: folder } = await exports.export([format])
    const loaded = runPython(DUMP, [folder], 'python3-pandas') as Record<
      string,
      Record<string, [string, unknown[]]>
    >
    expect(Object.keys(loaded)).toEqual(defaultTables)
    for (const table of defaultTables) {
      const columns = loaded[table] ?? {}
      for (const { name, type } of findDataset(table).columns)
        if (type === 'json' && format === 'jsonl')
          columns[name]?.splice(
            1,
            1,
            columns[name][1].map(text => (text === null ? null : (JSON.parse(String(text)) as unknown))),
          )
      expect(columns).toEqual(expectedColumns(exports, table, format))
    }
  })

  read('gives a column that is empty its type, and a table without rows all of them', async ({ exports }) => {
    exports.sqlite.exec(
      "INSERT INTO users (id, first_seen_at, last_seen_at) VALUES ('007', '2025-10-13T08:12:11.252Z', '2025-10-13T08:12:11.252Z')",
    )
    const { path: folder } = await exports.export([format], { tables: ['users', 'posts'] })
    const loaded = runPython(DUMP, [folder], 'python3-pandas') as Record<
      string,
      Record<string, [string, unknown[]]>
    >
    for (const table of ['users', 'posts'])
      expect(Object.entries(loaded[table] ?? {}).map(([name, [type]]) => [name, type])).toEqual(
        findDataset(table).columns.map(({ name, type }) => [name, PANDAS[type]]),
      )
    expect(loaded['users']?.['id']?.[1]).toEqual(['007'])
    expect(loaded['posts']?.['id']?.[1]).toEqual([])
  })
})

const CLASSES = `
source(file.path(commandArgs(TRUE)[1], "load.R"))
for (name in names(export_tables)) {
  frame <- load_table(name)
  for (column in names(frame)) {
    values <- frame[[column]]
    told <- values[!is.na(values)]
    amount <- if (is.character(told)) sum(nchar(told, "chars")) else if (inherits(told, "POSIXct")) sum(round(as.numeric(told) * 1000)) else sum(told)
    cat(name, column, class(values)[1], length(values), length(told), format(amount, digits = 17, scientific = FALSE, trim = TRUE), sep = "\\t")
    cat("\\n")
  }
}`

describe.for(['csv', 'jsonl'])('load.R beside %s', format => {
  test('has every table with its types, its missing values, and what they add up to', async ({ exports }) => {
    exports.sqlite.exec(`
      INSERT INTO users (id, username, bio, follower_count, is_verified, created_at, first_seen_at, last_seen_at) VALUES
        ('007', '"quoted", 風 😀', 'two' || char(10) || 'lines # no comment', 9007199254740991, 1, '2025-10-13T08:12:11.252Z', '2025-10-13T08:12:11.252Z', '2025-10-13T08:12:11.252Z'),
        ('1e5', 'NA', NULL, NULL, NULL, NULL, '2025-10-13T08:12:11.252Z', '2025-10-14T08:12:11.252Z')`)
    const tables = ['users', 'posts', 'attachments']
    const { path: folder } = await exports.export([format], { tables })
    const { stdout, stderr, status } = spawnSync('Rscript', ['-e', CLASSES, folder], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    const found = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split('\t'))
    const expected = tables.flatMap(table => {
      const rows = exports.rows(table)
      return findDataset(table).columns.map(({ name, type }, i) => {
        const told = rows.map(row => row[i] ?? null).filter(value => value !== null)
        const amount = told.reduce<number>((sum, value) => sum + amountOf(value, type), 0)
        return [table, name, R[type], String(rows.length), String(told.length), String(amount)]
      })
    })
    expect(found).toEqual(expected)
  })
})

function amountOf(value: SqlValue, type: Column['type']): number {
  if (type === 'time') return Date.parse(String(value))
  return typeof value === 'string' ? [...value].length : Number(value)
}

describe('an export', () => {
  test('says of every file what it holds, and of itself how to make it again', async ({ exports }) => {
    exports.sqlite.exec(`
      INSERT INTO runs (id, key, options, state, stopped_by, started_at, finished_at, started_after_request, last_request) VALUES
        (1, 'a', '{"full":true,"noGate":false,"recheckMs":1209600000,"seeds":[{"seed":"@ann","collect":["posts"],"depth":1,"maxPages":3},{"seed":"feed","collect":["posts","remixes"],"depth":0,"maxPages":null}]}', 'unfinished', 'cap', '2025-10-13T08:00:00.000Z', NULL, 0, 0),
        (2, 'a', '{"full":true,"noGate":false,"recheckMs":1209600000,"seeds":[{"seed":"@ann","collect":["posts"],"depth":1,"maxPages":3},{"seed":"feed","collect":["posts","remixes"],"depth":0,"maxPages":null}]}', 'finished', NULL, '2025-10-14T08:00:00.000Z', '2025-10-15T08:00:00.000Z', 0, 0)`)
    const { path: folder } = await exports.export(['csv', 'parquet'])
    const described = JSON.parse(readFileSync(path.join(folder, 'datapackage.json'), 'utf8')) as {
      version: string
      created: string
      sources: unknown[]
      provenance: { crawls: unknown[] }
      resources: { path: string; description: string; hash: string }[]
    }
    expect(described).toMatchObject({ version: '0.0.0', created: '2025-10-15T08:00:00.000Z' })
    expect(described.sources).toEqual([{ title: 'The Sora2 API' }])
    expect(described).not.toHaveProperty('licenses')
    const readme = readFileSync(path.join(folder, 'README.md'), 'utf8')
    for (const { path: name, description } of described.resources) {
      expect(description).not.toBe('')
      expect(readme).toContain(`| \`${name}\` | ${description} |`)
    }
    expect(described.provenance.crawls).toEqual([
      {
        command: 'sora-crawl crawl --seeds repeat/crawl-1.yaml --full --recheck 14d',
        seeds_file: 'repeat/crawl-1.yaml',
        full: true,
        no_gate: false,
        recheck_ms: 1_209_600_000,
        options: [
          { seeds: 1, collect: ['posts'], depth: 1, max_pages: 3 },
          { seeds: 1, collect: ['posts', 'remixes'], depth: 0, max_pages: null },
        ],
        runs: 2,
        finished: 1,
        first: '2025-10-13T08:00:00.000Z',
        last: '2025-10-15T08:00:00.000Z',
        stopped_by: ['cap'],
      },
    ])
    expect(readme).toContain(
      '`sora-crawl crawl --seeds repeat/crawl-1.yaml --full --recheck 14d`: 2 runs, 1 finished; stopped by cap;',
    )
    expect(readme).toContain('1 seed: collect posts; depth 1; at most 3 pages of a listing.')
    expect(readme).toContain('Written by sora-crawl 0.0.0 from the Sora2 API.')
    expect(readme).toContain('No licence is given.')
  })
})
