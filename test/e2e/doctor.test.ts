import { existsSync, writeFileSync } from 'node:fs'

import { describe, expect } from 'vitest'

import { test, settingsFor, type Bench, type Result } from '../support/run.js'
import { TEST_KEY, type Answer, type WorldServer } from '../support/world/server.js'
import { crowd, story, userId } from '../support/world/story.js'
import { expectExit, expectOneLineAbout } from './judge.js'

const NAMES = crowd('user', 3)
const world = story({ users: NAMES.map(name => ({ name })) })

async function doctor(bench: Bench, server: WorldServer, args: readonly string[] = []): Promise<Result> {
  return bench.run(['doctor', '--db', bench.db, ...args], { env: settingsFor(server) })
}

async function online(
  bench: Bench,
  answer: Answer | undefined,
): Promise<{ told: Told; result: Result; sent: number }> {
  const server = await bench.serve({ world })
  if (answer !== undefined) server.override = () => answer
  const result = await doctor(bench, server, ['--online', '--json'])
  return { told: (JSON.parse(result.stdout) as { online: Told }).online, result, sent: server.seen.length }
}

interface Told {
  readonly address: string
  readonly key: string
  readonly route: string
  readonly message: string
  readonly cost_usd: number
}

describe.concurrent('doctor', () => {
  test('says what a report of a bug needs, sends nothing and makes nothing', async ({ bench }) => {
    const server = await bench.serve({ world })
    const result = await doctor(bench, server)
    expectExit(result, 0)
    for (const words of [/^program +sora-crawl \d/m, /^Node\.js +\d+/m, /^SQLite +3\./m, /^disk +\d.* free/m])
      expect(result.stdout).toMatch(words)
    expect(result.stdout).toContain(`${server.url}, from SORA_API_URL of the environment`)
    expect(result.stdout).toContain('Nothing is wrong.')
    expect(server.seen).toEqual([])
    expect(existsSync(bench.db)).toBe(false)
    const versions = await bench.run(['--version', '--verbose'])
    expectExit(versions, 0)
    expect(versions.stdout).toMatch(/^sora-crawl \d.*\nNode\.js +\d.*\nSQLite +3\..*\nsystem +\S/)
  })

  test('without a key, or over a file that is no database, ends as a crawl would', async ({ bench }) => {
    const without = await bench.run(['doctor', '--db', bench.db])
    expect(without.code).toBe(2)
    expect(without.stdout).toMatch(/^Wrong, key: No API key/m)
    writeFileSync(bench.db, 'no database '.repeat(500))
    const server = await bench.serve({ world })
    const broken = await doctor(bench, server, ['--online'])
    expect(broken.code).toBe(2)
    expect(broken.stdout).toMatch(/^Wrong, database: /m)
    expectOneLineAbout(broken, /nothing was sent/)
    expect(server.seen).toEqual([])
  })

  test('says that the database is in use, and by which version it was written', async ({ bench }) => {
    const server = await bench.serve({ world })
    let release = (): void => undefined
    const gate = new Promise<undefined>(resolve => (release = () => resolve(undefined)))
    server.override = () => gate
    const crawl = bench.startCrawl(server, [...NAMES.map(userId), '--collect', 'posts'])
    await server.until(() => server.seen.length > 0)
    const result = await doctor(bench, server, ['--json'])
    expectExit(result, 0)
    expect(JSON.parse(result.stdout)).toMatchObject({
      database: { exists: true, origin: 'real', tables: 'current', is_locked: true },
    })
    release()
    expectExit(await crawl.done, 0)
    const after = JSON.parse((await doctor(bench, server, ['--json'])).stdout) as unknown
    expect(after).toMatchObject({ database: { is_locked: false } })
  })
})

describe.concurrent('doctor --online', () => {
  test('sends one request, named with its price, and keeps what it has paid for', async ({ bench }) => {
    const { told, result, sent } = await online(bench, undefined)
    expectExit(result, 0)
    expectOneLineAbout(result, /Sends one request: get_cameo_leaderboard, at most \$0\.05/)
    expect(told).toMatchObject({ address: 'right', key: 'right', route: 'right', cost_usd: 0.05 })
    expect(sent).toBe(1)
    expect(bench.count('pages')).toBe(1)
    expect(bench.open().prepare('select state from runs').pluck().all()).toEqual(['finished'])
  })

  test.for([
    ['a refused key', { status: 401, message: 'invalid api key' }, 5, { address: 'right', key: 'wrong' }],
    ['an empty balance', { status: 402, message: 'balance too low' }, 4, { address: 'right', key: 'right' }],
    [
      'a route that is not there',
      { status: 404, message: 'no such route' },
      5,
      { key: 'unknown', route: 'wrong' },
    ],
  ] as const)('says of %s what is known', async ([, answer, code, verdict], { bench }) => {
    const { told, result, sent } = await online(bench, answer)
    expectExit(result, code)
    expect(told).toMatchObject({ ...verdict, cost_usd: 0 })
    expect(told.message).not.toContain(TEST_KEY)
    expect(sent).toBe(1)
  })
})
