import { spawn, type ChildProcess } from 'node:child_process'
import { messageOf } from '../../errors.js'

/** How long a command may take: the schedule waits for it, and has to go on. */
export const BOUND_MS = 60_000
/** From the request to end until the end by force. */
const GRACE_MS = 2_000

/**
 * Runs a command of the user's in a shell, with a value as one line of JSON on its standard input. What it
 * prints goes to our stderr, since stdout has the lines of the schedule. It gets a process group of its own: a
 * Ctrl-C that ends the schedule lets it finish, and one that hangs is ended with all that it has started.
 * @returns what went wrong, in words; null if it ended with 0
 */
export async function runOnFinish(
  command: string,
  value: unknown,
  boundMs = BOUND_MS,
): Promise<string | null> {
  let child: ChildProcess
  try {
    child = spawn(command, { shell: true, detached: true, stdio: ['pipe', 2, 2] })
  } catch (error) {
    return `cannot be run: ${messageOf(error)}`
  }
  // A command need not read what it is told; one that could not be started has no input.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(`${JSON.stringify(value)}\n`)
  const endWithUs = (): void => endGroup(child, 'SIGKILL')
  process.once('exit', endWithUs)
  try {
    return await ended(child, boundMs)
  } finally {
    process.off('exit', endWithUs)
  }
}

function ended(child: ChildProcess, boundMs: number): Promise<string | null> {
  return new Promise(resolve => {
    let isLate = false
    let force: NodeJS.Timeout | undefined
    const bound = setTimeout(() => {
      isLate = true
      endGroup(child, 'SIGTERM')
      force = setTimeout(() => endGroup(child, 'SIGKILL'), GRACE_MS)
    }, boundMs)
    const settle = (what: string | null): void => {
      clearTimeout(bound)
      clearTimeout(force)
      // Whatever it has started and left behind belongs to it.
      if (isLate) endGroup(child, 'SIGKILL')
      resolve(isLate ? `took more than ${boundMs / 1_000} s, and was ended` : what)
    }
    child.once('error', error => settle(`cannot be run: ${messageOf(error)}`))
    child.once('exit', (code, signal) => settle(code === 0 ? null : `ended with ${signal ?? code}`))
  })
}

/** A group that is gone already is as it should be. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // It has ended.
  }
}
