import { spawnSync } from 'node:child_process'
import { chmod, copyFile, mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterEach, describe, expect } from 'vitest'

import { openStore } from '../../src/db/index.js'
import { planOf } from '../db/support/plans.js'
import { test, type Bench } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { expectExit } from './judge.js'

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const mounted: string[] = []

afterEach(() => {
  for (const place of mounted.splice(0)) spawnSync('umount', [place])
})

interface Said {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the program as a user whom permissions stop, in a folder of its own. */
function asNobody(bench: Bench, args: readonly string[], env: Record<string, string> = {}): Said {
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups']
  const { status, stdout, stderr } = spawnSync('setpriv', [...nobody, process.execPath, PROGRAM, ...args], {
    cwd: bench.file('mine'),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  return { code: status, stdout, stderr }
}

/** A folder with a crawled database, and one that nobody may write to for what is written. */
async function archived(bench: Bench): Promise<string> {
  const server = await bench.serve({ world: generateWorld(5, SMALL) })
  expectExit(await bench.crawl(server, ['feed', '--collect', 'all']), 0)
  for (const folder of ['archive', 'mine', 'temporary']) await mkdir(bench.file(folder))
  await copyFile(bench.db, bench.file('archive/study.db'))
  await chmod(bench.dir, 0o755)
  for (const folder of ['mine', 'temporary']) await chmod(bench.file(folder), 0o777)
  return bench.file('archive/study.db')
}

const READING: readonly (readonly string[])[] = [
  ['status'],
  ['check'],
  ['coverage'],
  ['sql', 'SELECT count(*) FROM posts'],
  ['report', '--out', 'report.html'],
  ['export', '--out', 'tables'],
  ['export', '--out', 'hidden', '--pseudonymize', '--key-file', 'key'],
  ['plan', 'feed', '--collect', 'all', '--depth', '1'],
  ['replay', '--dry-run'],
  ['prune', '--raw', '0d', '--dry-run'],
]

describe('a database that cannot be written', () => {
  test.skipIf(process.geteuid?.() !== 0)(
    'is read by every command that only reads, in a folder of somebody else',
    { timeout: 240_000 },
    async ({ bench }) => {
      const db = await archived(bench)
      await chmod(db, 0o444)
      await chmod(bench.file('archive'), 0o555)
      for (const args of READING) {
        const said = asNobody(bench, [...args, '--db', db], { TMPDIR: bench.file('temporary') })
        expect([args, said.code, said.stderr]).toEqual([args, 0, expect.any(String)])
      }
      expect(
        asNobody(bench, ['sql', 'SELECT count(*) AS n FROM posts', '--json', '--db', db]).stdout,
      ).toContain(String(bench.count('posts')))
      expect(await readdir(bench.file('temporary'))).toEqual([])
      expect(await readdir(bench.file('archive'))).toEqual(['study.db'])
      const full = asNobody(bench, ['status', '--db', db], { TMPDIR: bench.file('nowhere') })
      expect(full).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/cannot be read where it is.*TMPDIR/) as string,
      })
      expect(asNobody(bench, ['crawl', 'feed', '--sandbox', '--db', db]).code).toBe(2)
    },
  )

  test.skipIf(process.geteuid?.() !== 0)(
    'is read on a medium that is mounted read-only, with the commits that only its log has',
    async ({ bench }) => {
      const db = await archived(bench)
      const place = bench.file('medium')
      await mkdir(place)
      expect(spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', place]).status).toBe(0)
      mounted.push(place)
      const store = openStore(db, 'real')
      await store.openRun(planOf(['feed']))
      for (const end of ['', '-wal']) await copyFile(db + end, path.join(place, `study.db${end}`))
      await store.close()
      expect(spawnSync('mount', ['-o', 'remount,ro', place]).status).toBe(0)
      const args = ['sql', 'SELECT count(*) AS n FROM runs', '--json', '--db', path.join(place, 'study.db')]
      expect((await bench.run(args)).stdout).toContain('2')
      expectExit(await bench.run(['check', '--db', path.join(place, 'study.db')]), 0)
    },
  )

  test.skipIf(process.geteuid?.() !== 0)('is read while its owner writes to it', async ({ bench }) => {
    const db = await archived(bench)
    await chmod(bench.file('archive'), 0o755)
    const store = openStore(db, 'real')
    try {
      for (const args of READING.slice(0, 4))
        expect([args, asNobody(bench, [...args, '--db', db])]).toEqual([
          args,
          expect.objectContaining({ code: 0 }),
        ])
    } finally {
      await store.close()
    }
  })
})
