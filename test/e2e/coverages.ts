/** What the tests of coverage share: how it is asked for and read. */
import { spawnSync } from 'node:child_process'

import { expect } from 'vitest'

import type { Bench } from '../support/run.js'
import { mustGet, type World } from '../support/world/model.js'
import { starWith, userId } from '../support/world/story.js'
import { expectExit, jsonOf } from './judge.js'

export interface Listing {
  seed: string
  stream: string
  subject: string
  told: number | null
  held: number
  set_aside: number
  pages: number
  state: string
  reason: string | null
}

export interface Table {
  table: string
  rows: number
  listed: number
  embedded: number
  never_in_scope: number
}

export interface Coverage {
  streams: {
    seed: string
    stream: string
    listings: number
    told: number | null
    held: number
    set_aside: number
    pages: number
    states: Record<string, number>
  }[]
  total: { listings: number; states: Record<string, number> }
  incomplete: Listing[]
  tables: Table[]
}

export async function coverage(bench: Bench): Promise<Coverage> {
  const result = await bench.run(['coverage', '--db', bench.db, '--json'])
  expectExit(result, 0)
  return jsonOf(result) as Coverage
}

export async function coverageText(bench: Bench, ...args: readonly string[]): Promise<string> {
  const result = await bench.run(['coverage', '--db', bench.db, ...args])
  expectExit(result, 0)
  return result.stdout
}

/**
 * RFC 4180 to the letter, but for line ends, which may be LF alone; a field without quotes is never an empty
 * text, but nothing.
 */
export function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [[]]
  const field = /"((?:[^"]|"")*)"|([^",\r\n]*)/y
  while (field.lastIndex < text.length) {
    const [all, quoted, bare] = field.exec(text) ?? []
    if (all === undefined) throw new Error(`no field at ${field.lastIndex}`)
    rows
      .at(-1)
      ?.push(quoted === undefined ? (bare === '' ? null : String(bare)) : quoted.replaceAll('""', '"'))
    const rest = text.slice(field.lastIndex, field.lastIndex + 2)
    const end = /^\r?\n/.exec(rest)
    if (end === null && !rest.startsWith(','))
      throw new Error(`neither a comma nor a line end at ${field.lastIndex}`)
    field.lastIndex += end === null ? 1 : end[0].length
    if (end !== null && field.lastIndex < text.length) rows.push([])
  }
  return rows
}

export function parseInPython(text: string): string[][] {
  const script =
    'import csv, io, json, sys\ntext = sys.stdin.buffer.read().decode("utf-8")\nprint(json.dumps(list(csv.reader(io.StringIO(text, newline=""), strict=True))))'
  const { stdout, stderr, status } = spawnSync('python3', ['-c', script], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 1e9,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as string[][]
}

export const hasPython = spawnSync('python3', ['-c', 'import csv']).status === 0

export const HEADER = ['seed', 'stream', 'subject', 'told', 'held', 'set_aside', 'pages', 'state', 'reason']

export async function listings(bench: Bench): Promise<Listing[]> {
  // CSV is data: it keeps even what would redraw a terminal.
  const { code, stdout: text } = await bench.run(['coverage', '--db', bench.db, '--csv'])
  expect(code).toBe(0)
  const [header, ...rows] = parseCsv(text)
  expect(header).toEqual(HEADER)
  const number = (value: string | null | undefined): number | null =>
    value === null || value === undefined ? null : Number(value)
  if (hasPython)
    expect(parseInPython(text)).toEqual([HEADER, ...rows.map(row => row.map(field => field ?? ''))])
  return rows.map(([seed, stream, subject, told, held, setAside, pages, state, reason]) => ({
    seed: String(seed),
    stream: String(stream),
    subject: String(subject),
    told: number(told),
    held: Number(held),
    set_aside: Number(setAside),
    pages: Number(pages),
    state: String(state),
    reason: reason ?? null,
  }))
}

export async function only(bench: Bench, subject: string, stream?: string): Promise<Listing> {
  const found = (await listings(bench)).filter(
    listing => listing.subject === subject && (stream === undefined || listing.stream === stream),
  )
  expect(found).toHaveLength(1)
  return found[0] as Listing
}

export function star(followers: number, told: number | null = followers): World {
  const world = starWith(followers)
  mustGet(world.users, userId('star')).follower_count = told
  return world
}

export const FOLLOWERS = [userId('star'), '--collect', 'followers']
/** The profile tells how many followers there are. */
export const TOLD = [userId('star'), '--collect', 'profile,followers']
