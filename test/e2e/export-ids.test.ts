/** Ids alone, and the way back: what one study may share, another reads again. */
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { expectExit, expectOnlyLine, jsonOf } from './judge.js'

const lines = (bench: Bench, file: string): string[] =>
  readFileSync(bench.file(file), 'utf8').split('\n').filter(Boolean)

function idsOf(bench: Bench, table: string, db = bench.db): string[] {
  return bench.open(db).prepare(`SELECT id FROM ${table} ORDER BY id`).pluck().all() as string[]
}

async function exported(bench: Bench, ...args: readonly string[]): Promise<{ files: { path: string }[] }> {
  const out = ['--db', bench.db, '--out', bench.file('ids'), '--json']
  const result = await bench.run(['export', '--ids', ...args, ...out])
  expectExit(result, 0)
  return jsonOf(result) as { files: { path: string }[] }
}

describe.concurrent('export --ids', { timeout: 120_000 }, () => {
  test('writes every id of posts and users and nothing else; they are seeds', async ({ bench }) => {
    const world = generateWorld(97, { ...SMALL, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, ['feed', '--depth', '1', '--collect', 'posts']), 0)
    const result = await bench.run([
      'export',
      '--ids',
      '--db',
      bench.db,
      '--out',
      bench.file('ids'),
      '--json',
    ])
    expectExit(result, 0)
    const files = (jsonOf(result) as { files: { path: string; rows: number }[] }).files
    expect(files.map(({ path }) => path)).toEqual(['posts.txt', 'users.txt'])
    expect(lines(bench, 'ids/posts.txt').toSorted()).toEqual(idsOf(bench, 'posts'))
    expect(lines(bench, 'ids/users.txt').toSorted()).toEqual(idsOf(bench, 'users'))

    const again = bench.file('again.db')
    for (const file of ['ids/posts.txt', 'ids/users.txt'])
      expectExit(
        await bench.crawl(server, ['--seeds', bench.file(file), '--collect', 'profile', '--db', again]),
        0,
      )
    // Parents of remixes come with them.
    expect(idsOf(bench, 'posts', again)).toEqual(expect.arrayContaining(idsOf(bench, 'posts')))
    expect(idsOf(bench, 'users', again)).toEqual(expect.arrayContaining(idsOf(bench, 'users')))
  })

  test('leaves out what is no seed, and says how many', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(98, SMALL) })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
    const sqlite = new Database(bench.db)
    sqlite.pragma('foreign_keys = OFF')
    sqlite.prepare("UPDATE users SET id = 'two' || char(10) || 'lines' WHERE rowid = 1").run()
    sqlite.close()
    const report = await exported(bench, '--tables', 'users')
    expect(report).toMatchObject({ values_left_out: 1 })
    expect(lines(bench, 'ids/users.txt')).toHaveLength(bench.count('users') - 1)
  })

  test.for([
    [['--format', 'jsonl'], /--ids and --format exclude each other/],
    [['--pseudonymize', '--key-file', 'key'], /--ids and --pseudonymize exclude each other/],
    [['--graph', 'follow'], /--ids and --graph exclude each other/],
    [['--name', 'people'], /--ids and --name exclude each other/],
    [['--sql', 'SELECT 1'], /--ids and --sql exclude each other/],
    [['--tables', 'posts,comments'], /the ids of comments are no seeds/],
  ] as const)('with %j is a mistake in use', async ([args, words], { bench }) => {
    const server = await bench.serve({ world: generateWorld(99, SMALL) })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
    const result = await bench.run(['export', '--ids', ...args, '--db', bench.db, '--out', bench.file('ids')])
    expectExit(result, 2)
    expectOnlyLine(result, words)
  })
})
