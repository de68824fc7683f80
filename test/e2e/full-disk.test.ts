import { spawn, spawnSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterEach, describe, expect } from 'vitest'

import { settingsFor, test } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { expectDecent, expectExit, expectOneLineAbout, repeatedRequests } from './judge.js'

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const CRAWL = ['feed', 'leaderboard', '--collect', 'all', '--depth', '1', '--concurrency', '1']

const mounted: string[] = []

/** A disk of so many kilobytes; undefined where this user may not mount one. */
function disk(place: string, kilobytes: number, option = 'rw'): boolean {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `${option},size=${kilobytes}k`, 'tmpfs', place])
  if (status === 0 && option === 'rw') mounted.push(place)
  return status === 0
}

function freeBytes(place: string): number {
  const { bavail, bsize } = statfsSync(place)
  return bavail * bsize
}

afterEach(() => {
  for (const place of mounted.splice(0)) spawnSync('umount', [place])
})

describe('a disk that is full in the middle of a crawl', () => {
  test('ends it with 4 and a whole file, and the same command goes on when there is room', async ({
    bench,
    skip,
  }) => {
    const place = bench.file('disk')
    await mkdir(place)
    if (!disk(place, 2_000)) skip('only root may mount a small disk')
    const db = path.join(place, 'sora.db')
    const server = await bench.serve({ world: generateWorld(5, SMALL), pageSize: 2 })
    const full = await bench.crawl(server, [...CRAWL, '--db', db])
    expectExit(full, 4)
    expectOneLineAbout(full, /cannot be written/)
    const sent = server.seen.length
    expect(sent).toBeGreaterThan(3)
    disk(place, 100_000, 'remount,rw')
    expectExit(await bench.run(['check', '--db', db]), 0)
    expectExit(await bench.crawl(server, [...CRAWL, '--db', db]), 0)
    // Those in flight when the disk was full may have been paid for without being stored.
    expect(repeatedRequests(server.seen).length).toBeLessThanOrEqual(1)
    expectExit(await bench.run(['check', '--db', db]), 0)
  })

  test(
    'and stays so is paid for no more, and nothing that was paid for was lost',
    { timeout: 240_000 },
    async ({ bench, skip }) => {
      const place = bench.file('disk')
      await mkdir(place)
      if (!disk(place, 5_000)) skip('only root may mount a small disk')
      const db = path.join(place, 'sora.db')
      const server = await bench.serve({ world: generateWorld(5, SMALL), pageSize: 1, latencyMs: 20 })
      const wide = ['feed', '--collect', 'all', '--depth', '2', '--db', db]
      expectExit(await bench.crawl(server, [...wide, '--max-requests', '20']), 4)
      const kept = server.seen.length
      // What somebody else has written takes all but a little of what is left.
      await writeFile(path.join(place, 'ballast'), Buffer.alloc(freeBytes(place) - 200_000))
      for (let n = 0; n < 3; n += 1) {
        const full = await bench.crawl(server, wide)
        expectExit(full, 4)
        expectOneLineAbout(full, /cannot be written.* left on its disk/)
      }
      expect(server.seen).toHaveLength(kept)
      await rm(path.join(place, 'ballast'))
      // With room for some answers, those are stored that are asked for.
      for (let n = 0; n < 3; n += 1) await bench.crawl(server, wide)
      const opened = bench.open(db)
      expect(opened.prepare("SELECT count(*) FROM requests WHERE state <> 'answered'").pluck().get()).toBe(0)
      bench.release(opened)
      expect(repeatedRequests(server.seen)).toEqual([])
      expectExit(await bench.run(['check', '--db', db]), 0)
    },
  )

  test('from its very beginning ends it with 4, and nothing was sent', async ({ bench, skip }) => {
    const place = bench.file('disk')
    await mkdir(place)
    if (!disk(place, 64)) skip('only root may mount a small disk')
    const server = await bench.serve({ world: generateWorld(5, SMALL) })
    const full = await bench.crawl(server, [...CRAWL, '--db', path.join(place, 'sora.db')])
    expectExit(full, 4)
    expectOneLineAbout(full, /cannot be written/)
    expect(server.seen).toEqual([])
  })
})

/** The server is in this process: it must go on answering. */
async function spawned(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise(resolve => {
    child.on('close', code => {
      resolve({ code, stderr })
    })
  })
}

describe('a file that may not grow', () => {
  test('is the same as a full disk', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(5, SMALL), pageSize: 2 })
    const args = [PROGRAM, 'crawl', ...CRAWL, '--db', bench.db, '--rate', '100000', '--no-progress']
    const limited = spawned(
      'bash',
      ['-c', 'trap \'\' XFSZ; ulimit -f 600; exec "$0" "$@"', process.execPath, ...args],
      { ...process.env, ...settingsFor(server), HOME: bench.dir },
      bench.dir,
    )
    const { code, stderr } = await limited
    expectDecent({ code, signal: null, stdout: '', stderr, ms: 0 })
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining('cannot be written') as string,
    })
    expect(await readdir(bench.dir)).toContain('sora.db')
    expectExit(await bench.run(['check', '--db', bench.db]), 0)
    expectExit(await bench.crawl(server, CRAWL), 0)
    expect(repeatedRequests(server.seen).length).toBeLessThanOrEqual(1)
  })
})
