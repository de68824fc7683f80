/** What each command answers with --json is what its schema says, by another reader of schemas than ours. */
import { writeFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { describe, expect } from 'vitest'

import { settingsFor, test, type Bench } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { story } from '../support/world/story.js'
import { expectExit } from './judge.js'

const CRAWL = ['feed', 'leaderboard', '--collect', 'followers,posts', '--depth', '1']

const schemas = new Map<string, Promise<Record<string, unknown>>>()

/** Each is asked for once. */
function schemaOf(bench: Bench, name: string): Promise<Record<string, unknown>> {
  const asked = schemas.get(name) ?? ask(bench, name)
  schemas.set(name, asked)
  return asked
}

async function ask(bench: Bench, name: string): Promise<Record<string, unknown>> {
  const result = await bench.run(['schema', name])
  expectExit(result, 0)
  return JSON.parse(result.stdout) as Record<string, unknown>
}

/** Formats stand beside patterns that say the same. */
async function validatorOf(bench: Bench, name: string): Promise<ValidateFunction> {
  const ajv = new Ajv2020({ validateFormats: false, allErrors: true, allowUnionTypes: true })
  return ajv.compile(await schemaOf(bench, name))
}

async function names(bench: Bench): Promise<string[]> {
  const { stdout } = await bench.run(['schema', '--json'])
  return (JSON.parse(stdout) as { names: string[] }).names
}

function expectValid(validate: ValidateFunction, value: unknown): void {
  validate(value)
  expect(validate.errors ?? []).toEqual([])
}

/** A study with something of everything: private accounts, budgets, drift and a page that cannot be read. */
async function study(bench: Bench): Promise<void> {
  const server = await bench.serve({ world: generateWorld(93, SMALL) })
  expectExit(await bench.crawl(server, [...CRAWL, '--max-requests', '9']), 4)
  expectExit(await bench.crawl(server, CRAWL), 0)
  expectExit(await bench.crawl(server, ['@nobody']), 3)
}

/** Ends with an error when rows are out already. */
const OVERFLOWS = `
  WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 3000)
  SELECT value, abs(-9223372036854775807 - iif(value = 3000, 1, 0)) FROM n`

/** The commands by what they answer; `OUT` is a folder beside the database. */
const ASKED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  plan: [
    ['plan', ...CRAWL],
    ['plan', '@nobody-yet'],
    ['plan', 'leaderboard'],
  ],
  status: [['status']],
  coverage: [['coverage'], ['coverage', '--stream', 'followers']],
  sql: [
    ['sql', 'top-creators'],
    ['sql', "SELECT 1, 2.5, x'00ff', NULL, 9223372036854775807"],
    ['sql', OVERFLOWS],
  ],
  'sql-list': [['sql', '--list']],
  export: [['export', '--format', 'csv,gexf', '--out', 'OUT/export']],
  report: [['report', '--out', 'OUT/report.html']],
  check: [['check']],
  doctor: [['doctor']],
  forget: [['forget', 'user-nobody', '--dry-run']],
  prune: [
    ['prune', '--raw', '0d', '--dry-run'],
    ['prune', '--raw', '0d'],
  ],
  replay: [['replay', '--dry-run']],
  help: [['help'], ['help', 'crawl'], ['help', 'money']],
  completion: [['completion', 'bash']],
  'schema-list': [['schema']],
  error: [['crawl'], ['status', '--no-such-flag'], ['sql', 'SELECT nonsense']],
}
/** Checked below, in tests of their own. */
const APART = ['config', 'crawl', 'demo', 'schedule', 'sandbox', 'import', 'seeds']

describe.concurrent('schemas', { timeout: 240_000 }, () => {
  test('are there for every answer, and each is tried here', async ({ bench }) => {
    expect((await names(bench)).toSorted()).toEqual([...Object.keys(ASKED), ...APART].toSorted())
  })

  test('describe what commands answer', async ({ bench }) => {
    await study(bench)
    for (const [name, commands] of Object.entries(ASKED)) {
      const validate = await validatorOf(bench, name)
      for (const command of commands) {
        const words = command.map(word => word.replace('OUT', bench.dir))
        const { stdout } = await bench.run([...words, '--db', bench.db, '--json'])
        const value = JSON.parse(stdout) as object
        expectValid(validate, value)
        if (name !== 'error' && name !== 'sql') expect(value).not.toHaveProperty('error')
      }
    }
  })

  test('describe crawls: finished, stopped, refused, and in the sandbox', async ({ bench }) => {
    const validate = await validatorOf(bench, 'crawl')
    const server = await bench.serve({ world: generateWorld(94, SMALL) })
    for (const args of [['--max-requests', '3'], [], ['--max-pages', '1', '--full']])
      expectValid(validate, JSON.parse((await bench.crawl(server, [...CRAWL, ...args, '--json'])).stdout))
    const demo = await bench.run(['demo', '--db', bench.file('demo.db'), '--users', '10', '--json'])
    expectExit(demo, 3)
    expectValid(await validatorOf(bench, 'demo'), JSON.parse(demo.stdout))
  })

  test('describe imports, with what cannot be read and what is left out', async ({ bench }) => {
    writeFileSync(bench.file('bad.json'), '[[{"a":1}], 5, "words"]')
    writeFileSync(bench.file('lines.jsonl'), '{"url":\nnull\n')
    const { stdout } = await bench.run([
      'import',
      bench.file('bad.json'),
      bench.file('lines.jsonl'),
      '--db',
      bench.db,
      '--json',
    ])
    const value = JSON.parse(stdout) as { problems: object[] }
    expectValid(await validatorOf(bench, 'import'), value)
    expect(value.problems.length).toBeGreaterThan(0)
  })

  test('describe the lines of a schedule', async ({ bench }) => {
    const validate = await validatorOf(bench, 'schedule')
    const server = await bench.serve({ world: story({ users: [{ name: 'sam' }] }) })
    const running = bench.start(
      ['schedule', '--cron', '* * * * * *', 'crawl', 'leaderboard', '--db', bench.db, '--no-progress'],
      { env: settingsFor(server) },
    )
    await running.said(/"event":"run"/)
    running.kill('SIGINT')
    const { stdout } = await running.done
    const lines = stdout.trim().split('\n')
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expectValid(validate, JSON.parse(line))
  })

  test('describe what the sandbox says when it ends', async ({ bench }) => {
    const running = bench.start(['sandbox', '--json', '--users', '5'])
    await running.said(/The sandbox is at/)
    running.kill('SIGINT')
    const { stdout } = await running.done
    expectValid(await validatorOf(bench, 'sandbox'), JSON.parse(stdout))
  })

  test('describe seed lists, and nothing else', async ({ bench }) => {
    const validate = await validatorOf(bench, 'seeds')
    expectValid(validate, ['feed', { seed: '@sam', collect: ['posts'], depth: 1, max_pages: null }])
    for (const wrong of [{}, [{ depth: 1 }], [{ seed: 'feed', max_page: 1 }], [5]])
      expect(validate(wrong)).toBe(false)
  })

  test('have one vocabulary: snake_case, money in dollars, and one type for a word', async ({ bench }) => {
    const types = new Map<string, Set<string>>()
    // A config file has the names of flags.
    const ours = (await names(bench)).filter(name => name !== 'config')
    for (const name of ours) collect(await schemaOf(bench, name), types)
    const keys = [...types.keys()]
    expect(keys.filter(key => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(key))).toEqual([])
    expect(keys.filter(key => /micro|cents|usd/.test(key))).toEqual(
      keys.filter(key => /^(\w+_)?(cost|prices)_usd$/.test(key)),
    )
    for (const key of ['db', 'run', 'exit_code', 'cost_usd', 'stream', 'subject', 'seed', 'dry_run'])
      expect([key, types.get(key)?.size]).toEqual([key, 1])
  })

  test('are valid schemas by their own', async ({ bench }) => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    for (const name of await names(bench)) expect(ajv.validateSchema(await schemaOf(bench, name))).toBe(true)
  })
})

/** The types that each property has, wherever it stands; null and ranges by requests or dollars aside. */
function collect(schema: unknown, types: Map<string, Set<string>>): void {
  if (typeof schema !== 'object' || schema === null) return
  const { properties } = schema as { properties?: Record<string, object> }
  for (const [key, value] of Object.entries(properties ?? {})) {
    const { type, anyOf } = value as { type?: string | string[]; anyOf?: { type?: string }[] }
    const all = [type ?? anyOf?.map(one => one.type) ?? []].flat().filter(one => one !== 'null')
    if (String(all) !== 'object') types.set(key, (types.get(key) ?? new Set()).add(String(all)))
  }
  for (const inner of Object.values(schema)) collect(inner, types)
}
