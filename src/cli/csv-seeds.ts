import { AppError } from '../errors.js'
import { columnSeed } from './column-seeds.js'
import type { SeedEntry, SeedFileContext } from './seed-text.js'

interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

/**
 * The seeds of one column of a CSV file, whose first record names its columns. The separator is what most
 * stands in that record: a comma, a semicolon or a tab. Empty cells are left out.
 * @throws AppError `bad-seed` for a file without that column, or with a quote that nothing closes
 */
export function csvSeeds(path: string, text: string, column: string, context: SeedFileContext): SeedEntry[] {
  const [header, ...records] = csvRecords(path, text)
  const names = header?.cells.map(name => name.trim()) ?? []
  const exact = names.indexOf(column)
  const place =
    exact === -1 ? names.findIndex(name => name.toLowerCase() === column.trim().toLowerCase()) : exact
  if (place === -1)
    throw new AppError(
      'bad-seed',
      `${path} has no column "${column}"; it has ${
        names
          .filter(name => name !== '')
          .map(name => `"${name}"`)
          .join(', ') || 'none'
      }`,
    )
  return records.flatMap(({ line, cells }) => {
    const cell = cells[place] ?? ''
    return cell.trim() === '' ? [] : [columnSeed(cell, names[place] ?? '', `${path}:${line}`, context)]
  })
}

/**
 * Records of cells as RFC 4180 has them: a cell in quotes may hold separators, line ends and, doubled,
 * quotes.
 */
function csvRecords(path: string, text: string): CsvRecord[] {
  // Excel writes a first line that says nothing but the separator.
  const [, said] = /^sep=([,;\t|])\n/.exec(text) ?? []
  const separator =
    said ?? separatorOf(text.slice(0, text.indexOf('\n') === -1 ? undefined : text.indexOf('\n')))
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"[^\\n${separator}]*|([^\\n${separator}]*))(${separator}|\\n|$)`,
    'gy',
  )
  cell.lastIndex = said === undefined ? 0 : 'sep=,\n'.length
  const records: CsvRecord[] = []
  let line = said === undefined ? 1 : 2
  while (cell.lastIndex < text.length) {
    const record = nextRecord(cell, text)
    const lines = record.text.split('\n').length - 1
    if (record.cells.some(value => value.startsWith('"')))
      throw new AppError('bad-seed', `${path}:${line}: a quote is not closed`)
    if (record.cells.some(value => value !== '')) records.push({ line, cells: record.cells })
    line += lines
  }
  return records
}

function nextRecord(cell: RegExp, text: string): { cells: string[]; text: string } {
  const start = cell.lastIndex
  const cells: string[] = []
  for (;;) {
    const match = cell.exec(text)
    if (match === null) break
    const [, inQuotes, bare, end] = match
    cells.push(inQuotes?.replaceAll('""', '"') ?? bare ?? '')
    if (end === '\n' || end === '') break
  }
  return { cells, text: text.slice(start, cell.lastIndex) }
}

function separatorOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, '')
  const counts = [',', ';', '\t'].map((mark): [number, string] => [bare.split(mark).length, mark])
  return counts.toSorted(([a], [b]) => b - a)[0]?.[1] ?? ','
}
