/** A database against the oracle: every difference as one readable line. */
import type { Database } from 'better-sqlite3'

import { wellFormed, type Row, type Tables } from './rows.js'

const TABLES = ['users', 'posts', 'attachments', 'comments', 'edges'] as const
export type TableName = (typeof TABLES)[number]

export interface Leniency {
  /** Signed links differ at every fetch. */
  urls?: boolean
  /** A route that had answered nobody yet marks nothing, so who is marked may depend on who came first. */
  unavailable?: 'exact' | 'subset' | 'none'
}

const LINKS = new Set(['url', 'downloadable_url', 'thumbnail_url', 'gif_url', 'md_url', 'url_expires_at'])

function keyOf(table: TableName, row: Record<string, unknown>): string {
  return table === 'edges'
    ? `${String(row['kind'])} ${String(row['source_id'])} ${String(row['target_id'])}`
    : String(row['id'])
}

export function readTable(db: Database, table: TableName): Map<string, Record<string, unknown>> {
  const rows = db.prepare(`select * from ${table}`).all() as Record<string, unknown>[]
  return new Map(rows.map(row => [keyOf(table, row), row]))
}

/** JSON has two honest ways to hold a lone surrogate, escaped or replaced, and any order of keys. */
function settled(json: string): string {
  const entries = Object.entries(JSON.parse(json) as Record<string, unknown>)
  return JSON.stringify(entries.map(([key, value]) => [key, wellFormed(String(value))]).toSorted())
}

function same(column: string, expected: unknown, actual: unknown): boolean {
  if (column !== 'social_links' || typeof actual !== 'string' || typeof expected !== 'string')
    return expected === actual
  return settled(expected) === settled(actual)
}

function rowDifferences(
  label: string,
  expected: Row,
  actual: Record<string, unknown>,
  lenient: Leniency,
): string[] {
  return Object.entries(expected).flatMap(([column, value]) => {
    if (lenient.urls === true && LINKS.has(column)) return []
    if (same(column, value, actual[column])) return []
    return [`${label}.${column}: expected ${JSON.stringify(value)}, found ${JSON.stringify(actual[column])}`]
  })
}

function unavailableDifferences(db: Database, expected: Tables, mode: 'exact' | 'subset'): string[] {
  const marked = (['users', 'posts'] as const).flatMap(table =>
    [...readTable(db, table).values()]
      .filter(row => row['unavailable'] !== null)
      .map(row => String(row['id'])),
  )
  const wrongly = marked
    .filter(id => !expected.refused.has(id))
    .map(id => `${id} is marked unavailable and answered`)
  const missed = [...expected.refused]
    .filter(id => !marked.includes(id))
    .map(id => `${id} is not marked unavailable`)
  return mode === 'exact' ? [...wrongly, ...missed] : wrongly
}

/** Empty where the database holds exactly the expected rows. Cut to a readable number of lines. */
export function differences(db: Database, expected: Tables, lenient: Leniency = {}): string[] {
  const found: string[] = []
  for (const table of TABLES) {
    const actual = readTable(db, table)
    for (const [key, row] of expected[table]) {
      const held = actual.get(key)
      if (held === undefined) found.push(`${table}: ${key} is missing`)
      else found.push(...rowDifferences(`${table} ${key}`, row, held, lenient))
    }
    for (const key of actual.keys())
      if (!expected[table].has(key)) found.push(`${table}: ${key} should not be there`)
  }
  const mode = lenient.unavailable ?? 'subset'
  if (mode !== 'none') found.push(...unavailableDifferences(db, expected, mode))
  return found.length > 30 ? [...found.slice(0, 30), `… and ${found.length - 30} more`] : found
}

const ASIDE = /^(first_seen_at|last_seen_at|observed_at)$/

/** The contents of the tables of things, to compare two databases; what depends on the clock is left out. */
export function snapshot(db: Database, withUrls = true): Record<string, unknown[]> {
  return Object.fromEntries(
    TABLES.map(table => {
      const rows = [...readTable(db, table).entries()].toSorted(([a], [b]) => (a < b ? -1 : 1))
      const kept = rows.map(([, row]) =>
        Object.fromEntries(
          Object.entries(row).filter(([column]) => !ASIDE.test(column) && (withUrls || !LINKS.has(column))),
        ),
      )
      return [table, kept]
    }),
  )
}
