/**
 * A database whose every text column holds what has broken exports somewhere, written by the migrations' own
 * tables.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { test as base } from 'vitest'

import { describeTable, type Row, type Snapshot } from '../../src/db/index.js'
import { openForWriting, type Sqlite } from '../../src/db/open.js'
import {
  defaultTables,
  findDataset,
  runExport,
  tableFormats,
  tableTasks,
  type ExportReport,
  type ExportRequest,
  type Format,
} from '../../src/export/index.js'
import { TEXTS } from '../support/world/texts.js'

export const HOSTILE: readonly string[] = [
  ...TEXTS.map(text => text.toWellFormed()),
  '\0',
  '\0\0',
  '\0=1+1',
  '"',
  '""',
  '"quoted"',
  ',',
  ',,',
  '\n',
  '\r',
  '\r\n',
  'ends with LF\n',
  '\\.',
  '\\N',
  'NULL',
  '00123',
  '0',
  '-0',
  '1e5',
  '12E45',
  '1/2',
  'MAR1',
  '1,5',
  '=1+1',
  '+1',
  '-1',
  '@a',
  '\t=1',
  '\r=1',
  ' =1',
  '\n=1',
  '#comment',
  "'quoted",
  ';',
  '\u2028\u2029',
  '\uFEFF=1',
  '\u0085',
  '\u200F\u202Eabc',
  'é',
  'x'.repeat(40_000),
  '😀'.repeat(20_000),
  '"'.repeat(3_000),
  '\u{10FFFF}',
  '\uFFFD',
]

/** The ends of what an INTEGER column can hold; JSON and spreadsheets know fewer digits. */
const INTEGERS = [0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]
const REALS = [0.1 + 0.2, 10.066666666666666, 5, 1e21, 1e-7, 0.1, 123456789.123456]
const TIMES = [
  '2025-10-13T08:12:11.252Z',
  '1969-12-31T23:59:59.999Z',
  '0001-01-01T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
]

/**
 * As many rows as there are texts in every table that is exported by default; NULL wherever the schema allows
 * it, in turns.
 */
export function fillHostile(sqlite: Sqlite): void {
  for (const name of defaultTables) {
    const columns = describeTable(name)?.columns ?? []
    const key = new Set(describeTable(name)?.key)
    const insert = sqlite.prepare(
      `INSERT INTO ${name} (${columns.map(column => column.name).join(', ')}) VALUES ` +
        `(${columns.map(() => '?').join(', ')})`,
    )
    for (const [i, text] of HOSTILE.entries()) {
      insert.run(
        columns.map((column, c) => {
          const turn = i + c
          if (!column.required && turn % 5 === 0) return null
          if (column.choices !== null) return column.choices[turn % column.choices.length]
          if (column.name.startsWith('is_')) return turn % 2
          if (column.storage === 'integer') return key.has(column.name) ? i : INTEGERS[turn % INTEGERS.length]
          if (column.storage === 'real') return REALS[turn % REALS.length]
          if (column.name.endsWith('_at'))
            return key.has(column.name)
              ? new Date(Date.UTC(2025, 9, 1) + i * 86_400_000).toISOString()
              : TIMES[turn % TIMES.length]
          if (column.name === 'social_links') return JSON.stringify({ [text]: [text, null, 1.5] })
          return key.has(column.name) ? `${text}${i}` : (HOSTILE[turn % HOSTILE.length] ?? null)
        }),
      )
    }
  }
}

export class Exports {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'sora-crawl-export-'))
  readonly sqlite: Sqlite
  #count = 0

  constructor() {
    this.sqlite = openForWriting(this.db).sqlite
  }

  get db(): string {
    return path.join(this.dir, 'sora.db')
  }

  /**
   * All rows of a table as they are stored, in the order of storing or, without row numbers, of the key;
   * integers as bigint.
   */
  rows(table: string): Row[] {
    const names = describeTable(table)?.columns.map(({ name }) => name) ?? []
    return this.sqlite
      .prepare<[], Row>(`SELECT ${names.join(', ')} FROM ${table} ORDER BY ${orderOf(table)}`)
      .safeIntegers()
      .raw()
      .all() as unknown as Row[]
  }

  folder(): string {
    this.#count += 1
    return path.join(this.dir, `out${this.#count}`)
  }

  async export(
    formats: readonly (Format | string)[],
    more: Partial<ExportRequest> & {
      tables?: readonly string[]
      partition?: boolean
      queries?: ReadonlyMap<string, string>
    } = {},
  ): Promise<ExportReport & { path: string }> {
    const datasets = (more.tables ?? defaultTables).map(findDataset)
    const request = {
      datasets,
      formats: formats.map(formatOf),
      since: more.since ?? null,
      partition: more.partition ?? false,
      queries: more.queries ?? new Map<string, string>(),
    }
    const out = more.out ?? this.folder()
    const makers = [(snapshot: Snapshot) => tableTasks(snapshot, request)]
    const report = await runExport({
      db: this.db,
      force: false,
      makers,
      datasets,
      since: null,
      about: { version: '0.0.0', command: 'sora-crawl export' },
      pseudonyms: null,
      needs: { read: null, indexed: true },
      signal: new AbortController().signal,
      onProgress: () => undefined,
      ...more,
      out,
    })
    if (report === undefined) throw new Error('the export was stopped')
    return { ...report, path: out }
  }

  end(): void {
    this.sqlite.close()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Tables whose key has several columns have no row numbers. */
export function orderOf(table: string): string {
  const { key } = findDataset(table)
  return key.length === 1 ? 'rowid' : key.join(', ')
}

function formatOf(format: Format | string): Format {
  const found = typeof format === 'string' ? tableFormats.get(format) : format
  if (found === undefined) throw new Error(`no format ${String(format)}`)
  return found
}

/** Every file below a folder by its name, hidden ones too. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(path.join(folder, name)).isFile())
    .toSorted()
}

export function contentsOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    filesIn(folder).map(name => [name, readFileSync(path.join(folder, name), 'latin1')]),
  )
}

export const test = base.extend<{ exports: Exports }>({
  exports: async ({ task: _task }, use) => {
    const exports = new Exports()
    await use(exports)
    exports.end()
  },
})
