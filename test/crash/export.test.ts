import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

import { describe, expect } from 'vitest'

import { expectExit } from '../e2e/judge.js'
import { test, type Bench } from '../support/run.js'
import { generateWorld, TINY } from '../support/world/generate.js'
import { armed, FLAGS, SEEDS } from './support/crashing.js'

async function crawled(bench: Bench): Promise<void> {
  const world = generateWorld(11, TINY)
  const server = await bench.serve({ world })
  expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
}

async function killed(bench: Bench, args: readonly string[], plan: string): Promise<void> {
  expect(await bench.run([...args, '--db', bench.db], { env: armed(plan) })).toMatchObject({
    signal: 'SIGKILL',
  })
}

/** Every file below a folder, hidden ones too, with its size. */
function filesIn(folder: string): Record<string, number> {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
  const files = names.filter(name => statSync(path.join(folder, name)).isFile())
  return Object.fromEntries(files.toSorted().map(name => [name, statSync(path.join(folder, name)).size]))
}

describe.concurrent('kill -9 while an export gets its names', () => {
  test.for([1, 2, 4])(
    'before file %i: what has its name is whole, and the same command makes the rest and cleans up',
    async (hit, { bench }) => {
      await crawled(bench)
      const whole = bench.file('whole')
      const folder = bench.file('study')
      expectExit(await bench.run(['export', '--out', whole, '--db', bench.db]), 0)
      await killed(bench, ['export', '--out', folder], `mid-export:${hit}:kill`)
      const csvs = (files: Record<string, number>): [string, number][] =>
        Object.entries(files).filter(([name]) => name.endsWith('.csv') && !name.startsWith('.'))
      expect(csvs(filesIn(folder))).toHaveLength(hit - 1)
      for (const [name, size] of csvs(filesIn(folder))) expect(filesIn(whole)[name]).toBe(size)
      expectExit(await bench.run(['export', '--out', folder, '--force', '--db', bench.db]), 0)
      expect(csvs(filesIn(folder))).toEqual(csvs(filesIn(whole)))
      expect(Object.keys(filesIn(folder)).toSorted()).toEqual(Object.keys(filesIn(whole)).toSorted())
    },
  )
})
