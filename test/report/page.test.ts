import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { test as base, describe, expect } from 'vitest'

import { collectable, measuresOf } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { openForWriting, type Sqlite } from '../../src/db/open.js'
import { makeReport } from '../../src/report/page.js'

const NOON = '2025-11-01T12:00:00.000Z'

interface Study {
  readonly sqlite: Sqlite
  /** The markup of one figure of its report. */
  readonly figure: (id: string) => Promise<string>
  readonly page: () => Promise<string>
}

const test = base.extend<{ study: Study }>({
  study: async ({ task: _task }, use) => {
    const dir = mkdtempSync(path.join(tmpdir(), 'sora-crawl-page-'))
    const file = path.join(dir, 'sora.db')
    const { sqlite } = openForWriting(file)
    const page = async (): Promise<string> => {
      const crawlers = await loadCrawlers()
      const request = { measures: measuresOf(crawlers), streams: collectable(crawlers) }
      return makeReport(file, { title: 'x', version: '0', ...request }).html
    }
    const figure = async (id: string): Promise<string> => {
      const html = await page()
      const from = html.indexOf(`<figure id="${id}"`)
      return html.slice(from, html.indexOf('</figure>', from))
    }
    await use({ sqlite, figure, page })
    sqlite.close()
    rmSync(dir, { recursive: true })
  },
})

/** The words of markup, with one space between them. */
const wordsOf = (markup: string): string =>
  markup
    .replaceAll(/<wbr>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')

/** A run of these streams from two seeds, as the ledger has it. */
function addRun(sqlite: Sqlite, collect: readonly string[], stoppedBy: string | null): void {
  const seeds = ['@a', '@b'].map(seed => ({ seed, collect, depth: 1, maxPages: null }))
  sqlite
    .prepare(
      'INSERT INTO runs (key, options, state, stopped_by, outcome, started_at, started_after_request, last_request) ' +
        "VALUES (?, ?, ?, ?, 'a sentence that is too long for a column', ?, 0, 0)",
    )
    .run(
      collect.join(),
      JSON.stringify({ full: false, seeds }),
      stoppedBy === null ? 'finished' : 'unfinished',
      stoppedBy,
      NOON,
    )
}

describe('the table of runs', () => {
  test('says in a word or two how each ended, and its options in a line of their own', async ({ study }) => {
    const all = collectable(await loadCrawlers())
    addRun(study.sqlite, all, 'cap')
    addRun(study.sqlite, ['posts', 'comments'], 'balance-empty')
    addRun(study.sqlite, ['posts'], null)
    const words = wordsOf(await study.figure('runs'))
    expect(words).toContain('stopped at a cap --collect all --depth 1')
    expect(words).toContain('stopped: balance empty --collect posts,comments --depth 1')
    expect(words).toContain('finished --collect posts --depth 1')
    expect(words).not.toContain('a sentence that is too long')
  })
})

/** A tree of this many remixes, each of the one before. */
function addChain(sqlite: Sqlite, length: number): void {
  const edge = sqlite.prepare(
    "INSERT OR IGNORE INTO edges (kind, source_id, target_id, first_seen_at, last_seen_at) VALUES ('remix', ?, ?, ?, ?)",
  )
  for (let i = 1; i <= length; i += 1) edge.run(`s_${i}`, `s_${i - 1}`, NOON, NOON)
}

describe('a remix tree', () => {
  test('is drawn where there is room for all names, and else a list on screens of any width', async ({
    study,
  }) => {
    addChain(study.sqlite, 3)
    const drawn = await study.figure('remix-trees')
    expect(drawn.match(/<text /g)).toHaveLength(4)
    expect(drawn).toContain('<ul class="branch narrow"')
    addChain(study.sqlite, 20)
    const listed = await study.figure('remix-trees')
    expect(listed).not.toContain('<svg')
    expect(listed).toContain('<ul class="branch">')
  })

  test('has no line that begins before the name beside its point ends', async ({ study }) => {
    addChain(study.sqlite, 3)
    const svg = await study.figure('remix-trees')
    const names = [...svg.matchAll(/<text x="([\d.]+)"[^>]*>([^<]*)</g)].map(
      ([, x, name]) => Number(x) + (name?.length ?? 0) * 7,
    )
    const begins = [...svg.matchAll(/<path d="M([\d.]+) /g)].map(([, x]) => Number(x))
    expect(begins).toHaveLength(3)
    expect(begins.every((begin, i) => begin > (names[i] ?? Infinity))).toBe(true)
  })
})

/** Follows between these accounts and appearances of all of them in one post. */
function addTies(
  sqlite: Sqlite,
  ids: readonly string[],
  follows: readonly (readonly [string, string])[],
): void {
  const edge = sqlite.prepare(
    'INSERT INTO edges (kind, source_id, target_id, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?)',
  )
  for (const [from, to] of follows) edge.run('follow', from, to, NOON, NOON)
  for (const id of ids) edge.run('cameo', id, 's_1', NOON, NOON)
}

describe('the networks', () => {
  test('say how many points have each colour, and what was left out', async ({ study }) => {
    addTies(
      study.sqlite,
      ['user-a', 'user-b', 'ch_c'],
      [
        ['user-a', 'user-b'],
        ['user-b', 'ch_c'],
      ],
    )
    const follows = wordsOf(await study.figure('follow-network'))
    expect(follows).toContain('followers and following read: 0 not read, or not to the end: 3')
    expect(follows).toContain('All 3 accounts and all follows between them are drawn.')
    expect(wordsOf(await study.figure('cameo-network'))).toContain('people: 2 characters: 1')
  })

  test('say which of many follows are drawn', async ({ study }) => {
    const ids = Array.from({ length: 6 }, (_, i) => `user-${i}`)
    const all = ids.flatMap(a => ids.filter(b => b !== a).map(b => [a, b] as const))
    addTies(study.sqlite, [], all)
    expect(wordsOf(await study.figure('follow-network'))).toContain(
      'All 6 accounts are drawn, and 24 of the 30 follows between them: at most 4 from each account',
    )
  })
})

describe('a study of nothing', () => {
  test('says so at once, and in short sections', async ({ study }) => {
    addRun(study.sqlite, ['posts'], null)
    const page = await study.page()
    expect(wordsOf(page)).toContain('Nothing was collected on 1 November 2025 in 1 run')
    expect(page.match(/<section [^>]*class="quiet"/g)?.length).toBeGreaterThan(5)
    expect(page.match(/<figure [^>]* bare"/g)?.length).toBeGreaterThan(8)
    expect(page).not.toContain('counted once so far')
  })
})
