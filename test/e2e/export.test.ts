/**
 * The command `export`, as its users run it: beside a crawl, killed, interrupted, twice, into folders that
 * hold something.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'

import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { contentsOf, filesIn, fillHostile, HOSTILE } from '../export/hostile.js'
import { openForWriting } from '../../src/db/open.js'
import { test, type Bench } from '../support/run.js'
import { generateWorld, TINY } from '../support/world/generate.js'
import { expectExit, expectOnlyLine } from './judge.js'

const TABLES = [
  'attachments',
  'comments',
  'edges',
  'post_metrics',
  'posts',
  'rankings',
  'user_metrics',
  'usernames',
  'users',
]

/** The files beside the tables, where no crawl has run. */
const BESIDE = ['README.md', 'datapackage.json', 'load.R', 'load.py']

function hostile(bench: Bench): void {
  const { sqlite } = openForWriting(bench.db)
  fillHostile(sqlite)
  sqlite.close()
}

/** Many rows, so that an export takes long enough to be stopped. */
function large(bench: Bench, rows: number): void {
  const { sqlite } = openForWriting(bench.db)
  sqlite.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO posts (id, user_id, text, posted_at, like_count, first_seen_at, last_seen_at)
      SELECT 's_' || i, 'user-' || (i % 100), 'a kite over a harbour, number ' || i, '2025-10-13T08:12:11.252Z', i, '2025-10-13T08:12:11.252Z', '2025-10-13T08:12:11.252Z' FROM n`)
  sqlite.close()
}

const exportTo = (bench: Bench, folder: string, ...args: string[]) =>
  bench.run(['export', '--db', bench.db, '--out', bench.file(folder), ...args])

/** Waits for something to be true, at the pace of the event loop. */
async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !isTrue();) {
    if (Date.now() > end) throw new Error('it never came true')
    await setImmediate()
  }
}

const staged = (bench: Bench, folder: string): string[] =>
  existsSync(bench.file(folder))
    ? filesIn(bench.file(folder)).filter(
        name => /^\.sora-crawl-export-\w{6}\//.test(name) && /\.(csv|parquet|jsonl)$/.test(name),
      )
    : []

describe('an export', () => {
  test('writes every table that was collected, what they are, and nothing else', async ({ bench }) => {
    hostile(bench)
    const { code, stdout } = await exportTo(bench, 'out', '--json')
    expect(code).toBe(0)
    expect(filesIn(bench.file('out'))).toEqual([...BESIDE, ...TABLES.map(table => `${table}.csv`)].toSorted())
    const report = JSON.parse(stdout) as {
      files: { path: string; rows: number; bytes: number; sha256: string }[]
      nul_removed: number
    }
    const { resources } = JSON.parse(readFileSync(bench.file('out/datapackage.json'), 'utf8')) as {
      resources: { path: string; bytes: number; hash: string; rowCount: number }[]
    }
    for (const { path: name, rows, bytes, sha256 } of report.files) {
      const content = readFileSync(bench.file(`out/${name}`))
      expect([content.length, createHash('sha256').update(content).digest('hex'), rows]).toEqual([
        bytes,
        sha256,
        HOSTILE.length,
      ])
      expect(resources.find(resource => resource.path === name)).toMatchObject({
        bytes,
        hash: `sha256:${sha256}`,
        rowCount: rows,
      })
    }
    expect(report.nul_removed).toBeGreaterThan(0)
  })

  test('is the same bytes again, in another time zone and locale', async ({ bench }) => {
    hostile(bench)
    const args = [
      '--format',
      'csv,excel,jsonl,parquet',
      '--partition',
      'month',
      '--tables',
      `${TABLES.join(',')},v_posts,v_creators`,
    ]
    expect((await exportTo(bench, 'one', ...args)).code).toBe(0)
    const other = await bench.run(['export', '--db', bench.db, '--out', bench.file('two'), ...args], {
      env: { TZ: 'Pacific/Apia', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    })
    expect(other.code).toBe(0)
    const [one, two] = [contentsOf(bench.file('one')), contentsOf(bench.file('two'))]
    expect(Object.keys(two)).toEqual(Object.keys(one))
    expect(Object.keys(one).filter(name => one[name] !== two[name])).toEqual([])
    expect(Object.keys(one)).toContain('posts/posted_month=__HIVE_DEFAULT_PARTITION__/posts.csv')
  })

  test.for(['\uFFFD"full":false', 'null', '{"seeds":3}', '{"seeds":[{"seed":"feed"}]}'])(
    'of a file whose runs say %j of themselves is refused in one line',
    async (options, { bench }) => {
      const server = await bench.serve({ world: generateWorld(5, TINY) })
      expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
      const sqlite = new Database(bench.db)
      sqlite.prepare('UPDATE runs SET options = ?').run(options)
      sqlite.close()
      const result = await bench.run(['export', '--db', bench.db, '--out', bench.file('out')])
      expectExit(result, 2)
      expectOnlyLine(result, /The database cannot be used: .*table runs/)
    },
  )

  test('as Parquet of a row without what every row has is refused in one line', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(5, TINY) })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
    const sqlite = new Database(bench.db)
    sqlite.prepare("UPDATE posts SET first_seen_at = 'no time'").run()
    sqlite.close()
    const args = ['export', '--format', 'parquet', '--db', bench.db, '--out', bench.file('out')]
    const result = await bench.run(args)
    expectExit(result, 2)
    expectOnlyLine(result, /The database cannot be used: .*no time in the column first_seen_at/)
  })

  test('beside a crawl shows one instant: what a row refers to is there', async ({ bench }) => {
    const world = generateWorld(91)
    const server = await bench.serve({ world, pageSize: 5 })
    const crawl = bench.startCrawl(server, [
      'feed',
      'leaderboard',
      '--depth',
      '2',
      '--collect',
      'all',
      '--rate',
      '40',
    ])
    await until(() => existsSync(bench.db) && posts(bench) > 0)
    let looks = 0
    do {
      expect((await exportTo(bench, `look${looks}`, '--format', 'jsonl')).code).toBe(0)
      expectWhole(bench.file(`look${looks}`))
      looks += 1
    } while (!crawl.over && looks < 4)
    expect((await crawl.done).code).toBe(0)
    // The seeds that it writes down, given to a crawl, are the same command again.
    const again = ['--seeds', bench.file('look0/repeat/crawl-1.yaml'), '--max-requests', '1']
    expect((await bench.crawl(server, again)).code).toBe(4)
    expect(bench.open().prepare('SELECT count(*), count(DISTINCT key) FROM runs').raw().get()).toEqual([2, 1])
  })

  test('that is killed leaves no file under its name, and the next one cleans up', async ({ bench }) => {
    large(bench, 60_000)
    const killed = bench.start([
      'export',
      '--db',
      bench.db,
      '--out',
      bench.file('out'),
      '--format',
      'csv,jsonl,parquet',
    ])
    await until(() => staged(bench, 'out').some(name => name.endsWith('posts.jsonl')))
    killed.kill('SIGKILL')
    await killed.done
    expect(filesIn(bench.file('out')).filter(name => !name.startsWith('.sora-crawl-export'))).toEqual([])
    expect(staged(bench, 'out').length).toBeGreaterThan(0)
    expect((await exportTo(bench, 'out', '--tables', 'posts')).code).toBe(0)
    expect(readdirSync(bench.file('out')).toSorted()).toEqual([...BESIDE, 'posts.csv'])
  })

  test.for(['SIGINT', 'SIGTERM'] as const)(
    'stopped by %s ends with 4 and leaves nothing',
    async (signal, { bench }) => {
      large(bench, 60_000)
      const running = bench.start([
        'export',
        '--db',
        bench.db,
        '--out',
        bench.file('out'),
        '--format',
        'jsonl,parquet',
      ])
      await until(() => staged(bench, 'out').some(name => name.endsWith('posts.jsonl')))
      running.kill(signal)
      const { code, stderr } = await running.done
      expect(code).toBe(4)
      expect(stderr.trim().split('\n').at(-1)).toMatch(/^sora-crawl: Interrupted: no file was left behind/)
      expect(readdirSync(bench.file('out'))).toEqual([])
    },
  )
})

function posts(bench: Bench): number {
  const db = new Database(bench.db, { readonly: true })
  try {
    return db.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'posts'").pluck().get() === 1
      ? (db.prepare('SELECT count(*) FROM posts').pluck().get() as number)
      : 0
  } finally {
    db.close()
  }
}

function expectWhole(folder: string): void {
  const read = (table: string) =>
    readFileSync(path.join(folder, `${table}.jsonl`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Record<string, unknown>)
  const ids = (table: string) => new Set(read(table).map(({ id }) => id))
  const { resources } = JSON.parse(readFileSync(path.join(folder, 'datapackage.json'), 'utf8')) as {
    resources: {
      name: string
      path: string
      schema?: { foreignKeys?: { fields: [string]; reference: { resource: string; fields: [string] } }[] }
    }[]
  }
  let checked = 0
  for (const { path: name, schema } of resources) {
    for (const { fields, reference } of schema?.foreignKeys ?? []) {
      const known = ids(reference.resource.replace('.jsonl', ''))
      for (const row of read(name.replace('.jsonl', '')))
        if (row[fields[0]] !== null) expect(known).toContain(row[fields[0]])
      checked += 1
    }
  }
  expect(checked).toBeGreaterThan(5)
}

describe('a folder that holds something', () => {
  test('is not touched without --force, and holds the new export alone with it', async ({ bench }) => {
    hostile(bench)
    expect((await exportTo(bench, 'out', '--format', 'csv,parquet', '--partition', 'month')).code).toBe(0)
    writeFileSync(bench.file('out/notes.txt'), 'mine')
    writeFileSync(bench.file('out/attachments.csv'), 'edited by hand')
    const before = contentsOf(bench.file('out'))
    const refused = await exportTo(bench, 'out', '--tables', 'users')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(
      /^sora-crawl: The folder of the export cannot be used: .*load\.py exists; --force replaces/,
    )
    expect(contentsOf(bench.file('out'))).toEqual(before)
    expect((await exportTo(bench, 'out', '--tables', 'users', '--force')).code).toBe(0)
    expect(filesIn(bench.file('out'))).toEqual(
      [...BESIDE, 'attachments.csv', 'notes.txt', 'users.csv'].toSorted(),
    )
    expect(readdirSync(bench.file('out'))).not.toContain('posts')
  })

  test.for(['.sora-crawl-export', '.sora-crawl-export-Ab12Cd'])(
    'with a link %s loses nothing, nor does what the link leads to',
    async (link, { bench }) => {
      hostile(bench)
      mkdirSync(bench.file('out'))
      mkdirSync(bench.file('victim/photos'), { recursive: true })
      for (const name of ['thesis.docx', 'photos/1.jpg', 'export.lock', 'sora-crawl-export.txt'])
        writeFileSync(bench.file(`victim/${name}`), 'precious')
      symlinkSync(bench.file('victim'), bench.file(`out/${link}`))
      const before = contentsOf(bench.file('victim'))
      expect((await exportTo(bench, 'out', '--tables', 'users')).code).toBe(0)
      expect(contentsOf(bench.file('victim'))).toEqual(before)
      expect(readdirSync(bench.file('out')).toSorted()).toEqual([link, ...BESIDE, 'users.csv'].toSorted())
    },
  )

  test('keeps folders that only have the name of ours', async ({ bench }) => {
    hostile(bench)
    mkdirSync(bench.file('out/.sora-crawl-export'), { recursive: true })
    mkdirSync(bench.file('out/.sora-crawl-export-Ab12Cd'))
    for (const name of [
      '.sora-crawl-export/notes.txt',
      '.sora-crawl-export-Ab12Cd/notes.txt',
      '.sora-crawl-export-Ab12Cd/export.lock',
    ])
      writeFileSync(bench.file(`out/${name}`), '')
    const before = filesIn(bench.file('out'))
    expect((await exportTo(bench, 'out', '--tables', 'users', '--force')).code).toBe(0)
    expect(filesIn(bench.file('out'))).toEqual([...before, ...BESIDE, 'users.csv'].toSorted())
  })

  test.for([
    ['users.csv', 'my own table', /users\.csv exists, and no export has written it/],
    ['README.md', '# My project\n', /README\.md exists, and no export has written it/],
    [
      'datapackage.json',
      '{"name":"mine","resources":[]}',
      /datapackage\.json exists, and no export has written it/,
    ],
  ] as const)('of the user’s own, %s, is replaced with no flag', async ([name, text, line], { bench }) => {
    hostile(bench)
    mkdirSync(bench.file('out'))
    writeFileSync(bench.file(`out/${name}`), text)
    const { code, stderr } = await exportTo(bench, 'out', '--tables', 'users', '--force')
    expect([code, stderr]).toEqual([2, expect.stringMatching(line)])
    expect(contentsOf(bench.file('out'))).toEqual({ [name]: text })
  })

  test('loses no file that the data package of somebody else lists, nor one behind a link', async ({
    bench,
  }) => {
    hostile(bench)
    mkdirSync(bench.file('elsewhere'))
    expect((await exportTo(bench, 'out', '--tables', 'users,posts', '--partition', 'month')).code).toBe(0)
    const partition = readdirSync(bench.file('out/posts'))[0] as string
    // The same bytes, now behind a link.
    renameSync(bench.file(`out/posts/${partition}`), bench.file('elsewhere/part'))
    symlinkSync(bench.file('elsewhere/part'), bench.file(`out/posts/${partition}`))
    expect((await exportTo(bench, 'out', '--tables', 'users', '--force')).code).toBe(0)
    expect(readdirSync(bench.file('elsewhere/part'))).toEqual(['posts.csv'])
    const mine = bench.file('other/mine.csv')
    mkdirSync(path.dirname(mine))
    writeFileSync(mine, 'a\n')
    const described = {
      name: 'mine',
      resources: [
        {
          name: 'mine',
          path: 'mine.csv',
          bytes: 2,
          hash: `sha256:${createHash('sha256').update('a\n').digest('hex')}`,
        },
      ],
    }
    writeFileSync(bench.file('other/datapackage.json'), JSON.stringify(described))
    expect((await exportTo(bench, 'other', '--tables', 'users', '--force')).code).toBe(2)
    expect(readFileSync(mine, 'utf8')).toBe('a\n')
  })

  test('with a link in the place of a file is refused', async ({ bench }) => {
    hostile(bench)
    expect((await exportTo(bench, 'out', '--tables', 'users')).code).toBe(0)
    renameSync(bench.file('out/users.csv'), bench.file('kept.csv'))
    symlinkSync(bench.file('kept.csv'), bench.file('out/users.csv'))
    const { code, stderr } = await exportTo(bench, 'out', '--tables', 'users', '--force')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/users\.csv is a link/)])
  })

  test('is written to by one export at a time', async ({ bench }) => {
    large(bench, 60_000)
    const first = bench.start([
      'export',
      '--db',
      bench.db,
      '--out',
      bench.file('out'),
      '--format',
      'jsonl,parquet',
    ])
    await until(() => staged(bench, 'out').length > 0)
    const second = await exportTo(bench, 'out', '--tables', 'users')
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining('another export is writing to')])
    expect((await first.done).code).toBe(0)
  })

  test('that leads elsewhere by a link is refused', async ({ bench }) => {
    hostile(bench)
    mkdirSync(bench.file('out'))
    mkdirSync(bench.file('elsewhere'))
    symlinkSync(bench.file('elsewhere'), bench.file('out/excel'))
    const { code, stderr } = await exportTo(bench, 'out', '--format', 'csv,excel', '--force')
    expect([code, stderr]).toEqual([2, expect.stringContaining('is in the way')])
    expect(readdirSync(bench.file('elsewhere'))).toEqual([])
    expect(readdirSync(bench.file('out'))).toEqual(['excel'])
  })
})

describe('what is asked for', () => {
  test('a query of one’s own becomes a file, whatever its columns are called', async ({ bench }) => {
    hostile(bench)
    const sql =
      `SELECT 1 AS a, 'x,"y"' AS a, NULL AS "with ""quotes""", 9223372036854775807 AS big, 0.1 + ` +
      `0.2 AS sum, x'00ff' AS bytes; -- done`
    expect(
      (await exportTo(bench, 'out', '--sql', sql, '--name', 'mine', '--format', 'csv,jsonl,parquet')).code,
    ).toBe(0)
    expect(readFileSync(bench.file('out/mine.csv'), 'utf8')).toBe(
      'a,a_2,"with ""quotes""",big,sum,bytes\n1,"x,""y""",,9223372036854775807,0.30000000000000004,00ff\n',
    )
    expect(readFileSync(bench.file('out/mine.jsonl'), 'utf8')).toBe(
      '{"a":1,"a_2":"x,\\"y\\"","with \\"quotes\\"":null,"big":9223372036854775807,"sum":0.30000000000000004,"bytes":"00ff"}\n',
    )
  })

  test.for([
    [['--sql', 'DELETE FROM posts'], /only one statement that reads/],
    [['--sql', 'SELECT * FROM main.pages'], /raw answers/],
    [['--sql', 'WITH p AS (SELECT body FROM pages) SELECT * FROM p'], /raw answers/],
    [['--sql', 'SELECT missing'], /no such column/],
    [['--sql', 'SELECT 1', '--name', '../up'], /--name takes letters/],
    [['--sql', 'SELECT 1', '--since', '7d'], /--since goes by/],
    [['--tables', 'pages'], /"pages" cannot be exported/],
    [['--tables', 'posts,nothing'], /"nothing" cannot be exported/],
    [['--tables', 'v_cameo_network', '--since', '7d'], /no time to go by/],
    [['--format', 'xml'], /no format "xml"/],
    [['--since', 'yesterday'], /--since takes a date/],
    [['--since', '2025-02-30x'], /--since takes a date/],
  ] as const)('%j is refused with one line, and no folder is made', async ([args, line], { bench }) => {
    hostile(bench)
    const { code, stdout, stderr } = await exportTo(bench, 'out', ...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(line)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(existsSync(bench.file('out'))).toBe(false)
  })

  test('--since leaves out what was not met since; a link that anyone can open is in no file', async ({
    bench,
  }) => {
    const { sqlite } = openForWriting(bench.db)
    for (const [id, at] of [
      ['s_old', '2025-10-01T00:00:00.000Z'],
      ['s_new', '2025-11-01T00:00:00.000Z'],
    ] as const) {
      sqlite
        .prepare('INSERT INTO posts (id, first_seen_at, last_seen_at) VALUES (?, ?, ?)')
        .run(id, '2025-09-01T00:00:00.000Z', at)
      sqlite
        .prepare('INSERT INTO attachments (id, post_id, position) VALUES (?, ?, 0)')
        .run(`${id}-attachment-0`, id)
    }
    const names = sqlite
      .prepare(
        "SELECT name FROM pragma_table_info('rejects') WHERE \"notnull\" AND name NOT IN ('id', 'raw')",
      )
      .pluck()
      .all() as string[]
    const raw = JSON.stringify({
      cache_url: 'https://secret.example/1',
      inner: { cache_url: 'https://secret.example/2' },
      kept: 1,
    })
    sqlite
      .prepare(
        `INSERT INTO rejects (raw, ${names.join(', ')}) VALUES (?, ${names.map(() => "'1'").join(', ')})`,
      )
      .run(raw)
    sqlite.close()
    expect(
      (await exportTo(bench, 'out', '--tables', 'posts,attachments', '--since', '2025-10-15')).code,
    ).toBe(0)
    expect(
      readFileSync(bench.file('out/posts.csv'), 'utf8')
        .split('\n')
        .map(line => line.split(',')[0]),
    ).toEqual(['id', 's_new', ''])
    expect(
      readFileSync(bench.file('out/attachments.csv'), 'utf8')
        .split('\n')
        .map(line => line.split(',')[0]),
    ).toEqual(['id', 's_new-attachment-0', ''])
    expect(
      (
        await exportTo(
          bench,
          'all',
          '--tables',
          'rejects',
          '--sql',
          "SELECT raw, 'a' || raw AS other FROM rejects",
          '--format',
          'csv,excel,jsonl,parquet',
        )
      ).code,
    ).toBe(0)
    for (const [name, content] of Object.entries(contentsOf(bench.file('all'))))
      expect([name, content.includes('secret.example')]).toEqual([name, false])
    expect(readFileSync(bench.file('all/rejects.jsonl'), 'utf8')).toContain('"kept":1')
  })
})

describe('a million posts', { timeout: 180_000 }, () => {
  test('are exported to CSV in less than 250 MB', async ({ bench }) => {
    large(bench, 1_000_000)
    const program = path.join(import.meta.dirname, '../../dist/main.js')
    const script =
      `process.argv.splice(1, 1); await import(${JSON.stringify(program)}); process.on('exit', () ` +
      `=> console.error('peak', process.resourceUsage().maxRSS))`
    const { stderr, status } = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        script,
        '-',
        program,
        'export',
        '--db',
        bench.db,
        '--tables',
        'posts',
        '--out',
        bench.file('out'),
        '--no-progress',
      ],
      { encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([0, expect.stringMatching(/peak \d+/)])
    expect(Number(/peak (\d+)/.exec(stderr)?.[1])).toBeLessThan(250_000)
    expect(readFileSync(bench.file('out/posts.csv')).filter(byte => byte === 10).length).toBe(1_000_001)
  })
})
