import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import { describe, expect } from 'vitest'

import { openForWriting, type Sqlite } from '../../src/db/open.js'
import { onTerminal } from '../cli/on-terminal.js'
import { ROOT } from '../rules/cruise.js'
import { test, type Bench, type Result } from '../support/run.js'
import { expectExit, expectOnlyLine, jsonOf } from './judge.js'

const NOON = '2025-11-01T12:00:00.000Z'
const COUNT = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n'

function world(bench: Bench): Sqlite {
  const { sqlite } = openForWriting(bench.db)
  const insert = sqlite.prepare(
    'INSERT INTO users (id, username, bio, follower_count, first_seen_at, last_seen_at) VALUES ' +
      '(?, ?, ?, ?, ?, ?)',
  )
  insert.run('user-ann', 'ann', 'says "hi", and\nleaves', 9_007_199_254_740_993n, NOON, NOON)
  insert.run('user-bob', 'bob', '', null, NOON, NOON)
  return sqlite
}

async function sql(bench: Bench, ...args: readonly string[]): Promise<Result> {
  return bench.run(['sql', '--db', bench.db, ...args])
}

const USERS = "SELECT username, bio, follower_count, x'00ff' AS blob FROM users ORDER BY id"

describe.concurrent('sql answers', () => {
  test.for([
    [
      'csv',
      'username,bio,follower_count,blob\nann,"says ""hi"", and\nleaves",9007199254740993,00ff\nbob,"",,00ff\n',
    ],
    [
      'jsonl',
      String.raw`{"username":"ann","bio":"says \"hi\", and\nleaves","follower_count":9007199254740993,"blob":"00ff"}` +
        '\n{"username":"bob","bio":"","follower_count":null,"blob":"00ff"}\n',
    ],
    [
      'md',
      '| username | bio | follower_count | blob |\n| --- | --- | --- | --- |\n| ann | says "hi", and<br>leaves | 9007199254740993 | 00ff |\n| bob |  |  | 00ff |\n',
    ],
    [
      'json',
      String.raw`{"columns":["username","bio","follower_count","blob"],"rows":[` +
        '\n' +
        String.raw`["ann","says \"hi\", and\nleaves",9007199254740993,"00ff"],` +
        '\n["bob","",null,"00ff"]\n]}\n',
    ],
  ] as const)('as %s', async ([format, text], { bench }) => {
    world(bench).close()
    const result = await sql(bench, USERS, '--format', format)
    expectExit(result, 0)
    expect(result.stdout).toBe(text)
  })

  test('as a table whose lines hold no control characters', async ({ bench }) => {
    world(bench).close()
    const result = await sql(
      bench,
      "SELECT username, follower_count AS n, 'a' || char(27) || '[31m' || char(10) || 'b' AS evil FROM users",
    )
    expect(result.stdout.split('\n')).toEqual([
      'username                 n  evil',
      '────────  ────────────────  ────────',
      'ann       9007199254740993  a [31m b',
      'bob                         a [31m b',
      '',
    ])
  })

  test('under --json with one value, whatever happens', async ({ bench }) => {
    world(bench).close()
    expect(jsonOf(await sql(bench, 'SELECT 1 AS a, 2 AS a', '--json'))).toEqual({
      columns: ['a', 'a'],
      rows: [[1, 2]],
    })
    expect(jsonOf(await sql(bench, 'SELECT 1 WHERE 0', '--json'))).toEqual({ columns: ['1'], rows: [] })
    expect(jsonOf(await sql(bench, 'SELEC', '--json'))).toMatchObject({ exit_code: 2 })
    const failed = await sql(
      bench,
      `${COUNT} LIMIT 3000) SELECT i, json(iif(i = 2500, 'nonsense', '1')) FROM n`,
      '--json',
    )
    expectExit(failed, 2)
    expect(jsonOf(failed)).toMatchObject({
      rows: expect.any(Array) as unknown,
      error: { code: 'bad-query' },
      exit_code: 2,
    })
  })

  test('from a file, from stdin, with parameters', async ({ bench }) => {
    world(bench).close()
    await writeFile(
      bench.file('q.sql'),
      '-- who\nSELECT username FROM users WHERE username = :name OR follower_count > :least;\n',
    )
    const result = await sql(
      bench,
      '--file',
      bench.file('q.sql'),
      '--param',
      'name=bob',
      '--param',
      'least=5',
      '--format',
      'csv',
    )
    expect(result.stdout).toBe('username\nann\nbob\n')
    const child = spawn(
      process.execPath,
      [path.join(ROOT, 'dist/main.js'), 'sql', '--db', bench.db, '--format', 'csv'],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    child.stdin.end('SELECT count(*) AS n FROM users')
    expect(Buffer.concat((await child.stdout.toArray()) as Buffer[]).toString()).toBe('n\n2\n')
  })

  test('ready questions by name, and lists them', async ({ bench }) => {
    world(bench).close()
    const list = jsonOf(await sql(bench, '--list', '--json')) as { name: string }[]
    expect(list.length).toBeGreaterThanOrEqual(12)
    expectExit(await sql(bench, 'top-creators', '--param', 'limit=3'), 0)
    expectOnlyLine(await sql(bench, 'top-creatures'), /no question "top-creatures".*--list/)
    expectOnlyLine(await sql(bench, 'top-creators', '--param', 'lmit=3'), /no parameter "lmit".*limit/)
  })

  test('--explain with the way to the answer', async ({ bench }) => {
    world(bench).close()
    expect((await sql(bench, "SELECT * FROM v_posts WHERE id = 'x'", '--explain')).stdout).toMatch(
      /SEARCH p USING/,
    )
  })

  test(
    'any number of rows without growing, as fast as they are read',
    { timeout: 120_000 },
    async ({ bench }) => {
      world(bench).close()
      const child = spawn(
        process.execPath,
        [
          '--max-old-space-size=64',
          path.join(ROOT, 'dist/main.js'),
          'sql',
          '--db',
          bench.db,
          '--format',
          'csv',
          `${COUNT} LIMIT 400000) SELECT i, printf('%.300c', 'x') FROM n`,
        ],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      )
      const complaints = child.stderr.toArray()
      let bytes = 0
      for await (const chunk of child.stdout) bytes += (chunk as Buffer).length
      expect(bytes).toBeGreaterThan(400_000 * 302)
      expect(await complaints).toEqual([])
    },
  )

  test('no longer than somebody reads', async ({ bench }) => {
    world(bench).close()
    const child = spawn(
      process.execPath,
      [
        path.join(ROOT, 'dist/main.js'),
        'sql',
        '--db',
        bench.db,
        '--format',
        'csv',
        `${COUNT}) SELECT i FROM n`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    child.stdout.once('data', () => child.stdout.destroy())
    expect(await new Promise(resolve => child.on('close', resolve))).toBe(0)
  })

  test('while a crawl writes', async ({ bench }) => {
    const sqlite = world(bench)
    sqlite.exec('BEGIN IMMEDIATE')
    sqlite.prepare("UPDATE users SET username = 'new'").run()
    expect((await sql(bench, 'SELECT username FROM users LIMIT 1', '--format', 'csv')).stdout).toBe(
      'username\nann\n',
    )
    sqlite.exec('COMMIT')
    sqlite.close()
  })
})

describe.concurrent('sql refuses, with one line and 2', () => {
  test.for([
    ["UPDATE users SET username = 'x'", /reads/],
    ['WITH a AS (SELECT 1) DELETE FROM users', /reads/],
    ['DELETE FROM users RETURNING id', /reads/],
    ['SELECT 1; DELETE FROM users', /reads/],
    ["ATTACH 'other.db' AS o", /reads/],
    ["VACUUM INTO 'other.db'", /reads/],
    ['PRAGMA user_version = 7', /reads/],
    ['PRAGMA journal_mode = DELETE', /reads/],
    ['/* x */ PRAGMA main.locking_mode(EXCLUSIVE)', /reads/],
    ['EXPLAIN PRAGMA writable_schema = 1', /reads/],
    ['PRAGMA wal_checkpoint', /reads/],
    ["SELECT load_extension('x')", /not authorized|load_extension/],
    ['SELECT unheard FROM users', /no such column/],
    ['SELECT :a', /parameter :a/],
    ['-- nothing', /no statement/],
  ] as const)('%s', async ([query, topic], { bench }) => {
    const sqlite = world(bench)
    const before = sqlite.serialize()
    // A query that begins with dashes is taken for a flag, as everywhere.
    await writeFile(bench.file('q.sql'), query)
    const result = await sql(bench, '--file', bench.file('q.sql'))
    expectExit(result, 2)
    expectOnlyLine(result, topic)
    expect(sqlite.serialize().equals(before)).toBe(true)
    sqlite.close()
  })

  test('PRAGMAs that tell something are answered', async ({ bench }) => {
    world(bench).close()
    for (const pragma of ['PRAGMA user_version', 'PRAGMA table_info(users)', 'PRAGMA main.page_count;'])
      expectExit(await sql(bench, pragma), 0)
  })

  test('a query that takes too long, even one that never comes up for air', async ({ bench }) => {
    world(bench).close()
    const result = await sql(bench, `${COUNT}) SELECT count(*) FROM n`, '--timeout', '1')
    expectExit(result, 2)
    expectOnlyLine(result, /longer than 1 s.*--timeout/)
    expect(result.ms).toBeLessThan(30_000)
  })

  test.for([
    [['--param', 'x'], /name=value/],
    [['--json', '--format', 'csv'], /exclude/],
    [['--file', 'missing.sql'], /missing\.sql|not both/],
  ] as const)('%j', async ([args, topic], { bench }) => {
    world(bench).close()
    expectOnlyLine(await sql(bench, 'SELECT 1', ...args), topic)
  })
})

describe.concurrent('sql on a terminal', () => {
  test('cuts what is wide, shows 100 rows and says how many more there are', async ({ bench }) => {
    world(bench).close()
    const { terminal } = await onTerminal(
      ['sql', '--db', bench.db, `${COUNT} LIMIT 250) SELECT i, printf('%.200c', 'x') AS wide FROM n`],
      bench.dir,
      { columns: 40, rows: 120 },
    )
    expect(terminal.wrapped).toEqual([])
    expect(terminal.lines.at(-1)).toMatch(/150 more rows/)
    expect(terminal.lines[2]).toMatch(/^ +1 {2}x+…$/)
  })
})
