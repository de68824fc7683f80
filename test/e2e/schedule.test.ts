import { readFile, writeFile } from 'node:fs/promises'

import { describe, expect } from 'vitest'

import { settingsFor, test, type Bench, type Result, type Running } from '../support/run.js'
import type { WorldServer } from '../support/world/server.js'
import { starWith, userId } from '../support/world/story.js'
import { expectExit, expectOnlyLine, linesOf, repeatedRequests } from './judge.js'

const EVERY_SECOND = ['--cron', '* * * * * *']
const YEARLY_AND_NOW = ['--cron', '0 3 1 1 *', '--now']
const FOLLOWERS = [userId('star'), '--collect', 'followers']
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

interface Line {
  at: string
  event: 'run' | 'skipped'
  run: number | null
  exit_code: number | null
  finished: boolean
  stopped: string | null
  requests: number | null
  cost_usd: number | null
  changes: { inserted: number; updated: number; unchanged: number; rejected: number } | null
  elapsed_s: number | null
  next: string | null
}

function startSchedule(
  bench: Bench,
  server: WorldServer,
  when: readonly string[],
  args: readonly string[],
): Running {
  const fixed = ['--db', bench.db, '--rate', '100000', '--no-progress']
  return bench.start(['schedule', ...when, 'crawl', ...args, ...fixed], { env: settingsFor(server) })
}

/** Every line of stdout is JSON, whatever happened. */
function slotsOf({ stdout }: Result): Line[] {
  return linesOf(stdout).map(line => JSON.parse(line) as Line)
}

/**
 * The runs alone: where a run takes longer than a second, as it can on a busy machine, the times in between
 * are told as skipped.
 */
function runsOf(result: Result): Line[] {
  return slotsOf(result).filter(({ event }) => event === 'run')
}

/** Holds every answer from the n-th request on until it is opened. */
function holdFrom(server: WorldServer, first: number): () => void {
  let open = (): void => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  server.override = async ({ n }) => {
    if (n >= first) await opened
    return undefined
  }
  return open
}

async function terminated(running: Running): Promise<Result> {
  running.kill('SIGTERM')
  return running.done
}

/**
 * Starts a crawl that holds the database until it is let go on; one that comes during a run of the schedule
 * tries again.
 */
async function takeDatabase(bench: Bench): Promise<{ crawl: Running; open: () => void }> {
  const server = await bench.serve({ world: starWith(1) })
  const open = holdFrom(server, 1)
  for (;;) {
    const crawl = bench.startCrawl(server, ['leaderboard', '--collect', 'profile'])
    await Promise.race([crawl.done, server.until(() => server.seen.length > 0)])
    if (!crawl.over) return { crawl, open }
    expectExit(await crawl.done, 6)
  }
}

/** The line of a run, which has ended then. */
const RAN = /"event":"run"/

describe.concurrent('schedule', () => {
  test('runs at every slot, never two at once, and tells of each run and of each slot skipped', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: starWith(4) })
    const open = holdFrom(server, 1)
    const running = startSchedule(bench, server, EVERY_SECOND, FOLLOWERS)
    await server.until(() => server.seen.length === 1)
    await running.said(/("event":"skipped"[^]*){2}/)
    expect(server.seen).toHaveLength(1)
    open()
    // Two pages of the first run; the later ones stop early, at the first.
    await server.until(() => server.answered.length >= 4)
    const result = await terminated(running)
    expectExit(result, 0)
    const slots = slotsOf(result)
    const first = slots.findIndex(({ event }) => event === 'run')
    expect(first).toBeGreaterThanOrEqual(2)
    expect(slots.slice(0, first)).toEqual(
      slots
        .slice(0, first)
        .map(() => expect.objectContaining({ event: 'skipped', run: null, exit_code: null, requests: null })),
    )
    const runs = slots.filter(({ event }) => event === 'run')
    expect(runs.length).toBeGreaterThanOrEqual(2)
    expect(runs[0]).toMatchObject({
      run: 1,
      exit_code: 0,
      finished: true,
      stopped: null,
      requests: 2,
      cost_usd: 0.1,
      changes: { rejected: 0 },
    })
    expect(runs[0]?.changes?.inserted).toBeGreaterThan(0)
    expect(runs[0]?.elapsed_s).toBeGreaterThan(2)
    expect(runs[1]).toMatchObject({ run: 2, exit_code: 0, requests: 1, changes: { inserted: 0 } })
    for (const { at } of slots) expect(at).toMatch(ISO)
    for (const { next } of slots.slice(0, -1)) expect(next).toMatch(ISO)
    expect(bench.count('runs')).toBe(runs.length)
  })

  test('a run that reaches its cap is continued at the next slot, and --json changes nothing', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: starWith(7) })
    const running = startSchedule(bench, server, EVERY_SECOND, [
      ...FOLLOWERS,
      '--max-requests',
      '1',
      '--json',
    ])
    await server.until(() => server.answered.length >= 4)
    const result = await terminated(running)
    expectExit(result, 0)
    const told = runsOf(result).slice(0, 3)
    expect(
      told.map(({ run, exit_code, finished, requests }) => [run, exit_code, finished, requests]),
    ).toEqual([
      [1, 4, false, 1],
      [1, 4, false, 1],
      [1, 0, true, 1],
    ])
  })

  test('computes its times in the zone it is given', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const running = startSchedule(bench, server, [...YEARLY_AND_NOW, '--timezone', 'Asia/Tokyo'], FOLLOWERS)
    await running.said(RAN)
    const result = await terminated(running)
    expectExit(result, 0)
    expect(slotsOf(result)).toMatchObject([
      { event: 'run', exit_code: 0, next: expect.stringMatching(/-12-31T18:00:00\.000Z$/) as string },
    ])
  })
})

describe.concurrent('--on-finish', () => {
  test('hands the line of each run to a command, and what that prints goes to stderr', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const file = bench.file('handed.jsonl')
    const when = [...EVERY_SECOND, '--on-finish', `tee -a ${file}; echo twice; exit 3`]
    const running = startSchedule(bench, server, when, FOLLOWERS)
    await running.said(/(ended with 3; the schedule goes on[^]*){2}/)
    const result = await terminated(running)
    expectExit(result, 0)
    const handed = linesOf(await readFile(file, 'utf8')).map(line => JSON.parse(line) as Line)
    expect(handed.length).toBeGreaterThanOrEqual(2)
    expect(handed).toEqual(runsOf(result))
    expect(result.stdout).not.toContain('twice')
    expect(result.stderr.match(/^twice$/gm)).toHaveLength(handed.length)
  })

  test('a run that ends the schedule is handed over, too', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1), key: 'another' })
    const file = bench.file('handed.json')
    const when = [...YEARLY_AND_NOW, '--on-finish', `cat > ${file}`]
    const result = await startSchedule(bench, server, when, FOLLOWERS).done
    expectExit(result, 5)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(runsOf(result)[0])
  })
})

describe.concurrent('a run that does not finish', () => {
  test('with streams that failed keeps the schedule going', async ({ bench }) => {
    const server = await bench.serve({
      world: starWith(1),
      override: () => ({ status: 422, message: 'No.' }),
    })
    const running = startSchedule(bench, server, EVERY_SECOND, FOLLOWERS)
    await server.until(() => server.answered.length >= 3)
    const result = await terminated(running)
    expectExit(result, 0)
    expect(runsOf(result).slice(0, 2)).toMatchObject([
      { run: 1, exit_code: 3 },
      { run: 2, exit_code: 3 },
    ])
  })

  test('with a key that is refused ends it with 5', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1), key: 'another' })
    const result = await startSchedule(bench, server, EVERY_SECOND, FOLLOWERS).done
    expectExit(result, 5)
    expect(runsOf(result)).toMatchObject([{ run: 1, exit_code: 5, finished: false, next: null }])
    expect(result.stderr).toMatch(/refused the key/)
  })

  test('as another process writes to the database is skipped, until that has ended', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(2) })
    const running = startSchedule(bench, server, EVERY_SECOND, FOLLOWERS)
    await server.until(() => server.answered.length >= 1)
    const { crawl, open } = await takeDatabase(bench)
    const before = server.seen.length
    await running.said(/("exit_code":6[^]*){2}/)
    expect(server.seen).toHaveLength(before)
    open()
    expectExit(await crawl.done, 0)
    await server.until(() => server.answered.length > before)
    const result = await terminated(running)
    expectExit(result, 0)
    const slots = slotsOf(result)
    const skipped = slots.filter(({ exit_code }) => exit_code === 6)
    expect(skipped.length).toBeGreaterThanOrEqual(1)
    for (const slot of skipped)
      expect(slot).toMatchObject({
        event: 'skipped',
        run: null,
        finished: false,
        stopped: expect.stringMatching(/another process/i) as string,
      })
    // Times that come while a run goes on are skipped, too, as they can on a busy machine.
    expect(slots.find(({ exit_code }) => exit_code !== null)).toMatchObject({ event: 'run', exit_code: 0 })
    expect(slots.at(-1)).toMatchObject({ event: 'run' })
  })
})

describe.concurrent('a schedule that is asked to end', () => {
  test.for(['SIGTERM', 'SIGINT'] as const)(
    '%s: the run commits what is in flight, the exit code is 0, and the same crawl pays nothing twice',
    async (signal, { bench }) => {
      const server = await bench.serve({ world: starWith(30) })
      const open = holdFrom(server, 4)
      const running = startSchedule(bench, server, YEARLY_AND_NOW, FOLLOWERS)
      await server.until(() => server.seen.length === 4)
      running.kill(signal)
      await running.said(/Stopping/)
      open()
      const result = await running.done
      expectExit(result, 0)
      expect(slotsOf(result)).toMatchObject([
        { event: 'run', run: 1, exit_code: 4, finished: false, requests: 4, next: null },
      ])
      expect(bench.count('pages')).toBe(4)
      expect(server.billed).toHaveLength(4)

      expectExit(await bench.crawl(server, FOLLOWERS), 0)
      expect(repeatedRequests(server.seen)).toEqual([])
      expect(bench.count('edges')).toBe(30)
      expect(bench.count('runs')).toBe(1)
    },
  )

  test('a second signal quits at once', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    holdFrom(server, 1)
    const running = startSchedule(bench, server, YEARLY_AND_NOW, FOLLOWERS)
    await server.until(() => server.seen.length === 1)
    running.kill('SIGTERM')
    await running.said(/Stopping/)
    expect(running.over).toBe(false)
    expectExit(await terminated(running), 4)
    expectExit(await bench.run(['status', '--db', bench.db]), 0)
  })

  test('between two runs it ends at once', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const running = startSchedule(bench, server, YEARLY_AND_NOW, FOLLOWERS)
    await running.said(RAN)
    const asked = performance.now()
    expectExit(await terminated(running), 0)
    expect(performance.now() - asked).toBeLessThan(3_000)
  })
})

describe.concurrent('a schedule that cannot work starts nothing and exits 2', () => {
  test.for([
    ['an expression of four fields', ['--cron', '0 3 * *'], FOLLOWERS, /--cron.*five fields/],
    ['an hour that no day has', ['--cron', '0 25 * * *'], FOLLOWERS, /--cron.*hour/],
    ['a time that never comes', ['--cron', '0 0 30 2 *'], FOLLOWERS, /--cron.*never/],
    ['a word', ['--cron', 'daily'], FOLLOWERS, /--cron/],
    ['no expression', ['--now'], FOLLOWERS, /cron/],
    ['an unknown time zone', [...EVERY_SECOND, '--timezone', 'Mars/Olympus'], FOLLOWERS, /--timezone.*Mars/],
    ['a bad seed', EVERY_SECOND, ['nonsense'], /seed/],
    ['no seed', EVERY_SECOND, [], /seed/],
    ['an empty command', [...EVERY_SECOND, '--on-finish', ' '], FOLLOWERS, /--on-finish.*empty/],
    ['a bad flag of the crawl', EVERY_SECOND, ['feed', '--depth', 'deep'], /--depth/],
    ['an unknown stream', EVERY_SECOND, ['feed', '--collect', 'nonsense'], /--collect/],
    ['an unknown flag', EVERY_SECOND, ['feed', '--no-such-flag'], /--no-such-flag/],
  ] as const)('%s', async ([, when, args, topic], { bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const result = await startSchedule(bench, server, when, args).done
    expectExit(result, 2)
    expectOnlyLine(result, topic)
    expect(result.stdout).toBe('')
    expect(server.seen).toEqual([])
  })

  test('no key', async ({ bench }) => {
    const result = await bench.run(['schedule', ...EVERY_SECOND, 'crawl', 'feed', '--db', bench.db])
    expectExit(result, 2)
    expectOnlyLine(result, /SORA_API_KEY/)
  })

  test('something else than a crawl', async ({ bench }) => {
    expectExit(await bench.run(['schedule', ...EVERY_SECOND, 'status', '--db', bench.db]), 2)
  })

  test('a database that is none is found out at the start, not at the first slot', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    await writeFile(bench.db, 'dear diary, this is not a database\n'.repeat(100))
    const result = await startSchedule(bench, server, ['--cron', '0 3 1 1 *'], FOLLOWERS).done
    expectExit(result, 2)
    expectOnlyLine(result, /database/i)
    expect(result.stdout).toBe('')
  })
})
