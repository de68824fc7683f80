/**
 * The whole command line within this process: thousands of commands in the time that a dozen processes take.
 */
import { main } from '../../../src/cli/index.js'

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command; its environment is this process's. */
export async function command(args: readonly string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' }
  const streams = ['stdout', 'stderr'] as const
  const write = { stdout: process.stdout.write, stderr: process.stderr.write }
  for (const name of streams) {
    process[name].write = ((text: string | Uint8Array) => {
      said[name] += String(text)
      return true
    }) as never
  }
  const { log } = console
  console.log = (text: string) => process.stdout.write(`${text}\n`)
  try {
    return { code: await main(args), ...said }
  } finally {
    console.log = log
    for (const name of streams) {
      process[name].write = write[name] as never
      process[name].removeAllListeners('error')
    }
  }
}

/** What must hold of every command, whatever it was given; undefined where it does. */
export function misbehaviour({ code, stderr, stdout }: Said, allowed: readonly number[]): string | undefined {
  if (!allowed.includes(code)) return `exit code ${code}: ${stderr.slice(0, 500)}`
  if (/^\s+at .+:\d+:\d+\)?$/m.test(stderr + stdout)) return `a stack trace: ${stderr.slice(0, 500)}`
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(stderr))
    return `control characters: ${JSON.stringify(stderr.slice(0, 500))}`
  if (code !== 0 && stderr.split('\n').filter(line => line.startsWith('sora-crawl: ')).length !== 1)
    return `not one line: ${stderr.slice(0, 500)}`
  return stderr.length > 2_000 ? `a message of ${stderr.length} characters` : undefined
}
