/** How long the program takes to start. Times on a clock are upper bounds where others use the machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { table, type Line, type Table } from './figures.js'
import { KEY, measure, median, PROGRAM } from './processes.js'
import { userId } from './world.js'

interface Start {
  readonly ms: number
  /** CPU until then; NaN where the system does not tell. */
  readonly cpuMs: number
}

/** @param databases existing databases by what they are */
export async function benchStartup(
  databases: Readonly<Record<string, string>>,
  rounds: number,
): Promise<Table> {
  const help: Start[] = []
  const crawls = new Map<string, Start[]>(Object.keys(databases).map(name => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    const { wallMs, cpuMs } = await measure({ args: [PROGRAM, '--help'] })
    help.push({ ms: wallMs, cpuMs })
    for (const [name, file] of Object.entries(databases)) crawls.get(name)?.push(await firstRequest(file))
  }
  return table(
    'Start',
    'until `--help` is printed; from the start of `crawl` until its first request is there',
    [
      lineOf('--help', help, 250),
      ...[...crawls].map(([name, starts]) => lineOf(`crawl, ${name}`, starts, 500)),
    ],
  )
}

function lineOf(what: string, starts: readonly Start[], atMost: number): Line {
  const all = starts.map(({ ms }) => ms)
  return {
    what,
    figures: {
      ms: median(all),
      'fastest ms': Math.min(...all),
      'CPU ms': median(starts.map(({ cpuMs }) => cpuMs)),
    },
    goals: { ms: { atMost } },
  }
}

/**
 * From the start of a crawl until its first request arrives. The answer is a list without records, and the
 * crawl is allowed no other.
 */
async function firstRequest(file: string): Promise<Start> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sora2`
  const args = [
    PROGRAM,
    'crawl',
    userId(1),
    '--collect',
    'posts',
    '--restart',
    '--max-requests',
    '1',
    '--db',
    file,
    '--no-progress',
    '--yes',
  ]
  const began = performance.now()
  const child = spawn(process.execPath, args, {
    env: { ...process.env, SORA_API_URL: url, SORA_API_KEY: KEY },
    stdio: 'ignore',
  })
  const ended = once(child, 'close')
  let start: Start = { ms: Number.NaN, cpuMs: Number.NaN }
  server.once('request', (_, response) => {
    start = { ms: performance.now() - began, cpuMs: cpuOf(child.pid ?? 0) }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"code": 200, "data": {"items": [], "cursor": null}}')
  })
  await ended
  server.close()
  if (Number.isNaN(start.ms)) throw new Error(`the crawl of ${file} sent nothing`)
  return start
}

/** What a process has used so far, by the kernel's own count of each of its threads, in milliseconds. */
function cpuOf(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    return threads.reduce(
      (sum, thread) =>
        sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
      0,
    )
  } catch {
    return Number.NaN
  }
}
