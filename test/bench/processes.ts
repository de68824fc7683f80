/** Starts what is measured, and says what it used. */
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { STUDY, type Extent } from './world.js'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** The built program. */
export const PROGRAM = here('../../dist/main.js')
/** As long as real ones: how long a body is searched for it depends on that. */
export const KEY = 'sk-bench-4f9d1c7e2b8a4d6f9e3c5a7b1d2e4f60'

/** What a process used from its start to its end. */
export interface Usage {
  /** User and system time. */
  readonly cpuMs: number
  readonly peakMb: number
  readonly wallMs: number
}

export interface Gateway {
  readonly url: string
  /** Users who are crawled. */
  readonly users: number
  /** Pages that a crawl of everything reads. */
  readonly pages: number
  /** Requests answered since it was last asked. */
  answered(): Promise<number>
  close(): void
}

export async function startGateway(extent: Partial<Extent> = {}): Promise<Gateway> {
  const child = fork(here('gateway.ts'), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, BENCH_EXTENT: JSON.stringify(extent) },
  })
  const { url, pages } = await message<{ url: string; pages: number }>(child)
  return {
    url,
    users: extent.users ?? STUDY.users,
    pages,
    answered: async () => {
      child.send('count')
      return (await message<{ answered: number }>(child)).answered
    },
    close: () => child.disconnect(),
  }
}

async function message<T>(child: ChildProcess): Promise<T> {
  const [value] = (await once(child, 'message')) as [T]
  return value
}

export interface Job {
  /** Arguments of node: the program and its own. */
  readonly args: readonly string[]
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly exitCodes?: readonly number[]
}

/** Runs a node program to its end. @throws if it does not end as expected */
export async function measure({ args, env = {}, cwd, exitCodes = [0] }: Job): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'sora-bench-usage-'))
  const file = join(folder, 'usage.json')
  try {
    const began = performance.now()
    const child = spawn(process.execPath, ['--import', here('usage.mjs'), ...args], {
      cwd,
      env: { ...process.env, ...env, BENCH_USAGE: file },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code === null || !exitCodes.includes(code))
      throw new Error(`${args.join(' ')} ended with ${code}: ${said.slice(-2000)}`)
    const wallMs = performance.now() - began
    return { ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<Usage, 'wallMs'>), wallMs }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Runs any program to its end, and counts what its own children used, too, which Python can tell. @throws if
 * it fails
 */
export function measureTree(command: readonly string[], env: Record<string, string> = {}): Usage {
  const script =
    'import resource, subprocess, sys, time; t = time.monotonic(); code = ' +
    'subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL); u = ' +
    'resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_utime + u.ru_stime, u.ru_maxrss, ' +
    'time.monotonic() - t); sys.exit(code)'
  const { stdout, stderr, status, error } = spawnSync('python3', ['-c', script, ...command], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`)
  const [seconds = 0, kilobytes = 0, wall = 0] = stdout.trim().split(' ').map(Number)
  return { cpuMs: seconds * 1000, peakMb: kilobytes / 1024, wallMs: wall * 1000 }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}
