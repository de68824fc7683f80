import type { ChildProcess, Serializable } from 'node:child_process'
import { AppError } from '../errors.js'

/**
 * Sends a request to a process and waits for its answer.
 * @returns `late` if none came in time
 * @throws AppError `bad-query` if the process has ended
 */
export function nextMessage<T>(
  child: ChildProcess,
  request: Serializable,
  timeoutMs: number,
): Promise<T | 'late'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => resolve('late')), Math.max(0, timeoutMs))
    const onMessage = (message: unknown): void => settle(() => resolve(message as T))
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      settle(() =>
        reject(
          new AppError('bad-query', `its process ended (${signal ?? code}), most likely for want of memory`),
        ),
      )
    }
    const onError = (error: Error): void => settle(() => reject(error))
    const settle = (then: () => void): void => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onExit).off('error', onError)
      then()
    }
    child.on('message', onMessage).on('exit', onExit).on('error', onError)
    if (child.exitCode !== null || child.signalCode !== null) return onExit(child.exitCode, child.signalCode)
    child.send(request)
  })
}

/**
 * What a process of ours needs that opens a database: whoever can read its environment finds no key there.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const needed = [
    'PATH',
    'HOME',
    'TMPDIR',
    'TMP',
    'TEMP',
    'SQLITE_TMPDIR',
    'TZ',
    'LANG',
    'LC_ALL',
    'SystemRoot',
  ]
  return Object.fromEntries(
    needed.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}
