/** Outputs that cannot be written, and terminals that go: the work is worth more than its words. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect } from 'vitest'

import { settingsFor, test, type Bench } from '../support/run.js'
import type { WorldServer } from '../support/world/server.js'
import { starWith, userId } from '../support/world/story.js'
import { expectDecent, linesOf } from './judge.js'

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const FOLLOWERS = [userId('star'), '--collect', 'followers', '--rate', '100000', '--no-progress']

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Where stdout and stderr go: to us, or to a disk that is full. */
function started(
  bench: Bench,
  args: readonly string[],
  env: Record<string, string>,
  full: { stdout?: true; stderr?: true },
): { child: ChildProcess; ended: Promise<Ended> } {
  const device = openSync('/dev/full', 'w')
  const to = (isFull: true | undefined) => (isFull === true ? device : 'pipe')
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: bench.dir,
    env: { PATH: process.env['PATH'] ?? '', HOME: bench.dir, ...env },
    stdio: ['ignore', to(full.stdout), to(full.stderr)],
  })
  closeSync(device)
  return { child, ended: endOf(child) }
}

function endOf(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text))
  return new Promise(resolve => child.on('close', (code, signal) => resolve({ code, signal, ...texts })))
}

const outcomes = (bench: Bench): unknown[] => bench.open().prepare('SELECT state, outcome FROM runs').all()

describe('stdout on a full disk', () => {
  test('costs a crawl its summary and nothing else: its code says how the work went', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(30) })
    const { code, stderr } = await started(
      bench,
      ['crawl', ...FOLLOWERS, '--db', bench.db, '--json'],
      settingsFor(server),
      { stdout: true },
    ).ended
    expect({ code, lines: linesOf(stderr) }).toEqual({
      code: 0,
      lines: [expect.stringMatching(/^sora-crawl: The output cannot be written: stdout: ENOSPC/)],
    })
    expect(outcomes(bench)).toEqual([expect.objectContaining({ state: 'finished' })])
    for (const [args, expected] of [
      [['status'], 4],
      [['coverage', '--json'], 4],
      [['sql', 'SELECT id, username FROM users', '--format', 'csv'], 4],
      [['check'], 4],
      [['--help'], 4],
      [['plan', 'feed', '--sandbox'], 4],
      [['prune', '--raw', '90d'], 0],
    ] as const) {
      const result = await started(bench, [...args, '--db', bench.db], {}, { stdout: true }).ended
      expect({ args, code: result.code, lines: linesOf(result.stderr) }).toEqual({
        args,
        code: expected,
        lines: [expect.stringContaining('The output cannot be written: stdout')],
      })
    }
  })

  test('never ends a schedule', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(3) })
    const { child, ended } = started(
      bench,
      ['schedule', '--cron', '* * * * * *', 'crawl', ...FOLLOWERS, '--db', bench.db],
      settingsFor(server),
      { stdout: true },
    )
    await server.until(() => server.answered.length >= 3)
    child.kill('SIGTERM')
    const { code, stderr } = await ended
    expect(code).toBe(0)
    expect(linesOf(stderr).filter(line => line.includes('cannot be written (stdout: ENOSPC'))).toHaveLength(1)
    expectDecent({ code, signal: null, stdout: '', stderr, ms: 0 })
  })
})

describe('stderr on a full disk', () => {
  test.for(['warn', 'debug'])(
    'costs no request at --log-level %s; the summary and the run say that words are missing',
    async (level, { bench }) => {
      const server = await bench.serve({ world: starWith(30), pageSize: 3, latencyMs: 5 })
      const { code, stdout } = await started(
        bench,
        ['crawl', ...FOLLOWERS, '--max-requests', '4', '--log-level', level, '--db', bench.db],
        settingsFor(server),
        { stderr: true },
      ).ended
      expect(code).toBe(4)
      expect(stdout).toContain('Some of the output could not be written: stderr: ENOSPC')
      expect(bench.count("requests where state = 'answered'")).toBe(4)
      expect(bench.count('pages')).toBe(4)
      if (level === 'debug')
        expect(outcomes(bench)).toEqual([
          expect.objectContaining({
            outcome: expect.stringContaining(
              'some of the output could not be written: stderr: ENOSPC',
            ) as string,
          }),
        ])
    },
  )

  test('both are: the exit code is left', async ({ bench }) => {
    const { code, signal } = await started(
      bench,
      ['status', '--db', bench.file('none.db')],
      {},
      { stdout: true, stderr: true },
    ).ended
    expect([code, signal]).toEqual([2, null])
  })
})

/** A command on a terminal of its own (of `script`), which goes when it is killed. */
function onTerminal(bench: Bench, command: string, server: WorldServer): ChildProcess {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: bench.dir,
    TERM: 'xterm',
    SHELL: '/bin/bash',
    ...settingsFor(server),
  }
  return spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: bench.dir,
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
}

const program = (...args: readonly string[]): string =>
  [process.execPath, PROGRAM, ...args].map(word => `'${word}'`).join(' ')

/** Waits for the last word of whoever writes to the database. */
async function runIs(bench: Bench, state: string, outcome: RegExp): Promise<void> {
  for (
    let row = undefined as { state: string; outcome: string | null } | undefined;
    !(row?.state === state && outcome.test(row.outcome ?? ''));
  ) {
    await new Promise(resolve => setTimeout(resolve, 50))
    row = bench.open().prepare('SELECT state, outcome FROM runs').get() as typeof row
  }
}

describe('a terminal that goes', () => {
  const crawl = (bench: Bench): string =>
    program('crawl', ...FOLLOWERS.filter(flag => flag !== '--no-progress'), '--yes', '--db', bench.db)

  test('stops a crawl politely: what is in flight is stored, and the same command goes on', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: starWith(60), pageSize: 2, latencyMs: 60 })
    const terminal = onTerminal(bench, crawl(bench), server)
    await server.until(() => server.answered.length >= 3)
    terminal.kill('SIGKILL')
    await runIs(bench, 'unfinished', /^Interrupted/)
    expect(bench.count("requests where state <> 'answered'")).toBe(0)
    expect(bench.count('pages')).toBe(server.billed.length)
  })

  test('does not end a job that has no part in it any more, though every word to it fails', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: starWith(40), pageSize: 2, latencyMs: 40 })
    const terminal = onTerminal(bench, `setsid ${crawl(bench)} & sleep 1000`, server)
    await server.until(() => server.answered.length >= 3)
    terminal.kill('SIGKILL')
    await runIs(bench, 'finished', /^finished/)
    expect(bench.count('users')).toBe(41)
    expect(bench.count('pages')).toBe(server.billed.length)
  })

  test('is nothing to a job under nohup', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(40), pageSize: 2, latencyMs: 40 })
    const terminal = onTerminal(bench, `nohup ${crawl(bench)}`, server)
    await server.until(() => server.answered.length >= 3)
    terminal.kill('SIGKILL')
    await runIs(bench, 'finished', /^finished/)
    expect(bench.count('users')).toBe(41)
  })
})

test('a signal that a terminal has gone stops what has no terminal, too', async ({ bench }) => {
  const server = await bench.serve({ world: starWith(60), pageSize: 2, latencyMs: 60 })
  const running = bench.startCrawl(
    server,
    FOLLOWERS.filter(flag => flag !== '--no-progress' && flag !== '--rate' && flag !== '100000'),
  )
  await server.until(() => server.answered.length >= 3)
  running.kill('SIGHUP')
  expect(await running.done).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('Interrupted') as string,
  })
})

test('in a folder that was deleted, the program says so', async ({ bench }) => {
  const child = spawn('bash', ['-c', `mkdir gone && cd gone && rmdir ../gone && exec ${program('status')}`], {
    cwd: bench.dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { code, stderr } = await endOf(child)
  expect([code, linesOf(stderr)]).toEqual([
    2,
    [expect.stringMatching(/the folder that it was started in does not exist any more/)],
  ])
})
