import { fork } from 'node:child_process'
import { join } from 'node:path'
import { AppError } from '../../errors.js'
import { HOME } from '../../home.js'
import { childEnvironment, nextMessage } from '../process-message.js'
import type { QueryMessage, QueryRequest } from './query-process.js'

const PROGRAM = join(HOME, 'dist/cli/sql/query-process.js')

/**
 * Asks a query in a process of its own, which is killed when it is over time or nobody wants the rest. The
 * next message is asked for only when one has been used, so that no rows pile up; the time that its user
 * takes does not count.
 * @param timeoutMs the time that the query may take
 * @throws AppError `bad-query`, `bad-database` or `newer-database`
 */
export async function* ask(
  request: QueryRequest,
  timeoutMs: number,
): AsyncGenerator<Exclude<QueryMessage, { kind: 'error' }>, void> {
  const child = fork(PROGRAM, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    env: childEnvironment(),
  })
  // A message that no longer reaches it is not worth a word: its end is noticed when the next one is awaited.
  child.on('error', () => undefined)
  let leftMs = timeoutMs
  try {
    for (;;) {
      const started = performance.now()
      const message = await nextMessage<QueryMessage>(child, request, leftMs)
      leftMs -= performance.now() - started
      if (message === 'late')
        throw new AppError(
          'bad-query',
          `it took longer than ${timeoutMs / 1_000} s; --timeout SECONDS gives it more time, ` +
            '--explain shows why',
        )
      if (message.kind === 'error')
        throw message.code === null ? new Error(message.message) : new AppError(message.code, message.message)
      yield message
      if (message.kind === 'end') return
    }
  } finally {
    child.kill('SIGKILL')
  }
}
