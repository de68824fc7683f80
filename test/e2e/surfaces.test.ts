import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { settingsFor, test, type Bench, type Result } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import type { World } from '../support/world/model.js'
import { TEST_KEY, type WorldServer } from '../support/world/server.js'

/**
 * Every form in which a key could be written down: as it is, percent-escaped, and inside base64 at each of
 * its three places.
 */
const FORMS = [
  TEST_KEY,
  encodeURIComponent(TEST_KEY),
  ...[0, 1, 2].map(before =>
    Buffer.concat([Buffer.alloc(before), Buffer.from(TEST_KEY)])
      .toString('base64')
      .slice(before === 0 ? 0 : 4, -4),
  ),
]

/** What a terminal takes for a command and not for text; tabs and line ends are layout. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/
const REDRAW = '\u001B[2J\u001B]0;owned\u0007\u009B31m\u0000\u0008'

async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  const files = names.map(name => path.join(folder, name))
  const kinds = await Promise.all(files.map(file => stat(file)))
  return files.filter((_, n) => kinds[n]?.isFile())
}

/** All bytes on disk, and what the raw pages hold once they are unpacked. */
async function everythingIn(bench: Bench): Promise<[name: string, bytes: Buffer][]> {
  const files = await filesBelow(bench.dir)
  const bytes = await Promise.all(files.map(async file => [file, await readFile(file)] as [string, Buffer]))
  const db = new Database(bench.db, { readonly: true })
  const bodies = db.prepare<[], Buffer>('select body from pages').pluck().all()
  db.close()
  return [...bytes, ...bodies.map((body, n) => [`page ${n}`, gunzipSync(body)] as [string, Buffer])]
}

async function everyCommand(bench: Bench, server: WorldServer, seed: string): Promise<Result[]> {
  const debug = { env: { ...settingsFor(server) } }
  const run = (...args: string[]): Promise<Result> =>
    bench.run([...args, '--db', bench.db, '--log-level', 'debug'], debug)
  const results = [
    await bench.crawl(server, [
      seed,
      'leaderboard',
      '--depth',
      '1',
      '--max-pages',
      '2',
      '--log-level',
      'debug',
    ]),
  ]
  for (const args of [
    ['plan', seed],
    ['status'],
    ['coverage'],
    ['coverage', '--csv'],
    ['sql', 'top-creators'],
    ['check'],
    ['replay'],
    ['report', '--out', bench.file('r.html')],
    ['prune', '--raw', '90d'],
    ['schedule', '--cron', 'nonsense', 'crawl', seed],
  ]) {
    results.push(await run(...args))
  }
  results.push(
    await run(
      'export',
      '--out',
      bench.file('out'),
      '--format',
      'csv,excel,jsonl,parquet,gexf,graphml,gephi',
      '--tables',
      'users,posts,attachments,comments,edges,rejects,requests,runs',
    ),
  )
  results.push(await run('forget', seed === 'feed' ? 'user-nobody' : seed, '--dry-run'))
  results.push(
    await bench.run([], debug),
    await run('nonsense'),
    await run('crawl', 'feed', '--depth', 'deep'),
    await run('import', bench.db),
  )
  return results
}

function expectNoKey(texts: readonly (readonly [name: string, text: string | Buffer])[]): void {
  for (const [name, text] of texts)
    for (const form of FORMS) expect({ name, has: text.includes(form) }).toEqual({ name, has: false })
}

describe.concurrent('the key', { timeout: 240_000 }, () => {
  test('is in no output and on no disk, whatever the command, at the loudest log', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(91, SMALL) })
    const results = await everyCommand(bench, server, 'feed')
    expect(server.seen.length).toBeGreaterThan(20)
    expectNoKey(
      results.flatMap(
        ({ stdout, stderr }, n) =>
          [
            [`stdout ${n}`, stdout],
            [`stderr ${n}`, stderr],
          ] as const,
      ),
    )
    expectNoKey(await everythingIn(bench))
  })

  test.for([400, 401, 402, 403, 422, 429, 500, 502])(
    'nor where a server repeats it beside a %d',
    async (status, { bench }) => {
      const echo = `Bearer ${TEST_KEY} ${encodeURIComponent(TEST_KEY)} ${Buffer.from(`x${TEST_KEY}yz`).toString('base64')}`
      const server = await bench.serve({
        world: generateWorld(92, SMALL),
        override: ({ n }) =>
          n === 1
            ? undefined
            : { status, message: echo, ...(status === 429 ? { headers: { 'retry-after': '3600' } } : {}) },
      })
      const crawl = await bench.crawl(server, ['feed', '--log-level', 'debug', '--max-requests', '6'])
      expect(crawl.code).toBeGreaterThan(1)
      const said = await Promise.all(
        [['status'], ['coverage']].map(args => bench.run([...args, '--db', bench.db])),
      )
      expectNoKey(
        [crawl, ...said].flatMap(
          ({ stdout, stderr }) =>
            [
              ['stdout', stdout],
              ['stderr', stderr],
            ] as const,
        ),
      )
      expectNoKey(await everythingIn(bench))
    },
  )
})

function around(text: string): string | null {
  const found = CONTROL.exec(text)
  return found === null ? null : JSON.stringify(text.slice(Math.max(0, found.index - 80), found.index + 40))
}

/** A world in which everything that people can write would redraw the terminal. */
function redrawn(world: World): World {
  for (const user of world.users.values())
    Object.assign(user, {
      display_name: `${REDRAW}${user.display_name ?? ''}`,
      username: `${user.username}${REDRAW}`,
    })
  for (const post of world.posts.values()) post.text = `${REDRAW}${post.text ?? ''}`
  for (const comment of world.comments.values()) comment.text = `${REDRAW}${comment.text ?? ''}`
  return world
}

describe.concurrent('text that would redraw the terminal', { timeout: 240_000 }, () => {
  test('is harmless in what every command says to a person', async ({ bench }) => {
    const server = await bench.serve({
      world: redrawn(generateWorld(93, SMALL)),
      override: ({ n }) => (n === 9 ? { status: 422, message: `no ${REDRAW}` } : undefined),
    })
    // CSV is for other programs, and keeps every byte.
    const results = (await everyCommand(bench, server, 'feed')).filter(
      ({ stdout }) => !stdout.startsWith('seed,stream,'),
    )
    results.push(
      await bench.run([
        'sql',
        'SELECT username, display_name FROM users',
        '--format',
        'table',
        '--db',
        bench.db,
      ]),
    )
    results.push(
      await bench.run(['sql', `SELECT '${REDRAW.replaceAll('\u0000', '')}' FROM nowhere`, '--db', bench.db]),
    )
    for (const { stdout, stderr } of results)
      for (const text of [stdout, stderr]) expect(around(text)).toBe(null)
  })

  test('cannot bring a file out of the folder of an export', async ({ bench }) => {
    const world = generateWorld(94, SMALL)
    for (const user of world.users.values()) user.username = `../../${user.username}`
    const server = await bench.serve({ world })
    await bench.crawl(server, ['feed'])
    const before = new Set(await filesBelow(bench.dir))
    const exported = await bench.run([
      'export',
      '--sql',
      'SELECT username AS "../x" FROM users',
      '--name',
      '../../x',
      '--out',
      bench.file('out'),
      '--db',
      bench.db,
    ])
    expect(exported.code).toBe(2)
    expect(
      (
        await bench.run([
          'export',
          '--format',
          'csv,gexf',
          '--partition',
          'month',
          '--out',
          bench.file('out'),
          '--db',
          bench.db,
        ])
      ).code,
    ).toBe(0)
    const made = (await filesBelow(bench.dir)).filter(file => !before.has(file) && !file.startsWith(bench.db))
    expect(made.length).toBeGreaterThan(5)
    expect(made.filter(file => !file.startsWith(`${bench.file('out')}/`))).toEqual([])
  })
})

describe('the link that anybody can read for a day', () => {
  test('is in no log and no export', { timeout: 120_000 }, async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(95, SMALL), gateway: 'tikhub' })
    const results = await everyCommand(bench, server, 'feed')
    const files = (await filesBelow(bench.dir)).filter(file => !file.startsWith(bench.db))
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain('cache.tikhub.io')
    for (const file of files)
      expect([file, (await readFile(file)).includes('cache.tikhub.io')]).toEqual([file, false])
  })
})
