import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect } from 'vitest'

import { ROOT } from '../rules/cruise.js'
import { settingsFor, test, type Bench } from '../support/run.js'
import type { WorldServer } from '../support/world/server.js'
import { starWith, userId } from '../support/world/story.js'
import { expectExit, expectOnlyLine } from './judge.js'

const STAR = userId('star')

/** A crawl that reads its standard input. */
function piped(
  bench: Bench,
  input: string,
  args: readonly string[],
  server?: WorldServer,
): { status: number | null; stdout: string; stderr: string } {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: bench.dir,
    ...(server === undefined
      ? { SORA_API_URL: 'http://127.0.0.1:9/sora2', SORA_API_KEY: 'sk-test-0123456789abcdef' }
      : settingsFor(server)),
  }
  return spawnSync(
    process.execPath,
    [path.join(ROOT, 'dist/main.js'), ...args, '--db', bench.db, '--no-progress'],
    { cwd: bench.dir, env, input, encoding: 'utf8' },
  )
}

const runs = (bench: Bench): unknown[] => bench.open().prepare('SELECT DISTINCT key FROM runs').all()

describe('seeds come from', () => {
  test('arguments, a file, CSV and the database, which make the same command', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    writeFileSync(bench.file('seeds.txt'), `${STAR}\n`)
    writeFileSync(bench.file('people.csv'), `name;who\nStar;${STAR}\n`)
    const flags = ['--collect', 'profile']
    for (const seeds of [
      [STAR],
      ['--seeds', 'seeds.txt'],
      ['--seeds', 'people.csv', '--column', 'WHO'],
      ['--seeds-sql', `SELECT id FROM users WHERE id = '${STAR}'`],
    ]) {
      expectExit(await bench.crawl(server, [...seeds, ...flags]), 0)
    }
    expect(server.seen).toHaveLength(4)
    expect(runs(bench)).toHaveLength(1)
  })

  test('standard input', async ({ bench }) => {
    const planned = piped(bench, `# mine\r\n${STAR},\r\nfeed\r\n`, ['plan', '--seeds', '-', '--json'])
    expect({ status: planned.status, stderr: planned.stderr }).toEqual({ status: 0, stderr: '' })
    const listed = piped(bench, `id,who\n1,${STAR}\n2,feed\n`, [
      'plan',
      '--seeds',
      '-',
      '--column',
      'who',
      '--json',
    ])
    expect(listed.stdout).toBe(planned.stdout)
    const refused = piped(bench, 'feed\nnonsense\n@a b\n', ['crawl', '--seeds', '-'])
    expect(refused.status).toBe(2)
    expect(refused.stderr).toMatch(
      /^sora-crawl: A seed cannot be read: stdin:2: "nonsense" is not a seed; stdin:3: [^\n]*\n$/,
    )
    expect(piped(bench, '', ['crawl', '--seeds', '-']).stderr).toContain('stdin has no seeds')
  })

  test('handles of the database, for plan and schedule too', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    expectExit(await bench.crawl(server, [STAR, '--collect', 'profile']), 0)
    const sql = ['--seeds-sql', `SELECT username FROM users WHERE id = '${STAR}'`, '--collect', 'profile']
    const planned = await bench.run(['plan', ...sql, '--db', bench.db, '--json'])
    expectExit(planned, 0)
    expect(planned.stdout).toContain('"seed": "@')
    const scheduled = bench.start(
      ['schedule', '--cron', '0 0 1 1 *', '--now', 'crawl', ...sql, '--db', bench.db, '--no-progress'],
      { env: settingsFor(server) },
    )
    await scheduled.said(/"exit_code":0/)
    scheduled.kill('SIGTERM')
    expectExit(await scheduled.done, 0)
  })
})

describe('what cannot be read sends nothing and exits 2:', () => {
  test('every bad seed of every source is named', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    writeFileSync(bench.file('seeds.txt'), 'feed\nbad one\n@sam\n@\u200b\n')
    const result = await bench.crawl(server, ['worse', '--seeds', bench.file('seeds.txt')])
    expectExit(result, 2)
    expectOnlyLine(result, /"worse".*seeds\.txt:2: "bad one".*seeds\.txt:4: "@\\u\{200b\}"/)
    expect(server.seen).toEqual([])
  })

  test.for([
    ['a query that writes', ['--seeds-sql', 'DELETE FROM users'], /reads/],
    ['a query that is none', ['--seeds-sql', 'SELEC id'], /reads/],
    ['a query of two columns', ['--seeds-sql', 'SELECT id, username FROM users'], /one column/],
    ['a query that finds nothing', ['--seeds-sql', 'SELECT id FROM users WHERE 0'], /finds no seeds/],
    ['a query that finds no seeds', ['--seeds-sql', 'SELECT 7 UNION SELECT 8'], /row 1: "7" .*row 2: "8"/],
    ['a column without a file', ['--column', 'handle'], /--column/],
    ['a column of a list that has none', ['--seeds', 'a.yaml', '--column', 'handle'], /--column/],
  ] as const)('%s', async ([, args, why], { bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    expectExit(await bench.crawl(server, ['leaderboard', '--collect', 'profile']), 0)
    const sent = server.seen.length
    const result = await bench.crawl(server, [...args])
    expectExit(result, 2)
    expectOnlyLine(result, why)
    expect(server.seen).toHaveLength(sent)
  })

  test('a query of a database that there is not', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const result = await bench.crawl(server, ['--seeds-sql', 'SELECT id FROM users'])
    expectExit(result, 2)
    expectOnlyLine(result, /does not exist/)
  })
})
