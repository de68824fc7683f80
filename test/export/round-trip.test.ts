/** What others read from the files is what the tables hold. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { describe, expect } from 'vitest'

import type { Row, SqlValue } from '../../src/db/index.js'
import { defaultTables, findDataset, type Column, type ColumnType } from '../../src/export/index.js'
import { writeRows } from '../../src/export/formats/csv.js'
import { Snapshot } from '../../src/db/index.js'
import { fillHostile, HOSTILE, orderOf, test, type Exports } from './hostile.js'

async function duck(): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run("SET TimeZone = 'UTC'")
  return connection
}

const columnsOf = (table: string): readonly Column[] => findDataset(table).columns
const withoutNul = (value: SqlValue): SqlValue =>
  typeof value === 'string' ? value.replaceAll('\0', '') : value
/** Times as milliseconds, for they have another form in every reader. */
const comparable = (value: SqlValue, { type }: Column): unknown =>
  type === 'time' && value !== null
    ? Date.parse(String(value))
    : type === 'boolean' && value !== null
      ? value === 1n
      : value

/** The rows of whatever DuckDB reads, in their order, as the tables have them. */
async function duckRows(
  connection: DuckDBConnection,
  from: string,
  columns: readonly Column[],
): Promise<unknown[][]> {
  // The binding for Node takes a byte order mark away where a text begins with one: none does, behind a sign.
  const select = columns
    .map(({ name, type }) =>
      type === 'time'
        ? `epoch_ms("${name}")`
        : type === 'text' || type === 'json'
          ? `'~' || "${name}"`
          : `"${name}"`,
    )
    .join(', ')
  const rows = (await connection.runAndReadAll(`SELECT ${select} FROM ${from}`)).getRows()
  return rows.map(row =>
    row.map((value, i) =>
      columns[i]?.type === 'time' && value !== null
        ? Number(value)
        : typeof value === 'string'
          ? value.slice(1)
          : value,
    ),
  )
}

/** What `read_csv` is told in the export's README. */
function duckLoader(folder: string, readme: string): string {
  const [, loader] = /SELECT \* FROM (read_csv\([\s\S]*?\}\));/.exec(readme) ?? []
  if (loader === undefined) throw new Error('README.md has no line for DuckDB')
  return loader.replace(/read_csv\('/, `read_csv('${folder}/`)
}

const PYTHON = `
import csv, json, sys
csv.field_size_limit(10**9)
with open(sys.argv[1], encoding='utf-8', newline='') as file:
    print(json.dumps(list(csv.reader(file, strict=True))))
`

function pythonRows(file: string): string[][] {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', PYTHON, file], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as string[][]
}

function filled(exports: Exports): void {
  fillHostile(exports.sqlite)
}

describe('CSV', () => {
  test('read by Python’s csv has every value of every table, NULL and NUL aside', async ({ exports }) => {
    filled(exports)
    const { path: folder, nulRemoved } = await exports.export(['csv'])
    for (const table of defaultTables) {
      const [header, ...rows] = pythonRows(path.join(folder, `${table}.csv`))
      expect(header).toEqual(columnsOf(table).map(({ name }) => name))
      expect(rows).toEqual(
        exports.rows(table).map(row => row.map(value => (value === null ? '' : String(withoutNul(value))))),
      )
    }
    const nuls = defaultTables
      .flatMap(table => exports.rows(table).flat())
      .reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.split('\0').length - 1 : 0), 0)
    expect(nuls).toBeGreaterThan(50)
    expect(nulRemoved).toBe(nuls)
  })

  test.for(defaultTables)(
    'read by DuckDB as README.md says equals %s, types, NULL and the empty string included',
    async (table, { exports }) => {
      filled(exports)
      const { path: folder } = await exports.export(['csv'], { tables: [table] })
      const connection = await duck()
      const loader = duckLoader(folder, readFileSync(path.join(folder, 'README.md'), 'utf8'))
      const columns = columnsOf(table)
      expect(await duckRows(connection, loader, columns)).toEqual(
        exports
          .rows(table)
          .map(row => row.map((value, i) => comparable(withoutNul(value), columns[i] as Column))),
      )
    },
  )

  test(
    'has no byte order mark, no CR outside of texts, a last line end, and NULL apart from the empty ' +
      'string',
    async ({ exports }) => {
      exports.sqlite.exec(
        "INSERT INTO users (id, username, bio, first_seen_at, last_seen_at) VALUES ('007', '', " +
          "NULL, '2025-10-13T08:12:11.252Z', '2025-10-13T08:12:11.252Z')",
      )
      const { path: folder } = await exports.export(['csv'], { tables: ['users'] })
      expect(readFileSync(path.join(folder, 'users.csv'), 'utf8')).toBe(
        `${columnsOf('users')
          .map(({ name }) => name)
          .join(',')}\n007,"",,,,,,,,,,,,,,,,2025-10-13T08:12:11.252Z,2025-10-13T08:12:11.252Z\n`,
      )
    },
  )

  test('is the same, byte for byte, whether SQLite joins the values or they come one by one', async ({
    exports,
  }) => {
    filled(exports)
    const { path: folder, nulRemoved } = await exports.export(['csv'])
    const snapshot = new Snapshot(exports.db)
    const remarks = { nulRemoved: 0, cellsCut: 0, leftOut: 0 }
    for (const table of defaultTables) {
      const { columns } = findDataset(table)
      let text = ''
      const selection = {
        table,
        columns: columns.map(({ name }) => name),
        order: orderOf(table).split(', '),
        since: null,
        month: null,
      }
      for (const _ of writeRows(
        { columns, rows: () => snapshot.rows(selection) },
        { write: chunk => void (text += String(chunk)) },
        remarks,
      ));
      expect(text === readFileSync(path.join(folder, `${table}.csv`), 'utf8')).toBe(true)
    }
    snapshot.close()
    expect(remarks.nulRemoved).toBe(nulRemoved)
  })
})

describe('Parquet', () => {
  const DUCK_TYPES: Partial<Record<ColumnType, string>> = {
    text: 'VARCHAR',
    json: 'VARCHAR',
    integer: 'BIGINT',
    boolean: 'BOOLEAN',
    number: 'DOUBLE',
    time: 'TIMESTAMP WITH TIME ZONE',
  }

  test.for(defaultTables)(
    'read by DuckDB equals %s, with types and every value',
    async (table, { exports }) => {
      filled(exports)
      const { path: folder, leftOut } = await exports.export(['parquet'], { tables: [table] })
      const connection = await duck()
      const from = `read_parquet('${folder}/${table}.parquet')`
      const columns = columnsOf(table)
      const types = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`))
        .getRows()
        .map(([name, type]) => [name, type])
      expect(types).toEqual(columns.map(({ name, type }) => [name, DUCK_TYPES[type]]))
      expect(await duckRows(connection, from, columns)).toEqual(
        exports.rows(table).map(row => row.map((value, i) => comparable(value, columns[i] as Column))),
      )
      expect(leftOut).toBe(0)
    },
  )

  test('has several row groups where there are many rows, and none where there are none', async ({
    exports,
  }) => {
    exports.sqlite.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
      INSERT INTO usernames SELECT 'user-' || i, 'name' || (i % 7), '2025-10-13T08:12:11.252Z', '2025-10-13T08:12:11.252Z' FROM n`)
    const { path: folder } = await exports.export(['parquet'], { tables: ['usernames', 'posts'] })
    const connection = await duck()
    const groups = (table: string) =>
      connection.runAndReadAll(
        'SELECT DISTINCT row_group_id, row_group_num_rows, compression FROM ' +
          `parquet_metadata('${folder}/${table}.parquet') ORDER BY 1`,
      )
    expect((await groups('usernames')).getRows()).toEqual([
      [0n, 10_000n, 'SNAPPY'],
      [1n, 10_000n, 'SNAPPY'],
      [2n, 5_000n, 'SNAPPY'],
    ])
    expect(
      (await connection.runAndReadAll(`SELECT count(*) FROM '${folder}/posts.parquet'`)).getRows(),
    ).toEqual([[0n]])
    expect(await duckRows(connection, `'${folder}/usernames.parquet'`, columnsOf('usernames'))).toHaveLength(
      25_000,
    )
  })
})

describe('JSON Lines', () => {
  test('has every value of every table: all digits, booleans, JSON as JSON', async ({ exports }) => {
    filled(exports)
    const { path: folder } = await exports.export(['jsonl'])
    for (const table of defaultTables) {
      const columns = columnsOf(table)
      const lines = readFileSync(path.join(folder, `${table}.jsonl`), 'utf8').split('\n')
      expect(lines.pop()).toBe('')
      // Numbers become texts before they are parsed: JavaScript would round them. Texts here hold no digits
      // after a colon.
      const parsed = lines.map(
        line =>
          JSON.parse(line.replaceAll(/("[a-z_]+":)(-?\d+)(?=[,}])/g, '$1"$2"')) as Record<string, unknown>,
      )
      const expected = exports
        .rows(table)
        .map((row: Row) =>
          Object.fromEntries(columns.map((column, i) => [column.name, jsonValue(row[i] ?? null, column)])),
        )
      expect(parsed).toEqual(expected)
      for (const line of lines)
        expect(Object.keys(JSON.parse(line) as object)).toEqual(columns.map(({ name }) => name))
    }
  })

  function jsonValue(value: SqlValue, { type }: Column): unknown {
    if (value === null) return null
    if (type === 'boolean') return value === 1n
    if (type === 'json') return JSON.parse(String(value)) as unknown
    if (typeof value === 'number' && Number.isInteger(value) && value < 1e20) return String(value)
    return typeof value === 'bigint' ? String(value) : value
  }
})

describe('CSV for Excel', () => {
  test('runs nothing, breaks no line, cuts what does not fit, and keeps text text', async ({ exports }) => {
    filled(exports)
    const { path: folder, cellsCut } = await exports.export(['excel'], { tables: ['posts'] })
    const file = path.join(folder, 'posts.csv')
    expect([...readFileSync(file).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    const rows = pythonRows(file).slice(1)
    expect(rows).toHaveLength(HOSTILE.length)
    const columns = columnsOf('posts')
    for (const [r, row] of exports.rows('posts').entries()) {
      for (const [c, column] of columns.entries()) {
        const cell = rows[r]?.[c] ?? 'no cell'
        const value = row[c] ?? null
        expect(cell).not.toMatch(/[\r\n\0]/)
        expect(cell.length).toBeLessThanOrEqual(32_767)
        expect(cell.isWellFormed()).toBe(true)
        if (column.type !== 'text' || value === null) expect(cell).toBe(value === null ? '' : String(value))
        else {
          expect(cell).not.toMatch(/^\s*[=+\-@]|^[\t\r]/)
          expect([cell, cell.trim() === '' || Number.isNaN(Number(cell))]).toEqual([cell, true])
          const flat = String(value)
            .replaceAll('\0', '')
            .replaceAll(/\r\n|[\r\n\u2028\u2029]/g, ' ')
            .replaceAll(/;(?=[\s"]*[=+\-@])/g, ";'")
          expect(
            [flat, `'${flat}`].some(
              whole => whole === cell || (cell.length >= 32_766 && whole.startsWith(cell)),
            ),
          ).toBe(true)
        }
      }
    }
    expect(cellsCut).toBeGreaterThan(0)
  })

  test('goes on in a second file where the first is full, without losing a row', async ({ exports }) => {
    filled(exports)
    const excel = (await import('../../src/export/index.js')).tableFormats.get('excel')
    if (excel === undefined) throw new Error('no excel')
    const { path: folder, files } = await exports.export([{ ...excel, maxRows: 30 }], { tables: ['posts'] })
    expect(files.map(file => [file.path, file.rows])).toEqual([
      ['posts.csv', 30],
      ['posts-2.csv', 30],
      ['posts-3.csv', HOSTILE.length - 60],
    ])
    const ids = files.flatMap(file => pythonRows(path.join(folder, file.path)).slice(1))
    expect(ids).toHaveLength(HOSTILE.length)
    expect(new Set(ids.map(([id]) => id)).size).toBe(HOSTILE.length)
    expect(excel.maxRows).toBe(1_048_575)
  })
})
