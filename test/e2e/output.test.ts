import { readFile, readdir } from 'node:fs/promises'
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

import type { Database } from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { listed } from '../support/world/model.js'
import { TEST_KEY } from '../support/world/server.js'
import { starWith, userId } from '../support/world/story.js'
import { expectDecent, expectExit, jsonOf, linesOf } from './judge.js'

describe.concurrent('--json', () => {
  test('stdout is exactly one JSON value when a crawl succeeds', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(81, SMALL) })
    const result = await bench.crawl(server, ['feed', '--depth', '1', '--json'])
    expectExit(result, 0)
    expect(jsonOf(result)).toBeTypeOf('object')
  })

  test('and when streams failed, the key was refused, the balance is empty', async ({ bench }) => {
    for (const [status, code] of [
      [422, 3],
      [401, 5],
      [402, 4],
    ] as const) {
      const server = await bench.serve({ world: starWith(1), override: () => ({ status, message: 'No.' }) })
      const result = await bench.crawl(server, [
        userId('star'),
        '--collect',
        'followers',
        '--json',
        '--db',
        bench.file(`${status}.db`),
      ])
      expectExit(result, code)
      expect(jsonOf(result)).toBeTypeOf('object')
      expect(linesOf(result.stderr).length).toBeGreaterThan(0)
    }
  })

  test('and when nothing could start: bad seed, bad flag, no key', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const results = [
      await bench.crawl(server, ['nonsense', '--json']),
      await bench.crawl(server, ['feed', '--depth', 'deep', '--json']),
      await bench.crawl(server, ['feed', '--json'], { env: { SORA_API_KEY: '' } }),
    ]
    for (const result of results) {
      expectExit(result, 2)
      expect(jsonOf(result)).toBeTypeOf('object')
    }
  })

  test('status is one JSON value too, during and after', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(4) })
    expectExit(await bench.crawl(server, [userId('star'), '--collect', 'followers']), 0)
    const result = await bench.run(['status', '--db', bench.db, '--json'])
    expectExit(result, 0)
    expect(jsonOf(result)).toBeTypeOf('object')
    expectExit(await bench.run(['status', '--db', bench.db]), 0)
  })
})

function unpacked(blob: Buffer): Buffer[] {
  return [brotliDecompressSync, gunzipSync, inflateSync, inflateRawSync].flatMap(unpack => {
    try {
      return [unpack(blob)]
    } catch {
      return []
    }
  })
}

/** Everything that the tables hold, with what is packed in them. */
function contentsOf(db: Database): string {
  const tables = db.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[]
  const cells = tables.flatMap(table =>
    (db.prepare(`select * from "${table}"`).raw().all() as unknown[][]).flat(),
  )
  return cells
    .flatMap(cell =>
      Buffer.isBuffer(cell) ? [cell, ...unpacked(cell)].map(part => part.toString('latin1')) : [String(cell)],
    )
    .join('\n')
}

async function expectNoKeyOnDisk(bench: Bench): Promise<void> {
  for (const name of await readdir(bench.dir, { recursive: true })) {
    const bytes = await readFile(bench.file(name)).catch(() => Buffer.alloc(0))
    expect([name, bytes.includes(TEST_KEY)]).toEqual([name, false])
  }
  expect(contentsOf(bench.open())).not.toContain(TEST_KEY)
}

describe.concurrent('the key', () => {
  test('is nowhere on disk or in the output of a crawl, not even in the debug log', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(82, SMALL) })
    const result = await bench.crawl(server, ['feed', '--depth', '1', '--log-level', 'debug'])
    expect({ code: result.code }).toEqual({ code: 0 })
    expectDecent(result)
    await expectNoKeyOnDisk(bench)
  })

  test.for([401, 403, 500])('is not repeated where a server echoes it in a %i', async (status, { bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    let failing = true
    server.override = ({ n }) => {
      failing &&= n < 3
      return failing ? { status, message: `Your token ${TEST_KEY} (Bearer ${TEST_KEY}) is odd.` } : undefined
    }
    const result = await bench.crawl(server, ['leaderboard', '--log-level', 'debug'])
    expect({ code: result.code }).toEqual({ code: status === 500 ? 0 : 5 })
    expect(result.stdout + result.stderr).not.toContain(TEST_KEY)
    await expectNoKeyOnDisk(bench)
  })

  test('is not kept where a server echoes it in a page that is stored', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    server.override = (_seen, answer) => ({
      ...answer,
      data: { ...(answer.data as object), echo: `Bearer ${TEST_KEY}` },
    })
    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    await expectNoKeyOnDisk(bench)
  })
})

describe.concurrent('what is left behind', () => {
  test('times are ISO 8601 in UTC with milliseconds', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(83, SMALL) })
    expectExit(await bench.crawl(server, ['feed', '--depth', '1']), 0)
    const db = bench.open()
    for (const table of ['users', 'posts', 'comments', 'edges', 'attachments', 'requests', 'runs']) {
      const rows = db.prepare(`select * from ${table}`).all() as Record<string, unknown>[]
      const times = rows.flatMap(row =>
        Object.entries(row).filter(([name, value]) => name.endsWith('_at') && value !== null),
      )
      for (const [, value] of times) expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    }
  })

  test('feed and leaderboard keep their order', async ({ bench }) => {
    const world = generateWorld(84, SMALL)
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, ['feed', 'leaderboard', '--collect', 'profile']), 0)
    const order = (list: string): unknown[] =>
      bench.open().prepare('select item_id from rankings where list = ? order by position').pluck().all(list)
    expect(order('feed')).toEqual(listed(world, 'get_feed'))
    expect(order('leaderboard')).toEqual(listed(world, 'get_cameo_leaderboard'))
  })

  test('every 200 is kept as it came', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(10) })
    expectExit(await bench.crawl(server, [userId('star'), '--collect', 'followers']), 0)
    expect(bench.count('pages')).toBe(server.billed.length)
    expect(contentsOf(bench.open())).toContain('plan_type')
  })

  test('the default database lands in data/', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const env = { SORA_API_URL: server.url, SORA_API_KEY: TEST_KEY }
    expectExit(await bench.run(['crawl', 'leaderboard', '--no-progress'], { env }), 0)
    expect(bench.count('users', bench.file('data/sora.db'))).toBe(1)
  })
})

describe.concurrent('without a key', () => {
  test('the demo runs from start to end', async ({ bench }) => {
    expectExit(await bench.run(['demo', '--no-progress']), 0)
  })

  test('the sandbox is never chosen silently', async ({ bench }) => {
    expectExit(await bench.run(['crawl', 'feed', '--db', bench.db]), 2)
  })

  test.for([['--help'], ['crawl', '--help'], ['status', '--help'], ['--version']])(
    '%s answers on stdout with 0',
    async (args, { bench }) => {
      const result = await bench.run(args)
      expectExit(result, 0)
      expect(result.stdout.trim()).not.toBe('')
    },
  )

  test('an unknown command is refused with 2', async ({ bench }) => {
    expectExit(await bench.run(['nonsense']), 2)
  })
})
