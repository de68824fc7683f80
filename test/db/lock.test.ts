import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import { openStore, Reader } from '../../src/db/index.js'
import { codeOf, test } from './support/database.js'
import { planOf } from './support/plans.js'

/** Another process needs the built program; the suite builds it before it runs. */
const BUILT = fileURLToPath(new URL('../../dist/db/index.js', import.meta.url))
const HOLDER = `
  const [built, file] = process.argv.slice(1)
  const { openStore } = await import(built)
  const store = openStore(file, 'sandbox')
  process.stdout.write('held')
  setInterval(() => store, 1000)`

/** Another process that holds the lock of a file. */
async function holder(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, BUILT, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  if (child.exitCode !== null) throw new Error('the other process could not take the lock')
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  const over = once(child, 'exit')
  child.kill('SIGKILL')
  await over
}

describe('the write lock', () => {
  test('is refused to a second holder at once, and free when the first lets go', async ({ bench }) => {
    const first = bench.store()
    const started = performance.now()
    expect(codeOf(() => openStore(bench.file(), 'sandbox'))).toBe('locked')
    expect(performance.now() - started).toBeLessThan(2_000)
    await bench.closeStore(first)
    await openStore(bench.file(), 'sandbox').close()
  })

  test('leaves its holder undisturbed when it is refused to another', async ({ bench }) => {
    const first = bench.store()
    expect(codeOf(() => openStore(bench.file(), 'sandbox'))).toBe('locked')
    const run = await first.openRun(planOf(['feed']))
    expect(await first.next(run)).toBeDefined()
    expect(codeOf(() => openStore(bench.file(), 'sandbox'))).toBe('locked')
  })

  test('is of one file: another database is free', async ({ bench }) => {
    bench.store('one.db')
    await openStore(bench.file('other.db'), 'sandbox').close()
  })

  test('is the same however the file is named', async ({ bench }) => {
    bench.store()
    expect(codeOf(() => openStore(`${bench.dir}/./sora.db`, 'sandbox'))).toBe('locked')
    expect(codeOf(() => openStore(`${bench.dir}/../${bench.dir.split('/').at(-1)}/sora.db`, 'sandbox'))).toBe(
      'locked',
    )
    symlinkSync(bench.file(), bench.file('link.db'))
    expect(codeOf(() => openStore(bench.file('link.db'), 'sandbox'))).toBe('locked')
  })

  test('stops nobody from reading', async ({ bench }) => {
    bench.store()
    const reader = new Reader(bench.file())
    expect(reader.status(1).runs).toEqual([])
    reader.close()
  })

  test('is refused while another process holds it, and free as soon as that is killed', async ({ bench }) => {
    expect(existsSync(BUILT), 'the program is not built: npm run build').toBe(true)
    const child = await holder(bench.file())
    try {
      const started = performance.now()
      expect(codeOf(() => openStore(bench.file(), 'sandbox'))).toBe('locked')
      expect(performance.now() - started).toBeLessThan(2_000)
    } finally {
      await killed(child)
    }
    const store = bench.store()
    expect(await store.next(await store.openRun(planOf(['feed'])))).toBeDefined()
  })

  test('is had by one of many processes that want it at the same moment', async ({ bench }) => {
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', HOLDER, BUILT, bench.file()], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
    const had = await Promise.all(
      children.map(async child =>
        Promise.race([
          once(child.stdout, 'data').then(() => 'held'),
          once(child, 'exit').then(() => 'refused'),
        ]),
      ),
    )
    await Promise.all(children.filter(({ exitCode }) => exitCode === null).map(killed))
    expect(had.toSorted()).toEqual(['held', 'refused', 'refused', 'refused'])
  })
})
