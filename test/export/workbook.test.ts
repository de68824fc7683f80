/** The workbook is read by openpyxl and opened by LibreOffice: every sheet, row and cell, with its type. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect } from 'vitest'

import type { Snapshot, SqlValue } from '../../src/db/index.js'
import { defaultTables, findDataset, workbookTask, type Column } from '../../src/export/index.js'
import { fillHostile, HOSTILE, test, type Exports } from './hostile.js'
import { runPython } from './tools.js'

/** Every sheet as rows of `[type, value]`; dates as they are, in UTC. */
const DUMP = `
import datetime, json, re, sys, openpyxl
def plain(cell):
    value = cell.value
    if isinstance(value, datetime.datetime): return ['d', value.isoformat(timespec='milliseconds') + 'Z']
    if isinstance(value, str): value = re.sub('_x([0-9A-F]{4})_', lambda found: chr(int(found[1], 16)), value)
    return [cell.data_type, value]
book = openpyxl.load_workbook(sys.argv[1])
print(json.dumps({sheet.title: [[plain(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book}))`

type Cell = [type: string, value: unknown]

function read(file: string): Record<string, Cell[][]> {
  return runPython(DUMP, [file], 'python3-openpyxl') as Record<string, Cell[][]>
}

async function written(
  exports: Exports,
  tables: readonly string[] = defaultTables,
  limits?: { rows: number; bytes: number },
): Promise<{ file: string; cellsCut: number; nulRemoved: number; rows: number }> {
  const rows = { datasets: tables.map(findDataset), since: null, queries: new Map<string, string>() }
  const makers = [(snapshot: Snapshot) => [workbookTask(snapshot, rows, limits)]]
  const { path: folder, files, ...report } = await exports.export([], { makers })
  return { ...report, rows: files[0]?.rows ?? 0, file: path.join(folder, 'workbook.xlsx') }
}

const EXACT = 10n ** 15n
/** What a sheet has for a value. */
function cellOf(value: SqlValue, { type }: Column): Cell {
  if (value === null) return ['n', null]
  if (type === 'boolean') return ['b', value === 1n]
  if (typeof value === 'bigint')
    return value < EXACT && value > -EXACT ? ['n', Number(value)] : ['s', String(value)]
  if (typeof value === 'number') return ['n', value]
  const text = String(value)
  if (type === 'time' && text >= '1900-03-01' && text.length === 24) return ['d', text]
  const cut = text.slice(0, 32_767)
  return ['s', (cut.isWellFormed() ? cut : cut.slice(0, -1)).replaceAll('\0', '')]
}

describe('a workbook', { timeout: 120_000 }, () => {
  test('has a sheet for each table, with every row and the type of every value', async ({ exports }) => {
    fillHostile(exports.sqlite)
    const { file, cellsCut, nulRemoved, rows } = await written(exports)
    const sheets = read(file)
    expect(Object.keys(sheets)).toEqual([...defaultTables, 'columns'])
    for (const table of defaultTables) {
      const { columns } = findDataset(table)
      const [header, ...body] = sheets[table] ?? []
      expect(header).toEqual(columns.map(({ name }) => ['s', name]))
      expect(body.length).toBe(HOSTILE.length)
      const stored = exports.rows(table)
      for (const [r, row] of stored.entries())
        expect([table, r, body[r]]).toEqual([
          table,
          r,
          row.map((value, c) => cellOf(value, columns[c] as Column)),
        ])
    }
    expect(rows).toBe(HOSTILE.length * defaultTables.length)
    expect(cellsCut).toBeGreaterThan(10)
    expect(nulRemoved).toBeGreaterThan(10)
    const about = new Map(
      (sheets['columns'] ?? []).map(row => [`${row[0]?.[1]}.${row[1]?.[1]}`, row[3]?.[1]]),
    )
    for (const { name, about: words } of findDataset('posts').columns)
      expect([name, about.get(`posts.${name}`)]).toEqual([name, words === '' ? null : words])
  })

  test('is opened by LibreOffice, sheet by sheet', async ({ exports }) => {
    fillHostile(exports.sqlite)
    exports.sqlite.prepare("UPDATE users SET username = '=1+1', display_name = '007'").run()
    const { file } = await written(exports, ['users', 'posts'])
    const folder = path.dirname(file)
    const filter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1'
    const { status, error, stderr } = spawnSync(
      'soffice',
      [
        '--headless',
        '--norestore',
        `-env:UserInstallation=${pathToFileURL(path.join(exports.dir, 'profile')).href}`,
        '--convert-to',
        filter,
        '--outdir',
        folder,
        file,
      ],
      { encoding: 'utf8', timeout: 100_000 },
    )
    expect([error?.message ?? (status === 0 ? '' : stderr), 'apt-get install libreoffice-calc']).toEqual([
      '',
      'apt-get install libreoffice-calc',
    ])
    expect(readdirSync(folder).filter(name => name.startsWith('workbook-'))).toEqual([
      'workbook-columns.csv',
      'workbook-posts.csv',
      'workbook-users.csv',
    ])
    const users = readFileSync(path.join(folder, 'workbook-users.csv'), 'utf8')
    // A formula would be 2, and a number 7.
    expect(users.match(/=1\+1,007,/g)?.length).toBeGreaterThan(HOSTILE.length / 2)
    expect(readFileSync(path.join(folder, 'workbook-posts.csv'), 'utf8')).toMatch(/,2025-10-13 08:12:11,/)
  })

  test.for([
    ['rows', { rows: 10, bytes: Infinity }],
    ['bytes', { rows: Infinity, bytes: 4_000 }],
  ] as const)('goes on in another sheet where one takes no more %s', async ([, limits], { exports }) => {
    fillHostile(exports.sqlite)
    const { file } = await written(exports, ['edges', 'usernames'], limits)
    const sheets = Object.entries(read(file))
    for (const table of ['edges', 'usernames']) {
      const own = sheets.filter(([name]) => name === table || name.startsWith(`${table}-`))
      expect(own.map(([name]) => name)).toEqual(own.map((_, i) => (i === 0 ? table : `${table}-${i + 1}`)))
      expect(own.length).toBeGreaterThan(1)
      const headers = new Set(own.map(([, [header]]) => JSON.stringify(header)))
      expect(headers.size).toBe(1)
      const rows = own.flatMap(([, [, ...body]]) => body)
      const { columns } = findDataset(table)
      expect(rows).toEqual(
        exports.rows(table).map(row => row.map((value, c) => cellOf(value, columns[c] as Column))),
      )
    }
  })

  test('of no rows has its sheets with their headers, and the same bytes each time', async ({ exports }) => {
    const [one, two] = [await written(exports, ['posts']), await written(exports, ['posts'])]
    expect(readFileSync(one.file).equals(readFileSync(two.file))).toBe(true)
    const { posts = [] } = read(one.file)
    expect(posts.map(row => row.map(([, value]) => value))).toEqual([
      findDataset('posts').columns.map(({ name }) => name),
    ])
  })
})
