/**
 * Runs the built program on a real pseudo-terminal (of `script`, which every Debian has) and watches its
 * screen; or without.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { Terminal } from './terminal.js'

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
export interface Shown {
  readonly code: number | null
  readonly terminal: Terminal
  /** All that came, with its escape sequences. */
  readonly output: string
}

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  /** The columns and rows that the terminal tells, if they are not its own. */
  readonly told?: readonly [number, number]
  /** What follows the program's arguments in the shell, for example a redirection. */
  readonly shell?: string
  /** Settings of the program beside those that every terminal has. */
  readonly settings?: Readonly<Record<string, string>>
  /** Called with the screen after each piece of output; what it returns is typed. */
  readonly onOutput?: (terminal: Terminal) => string | undefined
}

/** A folder that is gone when the work is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sora-crawl-cli-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** The program with these arguments, in this folder, until it ends. */
export function onTerminal(
  args: readonly string[],
  cwd: string,
  { columns = 80, rows = 100, told = [columns, rows], shell = '', settings, onOutput }: TerminalOptions = {},
): Promise<Shown> {
  const program = [process.execPath, PROGRAM, ...args].map(quoted).join(' ')
  const command = `stty cols ${told[0]} rows ${told[1]} && exec ${program} ${shell}`
  const terminal = new Terminal(columns, rows)
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TERM: 'xterm', SHELL: '/bin/sh', ...settings }
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let output = ''
    child.on('error', reject)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      try {
        terminal.write(text)
        const typed = onOutput?.(terminal)
        if (typed !== undefined) child.stdin.write(typed)
      } catch (error) {
        child.kill()
        reject(error)
      }
    })
    child.on('close', code => resolve({ code, terminal, output }))
  })
}

export interface Piped {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The program without a terminal; `onStderr` is called with all of stderr so far. */
export function onPipes(
  args: readonly string[],
  cwd: string,
  settings: Readonly<Record<string, string>>,
  onStderr: (text: string) => void,
): Promise<Piped> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, ...settings }
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const texts = { stdout: '', stderr: '' }
    child.on('error', reject)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      texts.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      texts.stderr += text
      onStderr(texts.stderr)
    })
    child.on('close', code => resolve({ code, ...texts }))
  })
}
