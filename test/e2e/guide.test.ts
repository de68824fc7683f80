/** The blocks of code in the README and the guide are run as a reader would, against the sandbox. */
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

import { blocksOf, pages, type Block } from '../rules/documents.js'
import { Bench } from '../support/run.js'

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const blocks = ['README.md', ...pages].flatMap(page => blocksOf(page))
const of = (language: string): Block[] => blocks.filter(block => block.language === language)
const nameOf = ({ page, line }: Block): string => `${path.basename(page)}:${line}`

/** What is shown and not run here, and where it is tried instead. */
const ELSEWHERE: readonly (readonly [text: RegExp, where: string])[] = [
  [/^npm (ci|link)/, 'test/e2e/install.test.ts, and the gate itself'],
  [/^sora-crawl schedule /, 'test/e2e/schedule.test.ts'],
]
const isRun = ({ code }: Block): boolean => !ELSEWHERE.some(([text]) => text.test(code))

let bench: Bench
let settings: Record<string, string>

beforeAll(async () => {
  bench = await Bench.create()
  mkdirSync(bench.file('bin'))
  // The rate of five requests a second is for those who pay.
  const program = `#!/bin/sh\ncase $1 in crawl) set -- "$@" --rate 1000;; esac\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`
  writeFileSync(bench.file('bin/sora-crawl'), program, { mode: 0o755 })
  writeFileSync(bench.file('bin/npx'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 })
  mkdirSync(bench.file('node_modules/.bin'), { recursive: true })
  symlinkSync(PROGRAM, bench.file('node_modules/.bin/sora-crawl'))
  writeFileSync(bench.file('people.txt'), '@omar\tone\n@sam\ttwo\n')
  writeFileSync(bench.file('people.csv'), 'handle,about\nomar,one\n')
  writeFileSync(
    bench.file('seeds.yaml'),
    of('yaml').find(({ page }) => page.endsWith('crawling.md'))?.code ?? '',
  )
  const sandbox = bench.start(['sandbox', '--port', '0'], { limitMs: 600_000 })
  const told = await sandbox.said(
    /SORA_API_URL=\S+\s[^]*SORA_API_KEY=\S+\s|SORA_API_KEY=\S+\s[^]*SORA_API_URL=\S+\s/,
  )
  settings = Object.fromEntries(
    [...told.matchAll(/(SORA_API_\w+)=['"]?([^\s'"]+)/g)].map(([, name = '', value = '']) => [name, value]),
  )
  const demo = await bench.run(['demo', '--no-progress'])
  expect({ code: demo.code, stderr: demo.stderr }).toMatchObject({ code: 0 })
})

afterAll(() => bench.end())

interface Ended {
  readonly code: number
  readonly output: string
}

function shell(code: string): Promise<Ended> {
  // Each block writes its exports anew.
  rmSync(bench.file('study'), { recursive: true, force: true })
  const file = bench.file('block.sh')
  writeFileSync(file, code)
  const env = {
    PATH: `${bench.file('bin')}:${process.env['PATH'] ?? ''}`,
    HOME: bench.dir,
    SHELL: '/bin/bash',
    ...settings,
  }
  return new Promise(resolve => {
    execFile(
      'bash',
      [code.startsWith('#!') ? '+e' : '-e', file],
      { cwd: bench.dir, env },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr }),
    )
  })
}

describe('what readers type', () => {
  test('is run here, or has a test of its own', () => {
    expect(of('sh').filter(isRun).length).toBeGreaterThan(10)
  })

  for (const block of of('sh').filter(isRun))
    test(`${nameOf(block)} works as it stands`, { timeout: 180_000 }, async () => {
      const { code, output } = await shell(block.code)
      // Away from a terminal nothing is removed unasked.
      const expected = block.code.startsWith('sora-crawl forget') ? 2 : 0
      expect({ code, output }).toEqual({ code: expected, output })
    })
})

describe('what readers ask', () => {
  for (const block of of('sql'))
    test(`${nameOf(block)} is answered`, () => {
      const db = new Database(bench.file('data/demo.db'), { readonly: true })
      try {
        for (const statement of block.code.split(/;\s*(?:\n|$)/).filter(text => text.trim() !== ''))
          expect(() => db.prepare(statement).all()).not.toThrow()
      } finally {
        db.close()
      }
    })
})

test('what tables.md tells Datasette of columns is so', () => {
  const told = of('yaml').find(({ page }) => page.endsWith('tables.md'))?.code ?? ''
  const { databases } = parse(told) as {
    databases: { study: { tables: Record<string, Record<string, string>> } }
  }
  const db = new Database(bench.file('data/demo.db'), { readonly: true })
  for (const [table, columns] of Object.entries(databases.study.tables)) {
    const names = db.prepare('select name from pragma_table_info(?)').pluck().all(table)
    expect(names, table).toEqual(expect.arrayContaining(Object.values(columns)))
  }
  db.close()
})

test('the answer that importing.md shows is imported', async () => {
  const answer = of('json').find(({ page }) => page.endsWith('importing.md'))
  writeFileSync(bench.file('answer.json'), answer?.code ?? '')
  const result = await bench.run(['import', bench.file('answer.json'), '--db', bench.file('imported.db')])
  expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 0 })
  expect(bench.count('pages', bench.file('imported.db'))).toBe(1)
})

test('the settings that the README and settings.md show are settings', async () => {
  for (const { code } of of('ini').filter(block => /^SORA_API_KEY=/m.test(block.code))) {
    writeFileSync(bench.file('.env'), code.replaceAll('…', '0123456789abcdef'))
    const result = await bench.run(['doctor', '--json'])
    expect({ code: result.code, stdout: result.stdout }).toMatchObject({ code: 0 })
  }
})
