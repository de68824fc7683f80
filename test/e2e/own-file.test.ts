import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'

import { afterEach, describe, expect } from 'vitest'

import { settingsFor, test, type Bench } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { expectExit, expectOneLineAbout } from './judge.js'

const CRAWL = ['feed', '--collect', 'all', '--depth', '1', '--concurrency', '1']
const mounted: string[] = []

afterEach(() => {
  for (const place of mounted.splice(0)) spawnSync('umount', [place])
})

type Harm = (bench: Bench) => void

describe('a database that is taken away while it is crawled into', () => {
  test.for<[string, Harm]>([
    ['moved', bench => renameSync(bench.db, bench.file('moved.db'))],
    ['deleted', bench => rmSync(bench.db)],
    [
      'replaced',
      bench => (
        copyFileSync(bench.file('backup.db'), bench.file('new.db')),
        renameSync(bench.file('new.db'), bench.db)
      ),
    ],
    ['overwritten', bench => copyFileSync(bench.file('backup.db'), bench.db)],
    ['robbed of its log', bench => rmSync(`${bench.db}-wal`)],
  ])('because it is %s ends the crawl with 4, and nothing more is sent', async ([, harm], { bench }) => {
    const server = await bench.serve({ world: generateWorld(5, SMALL), pageSize: 2 })
    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    spawnSync('sqlite3', [bench.db, 'PRAGMA wal_checkpoint(TRUNCATE)'])
    copyFileSync(bench.db, bench.file('backup.db'))
    expectExit(await bench.crawl(server, [...CRAWL, '--max-requests', '5']), 4)
    const before = server.seen.length
    server.override = () => {
      if (server.seen.length === before + 4) harm(bench)
      return undefined
    }
    const stopped = await bench.crawl(server, CRAWL)
    expectExit(stopped, 4)
    expectOneLineAbout(stopped, /moved, deleted or replaced/)
    expect(server.seen.length - before).toBeLessThanOrEqual(5)
    // What was put there is what it was.
    if (readdirSync(bench.dir).includes('sora.db'))
      expectExit(await bench.run(['check', '--db', bench.db]), 0)
  })
})

describe('a log that was left beside a backup', () => {
  test('is named, and the backup is as it was once the log is gone', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(5, SMALL), pageSize: 2 })
    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    spawnSync('sqlite3', [bench.db, 'PRAGMA wal_checkpoint(TRUNCATE)'])
    copyFileSync(bench.db, bench.file('backup.db'))
    expectExit(await bench.crawl(server, [...CRAWL, '--max-requests', '10']), 4)
    const before = server.seen.length
    const killed = bench.startCrawl(server, CRAWL)
    server.override = () => {
      if (server.seen.length === before + 5) killed.kill()
      return undefined
    }
    await killed.done
    copyFileSync(bench.file('backup.db'), bench.db)
    for (const args of [['status'], ['check'], ['crawl', ...CRAWL, '--sandbox', '--no-progress']]) {
      const refused = await bench.run([...args, '--db', bench.db])
      expectExit(refused, 2)
      expectOneLineAbout(refused, /sora\.db-wal holds .* remove the files/)
    }
    for (const end of ['-wal', '-shm']) rmSync(bench.db + end)
    expectExit(await bench.run(['check', '--db', bench.db]), 0)
  })
})

describe('a file that is not to be written to', () => {
  test('is refused before anything is made beside it', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(5, SMALL) })
    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    const sent = server.seen.length
    mkdirSync(bench.file('place'))
    const place = (name: string): string => bench.file(`place/${name}`)
    mkdirSync(place('folder'))
    spawnSync('mkfifo', [place('fifo')])
    writeFileSync(place('text'), 'no database '.repeat(100))
    spawnSync('sqlite3', [place('foreign.db'), 'CREATE TABLE notes (a)'])
    linkSync(bench.db, place('linked.db'))
    symlinkSync('/dev/null', place('nothing'))
    const there = readdirSync(bench.file('place')).toSorted()
    const writing = [
      ['crawl', 'leaderboard', '--no-progress'],
      ['import', place('text')],
      ['replay'],
      ['forget', 'user-Ab12', '--yes'],
      ['prune', '--raw', '1d', '--yes'],
    ]
    const cases = there.flatMap(name => writing.map(args => ({ name, args })))
    await Promise.all(
      cases.map(async ({ name, args }) => {
        const refused = await bench.run([...args, '--db', place(name)], {
          env: settingsFor(server),
          limitMs: 200_000,
        })
        expect([name, args[0], refused.code, refused.stderr]).toEqual([
          name,
          args[0],
          2,
          expect.stringMatching(/^[^\n]+\n$/),
        ])
      }),
    )
    expect(readdirSync(bench.file('place')).toSorted()).toEqual(there)
    expect(readdirSync('/dev').filter(name => name.startsWith('null.'))).toEqual([])
    expect(server.seen).toHaveLength(sent)
  }, 240_000)

  test('a file that is mounted without its folder is refused for writing, and read', async ({
    bench,
    skip,
  }) => {
    const server = await bench.serve({ world: generateWorld(5, SMALL) })
    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    mkdirSync(bench.file('in a container'))
    const alone = bench.file('in a container/study.db')
    writeFileSync(alone, '')
    if (spawnSync('mount', ['--bind', bench.db, alone]).status !== 0) skip('only root may mount a file')
    mounted.push(alone)
    const sent = server.seen.length
    const refused = await bench.crawl(server, ['feed', '--db', alone])
    expectExit(refused, 2)
    expectOneLineAbout(refused, /mount the folder/)
    expect(server.seen).toHaveLength(sent)
    expectExit(await bench.run(['status', '--db', alone]), 0)
    expect(readdirSync(bench.file('in a container'))).toEqual(['study.db'])
  })

  test('a link that leads nowhere yet and the file that it makes share a lock', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(5, SMALL) })
    mkdirSync(bench.file('other'))
    symlinkSync(bench.file('other/real.db'), bench.db)
    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    expect(readdirSync(bench.dir).filter(name => name.startsWith('sora.db'))).toEqual(['sora.db'])
    expect(readdirSync(bench.file('other'))).toContain('real.db.lock')
  })
})
