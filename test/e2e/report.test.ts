import { createHash } from 'node:crypto'
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect } from 'vitest'

import { measuresOf } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { FigureReader, figures } from '../../src/db/index.js'
import { openForWriting, type Sqlite } from '../../src/db/open.js'
import { ReadQuery } from '../../src/db/query.js'
import { Bench, test } from '../support/run.js'
import { Visit, type View } from './browser.js'
import { expectExit, expectOnlyLine, jsonOf } from './judge.js'

const NOON = '2025-11-01T12:00:00.000Z'

/** Texts that want to be more than texts; whatever runs says so with an alert, a window or a request. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  "' onmouseover='alert(3)",
  '</svg></style></title><script>alert(4)</script>',
  ']]></code></pre></details><iframe src="https://example.com/5"></iframe>',
  '<style>*{display:none}</style>}*{background:url(https://example.com/6)}',
  '\u{202E}desrever\u{202D} and \u0007 bell \u0000 nul',
  '{b} {@[0]} {a|rich} ${x} %7B',
  '&lt;b&gt; &#60;script&#62;alert(8)&#60;/script&#62;',
  'x'.repeat(5_000),
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘',
]
const LINKS = [
  'javascript:alert(9)',
  'data:text/html,<script>alert(10)</script>',
  'https://x.example/"onclick="alert(11)',
  'file:///etc/passwd',
  ' https://x.example/',
  'https://ok.example/p/1?a=1&b="2"',
]

function hostile(sqlite: Sqlite): void {
  const user = sqlite.prepare(
    'INSERT INTO users (id, username, display_name, follower_count, first_seen_at, last_seen_at) ' +
      'VALUES (?, ?, ?, ?, ?, ?)',
  )
  const post = sqlite.prepare(
    'INSERT INTO posts (id, user_id, text, posted_at, like_count, view_count, permalink, ' +
      'parent_post_id, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const edge = sqlite.prepare(
    'INSERT INTO edges (kind, source_id, target_id, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?)',
  )
  const reject = sqlite.prepare(
    'INSERT INTO rejects (page_id, run_id, stream_id, pass, route, stream, reason, raw, ' +
      "program_version, rejected_at) VALUES (1, 1, 1, 1, 'get_feed', 'feed', ?, '{}', '0', ?)",
  )
  const metric = sqlite.prepare(
    'INSERT INTO user_metrics (user_id, observed_at, follower_count) VALUES (?, ?, ?)',
  )
  const request = sqlite.prepare(
    'INSERT INTO requests (run_id, stream_id, route, state, status, cost_microusd, reserved_at, ' +
      "error) VALUES (1, 1, ?, 'answered', 500, 50000, ?, ?)",
  )
  for (const [i, text] of HOSTILE.entries()) {
    request.run(text, NOON, text)
    const id = `user-${text}`
    user.run(id, text, text, i, NOON, NOON)
    post.run(
      `s_${text}`,
      id,
      text,
      `2025-11-0${(i % 9) + 1}T0${i % 10}:00:00.000Z`,
      i,
      1_000_000_000 + i,
      LINKS[i % LINKS.length],
      i === 0 ? null : `s_${HOSTILE[0]}`,
      NOON,
      NOON,
    )
    reject.run(text, NOON)
    for (const d of [1, 2, 3]) metric.run(id, `2025-11-0${d}T00:00:00.000Z`, d * (i + 1))
    for (const other of HOSTILE.slice(0, i)) edge.run('follow', id, `user-${other}`, NOON, NOON)
    edge.run('cameo', id, `s_${HOSTILE[0]}`, NOON, NOON)
    if (i > 0) edge.run('remix', `s_${text}`, `s_${HOSTILE[0]}`, NOON, NOON)
  }
}

async function write(bench: Bench, ...args: readonly string[]): Promise<string> {
  const result = await bench.run(['report', '--db', bench.db, ...args, '--json'])
  expectExit(result, 0)
  return (jsonOf(result) as { path: string }).path
}

/** Elements that a report has no use for. */
const FOREIGN = new Set([
  'script',
  'img',
  'iframe',
  'object',
  'embed',
  'link',
  'base',
  'form',
  'input',
  'image',
  'use',
  'foreignObject',
  'animate',
  'set',
  'b',
])

interface FigureFacts {
  id: string
  title: string
  sql: string[]
  unnamed: number
  charts: number
  visible: number
  rows: number
}

const FIGURE_FACTS = `[...document.querySelectorAll('figure')].map((figure) => ({
  id: figure.id,
  title: figure.querySelector('h3').textContent,
  sql: [...figure.querySelectorAll('pre code')].map((code) => code.textContent),
  unnamed: [...figure.querySelectorAll('svg')].filter((svg) => svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label')).length,
  charts: figure.querySelectorAll('svg').length,
  visible: [...figure.querySelectorAll('svg, ul.branch')].filter((svg) => svg.getBoundingClientRect().width > 0).length,
  rows: figure.querySelectorAll('tbody tr').length,
}))`

const COLOURS = `[['body', 'background-color'], ['body', 'color'], ['#follow-network svg path', 'stroke'], ['#follow-network svg text', 'fill'], ['#posting-hours svg path', 'fill']]
  .map(([where, property]) => getComputedStyle(document.querySelector(where)).getPropertyValue(property))`

/** Texts of the charts that lie on another one, or reach out of their chart; towers of marks reach anywhere. */
const COLLISIONS = `[...document.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().width > 0).flatMap((svg) => {
  const frame = svg.getBoundingClientRect()
  const texts = [...svg.querySelectorAll('text')].map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() })).filter(({ text }) => !/\\p{M}{2}/u.test(text))
  const lie = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3
  return [
    ...texts.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1).map(({ text }) => 'cut: ' + text),
    ...texts.flatMap((a, i) => texts.slice(i + 1).filter((b) => lie(a.box, b.box)).map((b) => a.text + ' | ' + b.text)),
  ]
})`

const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

const VIEWS: Record<'light' | 'dark' | 'phone' | 'small', View> = {
  light: { width: 1100, colorScheme: 'light' },
  dark: { width: 1100, colorScheme: 'dark' },
  phone: { width: 390, colorScheme: 'light' },
  small: { width: 320, colorScheme: 'dark' },
}

describe('the command', () => {
  test('writes one page beside the database, and replaces it only with --force', async ({ bench }) => {
    openForWriting(bench.db).sqlite.close()
    const file = await write(bench)
    expect(file).toBe(bench.file('sora-report.html'))
    const page = readFileSync(file)
    const refused = await bench.run(['report', '--db', bench.db])
    expectExit(refused, 2)
    expectOnlyLine(refused, /exists; --force replaces it/)
    writeFileSync(file, 'mine')
    expectExit(await bench.run(['report', '--db', bench.db]), 2)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    await write(bench, '--force')
    expect(hash(readFileSync(file))).toBe(hash(page))
    expect(readdirSync(bench.dir).filter(name => name.endsWith('.part'))).toEqual([])
  })

  test('never writes over the database, and makes none', async ({ bench }) => {
    const none = await bench.run(['report', '--db', bench.db])
    expectExit(none, 2)
    expect(existsSync(bench.db)).toBe(false)
    openForWriting(bench.db).sqlite.close()
    const before = hash(readFileSync(bench.db))
    expectExit(await bench.run(['report', '--db', bench.db, '--out', bench.db, '--force']), 2)
    expectExit(await bench.run(['report', '--db', bench.db, '--out', bench.dir, '--force']), 2)
    await write(bench, '--out', bench.file('new/folder/r.html'), '--title', 'A <b>title</b>')
    expect(readFileSync(bench.file('new/folder/r.html'), 'utf8')).toContain(
      '<h1>A &lt;b&gt;title&lt;/b&gt;</h1>',
    )
    expect(hash(readFileSync(bench.db))).toBe(before)
  })

  test.for(['-wal', '-shm', '-journal', '.lock'])(
    'is no file in the place of %s of the database, whether or not it is there',
    async (end, { bench }) => {
      openForWriting(bench.db).sqlite.close()
      symlinkSync(bench.db, bench.file('name.db'))
      const result = await bench.run([
        'report',
        '--db',
        bench.file('name.db'),
        '--out',
        `${bench.db}${end}`,
        '--force',
      ])
      expectExit(result, 2)
      expectOnlyLine(result, /belongs to the database/)
      expect(existsSync(`${bench.db}${end}`)).toBe(false)
    },
  )

  test('replaces no link, and never the database by another of its names', async ({ bench }) => {
    openForWriting(bench.db).sqlite.close()
    writeFileSync(bench.file('mine.html'), 'mine')
    symlinkSync(bench.file('mine.html'), bench.file('link.html'))
    linkSync(bench.db, bench.file('twin.html'))
    const link = await bench.run(['report', '--db', bench.db, '--out', bench.file('link.html'), '--force'])
    expectExit(link, 2)
    expectOnlyLine(link, /is a link/)
    expect(readFileSync(bench.file('link.html'), 'utf8')).toBe('mine')
    rmSync(bench.file('link.html'))
    const before = hash(readFileSync(bench.db))
    expectExit(await bench.run(['report', '--db', bench.db, '--out', bench.file('twin.html'), '--force']), 2)
    expect(hash(readFileSync(bench.file('twin.html')))).toBe(before)
  })

  test('says in words what an empty database, and one with a single post, cannot show', async ({ bench }) => {
    const { sqlite } = openForWriting(bench.db)
    const empty = readFileSync(await write(bench), 'utf8')
    expect(empty).toContain('No crawl has been run on this database yet.')
    expect(empty).not.toContain('<svg')
    expect(empty).not.toMatch(/NaN|undefined|Infinity|\[object/)
    sqlite.prepare("INSERT INTO posts (id, first_seen_at, last_seen_at) VALUES ('s_1', ?, ?)").run(NOON, NOON)
    sqlite.close()
    const single = readFileSync(await write(bench, '--force'), 'utf8')
    expect(single).toContain('s_1')
    expect(single).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })
})

describe('the report of a hostile world', () => {
  let bench: Bench
  let file: string

  beforeAll(async () => {
    bench = await Bench.create()
    const { sqlite } = openForWriting(bench.db)
    sqlite.transaction(hostile)(sqlite)
    sqlite.close()
    file = await write(bench)
  })
  afterAll(async () => bench.end())

  test.for(Object.entries(VIEWS))('runs nothing, fetches nothing and fits: %s', async ([, view]) => {
    const visit = await Visit.of(file, view)
    try {
      const { page } = visit
      await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true')
      const elements = await page.evaluate<string[]>(
        '[...new Set([...document.querySelectorAll("*")].map((one) => one.localName))]',
      )
      expect(elements).toEqual(expect.arrayContaining(['svg', 'path', 'text', 'table', 'bdi']))
      expect(elements.filter(name => FOREIGN.has(name))).toEqual([])
      const handlers = await page.evaluate(
        '[...document.querySelectorAll("*")].flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith("on")))',
      )
      expect(handlers).toEqual([])
      const links = await page.evaluate<[string, string, string][]>(
        '[...document.querySelectorAll("a")].map((a) => [a.protocol, a.rel, a.getAttribute("href")])',
      )
      const out = links.filter(([, , href]) => !href.startsWith('#'))
      expect(out.filter(([protocol, rel]) => protocol !== 'https:' || !rel.includes('noreferrer'))).toEqual(
        [],
      )
      expect(out.map(([, , href]) => href)).toContain('https://ok.example/p/1?a=1&b="2"')
      for (const figure of await page.$$('figure')) await figure.hover()
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
      expect(wide).toBeLessThanOrEqual(view.width)
      expect(visit.incidents).toEqual([])
      expect(await page.evaluate('document.body.innerText')).toContain('<script>alert(1)</script>')
    } finally {
      await visit.close()
    }
  })

  test('shows each chart once, with a name, a table and the SQL behind it', async () => {
    const visit = await Visit.of(file, VIEWS.phone)
    try {
      const facts = await visit.page.evaluate<FigureFacts[]>(FIGURE_FACTS)
      expect(facts.map(({ id }) => id)).toEqual(
        expect.arrayContaining([
          'rows',
          'follow-network',
          'cameo-network',
          'remix-trees',
          'posting-hours',
          'followers-in-time',
          'engagement-distribution',
          'unreadable',
        ]),
      )
      expect(
        facts.filter(({ title, sql, unnamed }) => title === '' || sql.length === 0 || unnamed > 0),
      ).toEqual([])
      expect(facts.filter(({ charts, visible }) => charts > 0 && visible === 0)).toEqual([])
      expect(facts.filter(({ charts, rows }) => charts > 0 && rows === 0)).toEqual([])
      for (const sql of new Set(facts.flatMap(figure => figure.sql))) {
        const query = new ReadQuery(bench.db, sql, {})
        expect([...query.rows()].every(row => row.length === query.columns.length)).toBe(true)
        query.close()
      }
      writeFileSync(bench.file('one.sql'), facts.find(({ id }) => id === 'top-posts')?.sql[0] ?? '')
      const answer = await bench.run([
        'sql',
        '--db',
        bench.db,
        '--file',
        bench.file('one.sql'),
        '--format',
        'csv',
      ])
      expectExit(answer, 0)
      expect(answer.stdout).toContain('1000000010')
    } finally {
      await visit.close()
    }
  })

  test('cuts nothing on a phone: bars have their whole labels, wide tables are paragraphs, trees are lists', async () => {
    const visit = await Visit.of(file, VIEWS.phone)
    try {
      const cut = await visit.page.evaluate<
        string[]
      >(`[...document.querySelectorAll('.bars dt, .bars .end, figure > .table.folds, .branch:not(ul ul)')]
        .filter((one) => one.getBoundingClientRect().width > 0 && one.scrollWidth > one.clientWidth + 1).map((one) => one.className + ': ' + one.textContent.slice(0, 40))`)
      expect(cut).toEqual([])
      expect(await visit.page.evaluate('document.querySelectorAll(".bars dt").length')).toBeGreaterThan(0)
      expect(
        await visit.page.evaluate('getComputedStyle(document.querySelector(".folds thead")).display'),
      ).toBe('none')
      expect(
        await visit.page.evaluate('document.querySelector(".branch").getBoundingClientRect().width'),
      ).toBeGreaterThan(0)
    } finally {
      await visit.close()
    }
  })

  test.for(['light', 'phone'] as const)('has no text in its charts on another or cut: %s', async view => {
    const visit = await Visit.of(file, VIEWS[view])
    try {
      expect(await visit.page.evaluate(COLLISIONS)).toEqual([])
    } finally {
      await visit.close()
    }
  })

  test('keeps headings and what they are of on one page of paper', async () => {
    const visit = await Visit.of(file, VIEWS.light)
    try {
      await visit.page.emulateMedia({ media: 'print' })
      const kept = (what: string, how: string): Promise<string[]> =>
        visit.page.evaluate(
          `[...new Set([...document.querySelectorAll(${JSON.stringify(what)})].map((one) => getComputedStyle(one).${how}))]`,
        )
      expect(await kept('h2, h3, h4, .lead, .legend, figure:not(.bare) figcaption', 'breakAfter')).toEqual([
        'avoid',
      ])
      expect(await kept('figure:not(.rows), .tree, tr, p, li', 'breakInside')).toEqual(['avoid'])
      expect(await kept('details, nav, .screen', 'display')).toEqual(['none'])
    } finally {
      await visit.close()
    }
  })

  test('says what its axes measure, whom an arrow leads to, and what made it', () => {
    const page = readFileSync(file, 'utf8')
    const figure = (id: string): string =>
      page.slice(
        page.indexOf(`<figure id="${id}"`),
        page.indexOf('</figure>', page.indexOf(`<figure id="${id}"`)),
      )
    for (const [id, titles] of [
      ['posts-in-time', ['posts so far', 'posts each']],
      ['engagement-distribution', ['views', 'likes', 'posts']],
      ['posting-hours', ['hour of the day, UTC']],
      ['followers-in-time', ['followers gained since first seen']],
    ] as const) {
      for (const title of titles) expect(`${id}: ${figure(id)}`).toContain(title)
    }
    expect(figure('follow-network')).toContain('An arrow leads from a follower to the one who is followed')
    expect(page).toMatch(/Report of sora\.db, made by sora-crawl \d+\.\d+\.\d+/)
  })

  test('looks different in the dark, and prints', async () => {
    const [light, dark] = [await Visit.of(file, VIEWS.light), await Visit.of(file, VIEWS.dark)]
    try {
      const colours = async ({ page }: Visit): Promise<string[]> => page.evaluate<string[]>(COLOURS)
      const [inLight, inDark] = [await colours(light), await colours(dark)]
      // Names of colours that had no value would be black in both.
      expect(inLight.every((one, i) => one.startsWith('rgb') && one !== inDark[i])).toBe(true)
      expect(hash(await light.page.screenshot())).not.toBe(hash(await dark.page.screenshot()))
      const pdf = await light.page.pdf({ format: 'A4' })
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
      expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(2)
    } finally {
      await Promise.all([light.close(), dark.close()])
    }
  })

  test('has the same bytes each time, in any time zone and language', async () => {
    const out = bench.file('again.html')
    const result = await bench.run(['report', '--db', bench.db, '--out', out], {
      env: { TZ: 'Asia/Kathmandu', LANG: 'ar_EG.UTF-8', LC_ALL: 'de_DE.UTF-8' },
    })
    expectExit(result, 0)
    expect(hash(readFileSync(out))).toBe(hash(readFileSync(file)))
    expect(statSync(out).size).toBeLessThan(2_000_000)
    expect(path.dirname(out)).toBe(bench.dir)
  })
})

interface Coverage {
  streams: {
    stream: string
    listings: number
    told: number | null
    held: number
    states: Record<string, number>
  }[]
}

describe('the figures of coverage', () => {
  test('are those of the command coverage, which computes them otherwise', async ({ bench }) => {
    const crawl = (...args: readonly string[]) =>
      bench.run(['crawl', ...args, '--sandbox', '--faults', 'flaky', '--db', bench.db, '--no-progress'])
    expectExit(await crawl('feed', '--collect', 'posts,comments', '--max-pages', '1'), 0)
    expectExit(await crawl('@omar', '--depth', '1', '--max-requests', '30'), 4)
    expectExit(await crawl('leaderboard', '--depth', '1', '--max-requests', '60', '--restart'), 4)
    const told = jsonOf(await bench.run(['coverage', '--db', bench.db, '--json'])) as Coverage
    const reader = new FigureReader(bench.db)
    const shown = reader.rows(figures.coverageByStream(measuresOf(await loadCrawlers())))
    const gaps = reader.rows(figures.largestGaps(measuresOf(await loadCrawlers())))
    const troubles = reader.rows(figures.troubles)
    reader.close()
    const reasons = [...gaps, ...troubles].filter(({ state }) => state === 'budget').map(row => row.reason)
    expect(new Set(reasons)).toEqual(new Set(['the cap on requests or cost was reached']))
    expect([...gaps, ...troubles].filter(({ reason }) => reason === null || reason === '')).toEqual([])
    const sum = (values: readonly (number | null)[]): number =>
      values.reduce<number>((all, value) => all + (value ?? 0), 0)
    const streams = [...new Set(told.streams.map(({ stream }) => stream))].toSorted()
    expect([...new Set(shown.map(({ stream }) => stream))]).toEqual(streams)
    expect(new Set(shown.map(({ state }) => state)).size).toBeGreaterThan(2)
    for (const stream of streams) {
      const [own, other] = [
        shown.filter(row => row.stream === stream),
        told.streams.filter(row => row.stream === stream),
      ]
      const states = new Map<string, number>()
      for (const [state, n] of other.flatMap(row => Object.entries(row.states)))
        states.set(state, (states.get(state) ?? 0) + n)
      expect(Object.fromEntries(own.map(({ state, listings }) => [state, listings]))).toEqual(
        Object.fromEntries(states),
      )
      expect([stream, sum(own.map(row => row.held)), sum(own.map(row => row.told))]).toEqual([
        stream,
        sum(other.map(row => row.held)),
        sum(other.map(row => row.told)),
      ])
    }
  })
})
