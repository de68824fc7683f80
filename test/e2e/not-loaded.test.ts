import { spawnSync } from 'node:child_process'
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect } from 'vitest'

import { test } from '../support/run.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The installed program, with a better-sqlite3 whose binary is this one; null for none. */
async function installed(folder: string, binary: string | null): Promise<string> {
  for (const part of ['dist', 'migrations', 'package.json'])
    await cp(path.join(ROOT, part), path.join(folder, part), { recursive: true })
  const modules = path.join(folder, 'node_modules')
  await mkdir(modules)
  for (const name of await readdir(path.join(ROOT, 'node_modules'))) {
    if (name !== 'better-sqlite3')
      await symlink(path.join(ROOT, 'node_modules', name), path.join(modules, name))
  }
  const own = path.join(modules, 'better-sqlite3')
  for (const part of ['lib', 'package.json'])
    await cp(path.join(ROOT, 'node_modules/better-sqlite3', part), path.join(own, part), { recursive: true })
  await mkdir(path.join(own, 'build/Release'), { recursive: true })
  if (binary !== null) await writeFile(path.join(own, 'build/Release/better_sqlite3.node'), binary)
  return path.join(folder, 'dist/main.js')
}

describe('a better-sqlite3 that cannot be loaded', () => {
  test.for([
    ['built for another machine', 'no binary of this machine'],
    ['not built', null],
  ] as const)('because it is %s is named, with what to do', async ([, binary], { bench }) => {
    const program = await installed(bench.dir, binary)
    for (const args of [
      ['crawl', 'feed', '--sandbox', '--no-progress'],
      ['plan', 'feed'],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
        cwd: bench.dir,
        encoding: 'utf8',
      })
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringMatching(
          /^[^\n]*better-sqlite3 cannot be loaded[^\n]*npm rebuild better-sqlite3[^\n]*\n$/,
        ) as string,
      })
    }
  })
})
