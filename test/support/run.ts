/**
 * Runs the built program as its users do: a child process, its exit code, its output, and the file it leaves.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import Database from 'better-sqlite3'
import { test as base } from 'vitest'

import { TEST_KEY, WorldServer, type ServerOptions } from './world/server.js'

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

export interface Result {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  ms: number
}

export interface RunOptions {
  env?: Record<string, string>
  /** Ends a program that hangs, so that the test fails on its exit code and not on its own limit. */
  limitMs?: number
}

export class Running {
  readonly done: Promise<Result>
  readonly #child: ChildProcess
  readonly #output = { stdout: '', stderr: '' }
  #watchers: (() => void)[] = []
  #over = false

  constructor(args: readonly string[], cwd: string, env: Record<string, string>, limitMs: number) {
    const started = performance.now()
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = this.#output
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text
        this.#notice()
      })
    }
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
    this.#child = child
    this.done = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        this.#over = true
        this.#notice()
        clearTimeout(limit)
        resolve({ code, signal, ...output, ms: performance.now() - started })
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get over(): boolean {
    return this.#over
  }

  /**
   * Resolves as soon as the program has said this, on either stream, with what it has printed so far; throws if
   * it ends without.
   */
  async said(pattern: RegExp): Promise<string> {
    const hasSaid = (): boolean => pattern.test(this.#output.stdout) || pattern.test(this.#output.stderr)
    while (!hasSaid()) {
      if (this.#over) throw new Error(`it ended without saying ${String(pattern)}: ${this.#output.stderr}`)
      await new Promise<void>(resolve => this.#watchers.push(resolve))
    }
    return this.#output.stdout
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal)
  }

  #notice(): void {
    for (const watch of this.#watchers.splice(0)) watch()
  }
}

/** A folder of its own, its servers and its programs; everything ends with the test. */
export class Bench {
  readonly #servers: WorldServer[] = []
  readonly #programs: Running[] = []
  readonly #databases: Database.Database[] = []

  private constructor(readonly dir: string) {}

  static async create(): Promise<Bench> {
    return new Bench(await mkdtemp(path.join(tmpdir(), 'sora-crawl-e2e-')))
  }

  file(name: string): string {
    return path.join(this.dir, name)
  }

  get db(): string {
    return this.file('sora.db')
  }

  async serve(options: ServerOptions): Promise<WorldServer> {
    const server = await WorldServer.start(options)
    this.#servers.push(server)
    return server
  }

  start(args: readonly string[], { env = {}, limitMs = 55_000 }: RunOptions = {}): Running {
    const basic = { PATH: process.env['PATH'] ?? '', HOME: this.dir }
    const running = new Running(args, this.dir, { ...basic, ...env }, limitMs)
    this.#programs.push(running)
    return running
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return this.start(args, options).done
  }

  /** Runs it where no more than so many files may be open. */
  async limited(
    files: number,
    args: readonly string[],
    env: Record<string, string>,
  ): Promise<Pick<Result, 'code' | 'stderr'>> {
    const shell = ['-c', `ulimit -n ${files}; exec "$0" "$@"`, process.execPath, PROGRAM, ...args]
    const child = spawn('/bin/sh', shell, {
      cwd: this.dir,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.dir, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const code = await new Promise<number | null>(resolve => child.on('close', resolve))
    return { code, stderr }
  }

  startCrawl(server: WorldServer, args: readonly string[], options: RunOptions = {}): Running {
    const fixed = [...(args.includes('--rate') ? [] : ['--rate', '100000']), '--no-progress']
    const db = args.includes('--db') ? [] : ['--db', this.db]
    return this.start(['crawl', ...args, ...db, ...fixed], {
      ...options,
      env: { ...settingsFor(server), ...options.env },
    })
  }

  async crawl(server: WorldServer, args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return this.startCrawl(server, args, options).done
  }

  open(file = this.db): Database.Database {
    const db = new Database(file, { readonly: true })
    this.#databases.push(db)
    return db
  }

  /** Closes a database before the test ends: one that is open keeps its log. */
  release(db: Database.Database): void {
    db.close()
    this.#databases.splice(this.#databases.indexOf(db), 1)
  }

  /**
   * Closes every database, ends every server and deletes every file but those named, for tests that make
   * many.
   */
  async clear(kept: readonly string[] = []): Promise<void> {
    for (const db of this.#databases.splice(0)) db.close()
    await Promise.all(this.#servers.splice(0).map(server => server.close()))
    for (const name of await readdir(this.dir)) {
      if (!kept.some(file => this.file(name).startsWith(file)))
        await rm(this.file(name), { recursive: true, force: true })
    }
  }

  count(table: string, file = this.db): number {
    return this.open(file).prepare(`select count(*) from ${table}`).pluck().get() as number
  }

  async end(): Promise<void> {
    for (const db of this.#databases) db.close()
    for (const program of this.#programs) program.kill()
    await Promise.all(this.#programs.map(program => program.done))
    await Promise.all(this.#servers.map(server => server.close()))
    await rm(this.dir, { recursive: true, force: true })
  }
}

export function settingsFor(server: { url: string }): Record<string, string> {
  return { SORA_API_URL: server.url, SORA_API_KEY: TEST_KEY }
}

export const test = base.extend<{ bench: Bench }>({
  bench: async ({ task: _task }, use) => {
    const bench = await Bench.create()
    await use(bench)
    await bench.end()
  },
})
