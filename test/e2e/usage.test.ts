import { readFile, writeFile } from 'node:fs/promises'

import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { settingsFor, test } from '../support/run.js'
import { TEST_KEY } from '../support/world/server.js'
import { starWith, userId } from '../support/world/story.js'
import { expectExit, expectOnlyLine } from './judge.js'

describe.concurrent('a command that cannot work sends nothing and exits 2', () => {
  test('a bad seed in a text file is named with its file and line', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    await writeFile(bench.file('mine.txt'), '# seeds\nfeed\nnonsense seed\nleaderboard\n')
    const result = await bench.crawl(server, ['--seeds', bench.file('mine.txt')])
    expectExit(result, 2)
    expectOnlyLine(result, /mine\.txt.*\b3\b/)
    expect(server.seen).toEqual([])
  })

  test('a bad seed in a YAML file is named with its file and line', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    await writeFile(
      bench.file('mine.yaml'),
      '- feed\n- seed: leaderboard\n- {seed: "nonsense seed", depth: 1}\n',
    )
    const result = await bench.crawl(server, ['--seeds', bench.file('mine.yaml')])
    expectExit(result, 2)
    expectOnlyLine(result, /mine\.yaml.*\b3\b/)
    expect(server.seen).toEqual([])
  })

  test.for(['nonsense', 'search:', '@', 'https://example.org/p/s_1', 's_', ''])(
    'the argument %o is no seed',
    async (seed, { bench }) => {
      const server = await bench.serve({ world: starWith(1) })
      const result = await bench.crawl(server, ['feed', seed])
      expectExit(result, 2)
      expectOnlyLine(result, /seed/i)
      expect(server.seen).toEqual([])
    },
  )

  test.for([
    ['--collect', 'posts,nonsense'],
    ['--depth', '-1'],
    ['--depth', 'deep'],
    ['--concurrency', '0'],
    ['--max-pages', '0'],
    ['--no-such-flag', '1'],
    ['--seeds', 'no-such-file.txt'],
  ])('%s %s is refused', async (flags, { bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const result = await bench.crawl(server, ['feed', ...flags])
    expectExit(result, 2)
    expectOnlyLine(result, new RegExp(flags[0]?.replace('--', '') ?? '', 'i'))
    expect(server.seen).toEqual([])
  })

  test('no seed at all is refused', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const result = await bench.crawl(server, [])
    expectExit(result, 2)
    expectOnlyLine(result, /seed/i)
  })

  test('no key: the line says which setting is missing', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const result = await bench.crawl(server, ['feed'], { env: { SORA_API_KEY: '' } })
    expectExit(result, 2)
    expectOnlyLine(result, /SORA_API_KEY/)
    expect(server.seen).toEqual([])
  })
})

describe.concurrent('databases that are not to be touched', () => {
  test('a file that is no database is refused and left as it is', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const text = 'dear diary, this is not a database\n'.repeat(100)
    await writeFile(bench.db, text)
    const result = await bench.crawl(server, ['feed'])
    expectExit(result, 2)
    expectOnlyLine(result, /database/i)
    expect(await readFile(bench.db, 'utf8')).toBe(text)
    expect(server.seen).toEqual([])
  })

  test('a database of another program is refused and left as it is', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const other = new Database(bench.db)
    other.exec("create table recipes (name text); insert into recipes values ('soup')")
    other.close()
    const result = await bench.crawl(server, ['feed'])
    expectExit(result, 2)
    expectOnlyLine(result, /database/i)
    const tables = bench.open().prepare("select name from sqlite_master where type = 'table'").pluck().all()
    expect(tables).toEqual(['recipes'])
  })

  test('a database newer than the program is refused', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    const sent = server.seen.length
    const future = new Database(bench.db)
    future
      .prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)')
      .run('of the future', 9_999_999_999_999)
    future.close()
    const result = await bench.crawl(server, ['leaderboard'])
    expectExit(result, 2)
    expectOnlyLine(result, /newer/i)
    expect(server.seen).toHaveLength(sent)
  })

  test('sandbox and real data do not mix, either way round', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const play = bench.file('play.db')
    expectExit(
      await bench.run([
        'crawl',
        'leaderboard',
        '--sandbox',
        '--db',
        play,
        '--max-pages',
        '1',
        '--no-progress',
      ]),
      0,
    )
    const real = await bench.crawl(server, ['leaderboard', '--db', play])
    expectExit(real, 2)
    expectOnlyLine(real, /sandbox/i)
    expect(server.seen).toEqual([])

    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    const sandbox = await bench.run(['crawl', 'leaderboard', '--sandbox', '--db', bench.db, '--no-progress'])
    expectExit(sandbox, 2)
    expectOnlyLine(sandbox, /sandbox/i)
  })

  test('a second writer leaves at once with 6 and harms nothing', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(9) })
    let release = (): void => {}
    const gate = new Promise<undefined>(resolve => {
      release = () => {
        resolve(undefined)
      }
    })
    server.override = async () => gate
    const args = [userId('star'), '--collect', 'followers']
    const first = bench.startCrawl(server, args)
    await server.until(() => server.seen.length > 0)
    const second = await bench.crawl(server, args)
    expectExit(second, 6)
    expectOnlyLine(second, /another process/i)
    expect(second.ms).toBeLessThan(10_000)
    expect(server.seen).toHaveLength(1)
    release()
    expectExit(await first.done, 0)
    expect(bench.count('edges')).toBe(9)
  })

  test('the lock dies with its holder', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(2) })
    server.override = async ({ n }) => (n === 1 ? new Promise<undefined>(() => {}) : undefined)
    const args = [userId('star'), '--collect', 'followers']
    const first = bench.startCrawl(server, args)
    await server.until(() => server.seen.length > 0)
    first.kill('SIGKILL')
    await first.done
    expectExit(await bench.crawl(server, args), 0)
  })
})

describe.concurrent('settings', () => {
  test('come from .env in the folder where the program runs, and the environment goes before it', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: starWith(1) })
    const { SORA_API_URL, SORA_API_KEY } = settingsFor(server)
    await writeFile(bench.file('.env'), `SORA_API_URL=${SORA_API_URL}\nSORA_API_KEY=wrong\n`)
    const env = { SORA_API_KEY: SORA_API_KEY ?? TEST_KEY }
    expectExit(await bench.run(['crawl', 'leaderboard', '--db', bench.db, '--no-progress'], { env }), 0)
    await writeFile(bench.file('.env.local'), `SORA_API_KEY=${TEST_KEY}\n`)
    expectExit(await bench.run(['crawl', 'leaderboard', '--db', bench.db, '--no-progress']), 0)
  })

  test('TIKOMNI_API_KEY with TIKOMNI_BASE_URL chooses that gateway', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1), gateway: 'tikomni' })
    const env = { TIKOMNI_API_KEY: TEST_KEY, TIKOMNI_BASE_URL: new URL(server.url).origin }
    expectExit(await bench.run(['crawl', 'leaderboard', '--db', bench.db, '--no-progress'], { env }), 0)
    expect(server.billed).toHaveLength(1)
  })
})
