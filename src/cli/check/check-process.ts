import { Check, type CheckFinding, type CheckStep } from '../../db/index.js'
import { AppError, messageOf, type ErrorCode } from '../../errors.js'
import { diesWithItsParent } from '../sql/watchdog.js'

/*
 * The program of the process that looks through a database: SQLite computes without ever looking up, in a
 * damaged file for ever, and only a process can be killed.
 */

/** What is asked for: the steps first, then one after the other. */
export type CheckRequest =
  | { readonly kind: 'open'; readonly file: string; readonly nobody: readonly string[] }
  | { readonly kind: 'look'; readonly index: number }

export type CheckMessage =
  | { readonly kind: 'steps'; readonly steps: readonly CheckStep[] }
  | { readonly kind: 'found'; readonly finding: CheckFinding }
  | { readonly kind: 'error'; readonly code: ErrorCode | null; readonly message: string }

function main(): void {
  diesWithItsParent()
  // Whether the end of a terminal ends the work as well is for the parent to say.
  process.on('SIGHUP', () => undefined)
  let check: Check | undefined
  const answer = (request: CheckRequest): CheckMessage => {
    if (request.kind === 'open') check = new Check(request.file, request.nobody)
    if (check === undefined) throw new Error('no database was named')
    if (request.kind === 'open')
      return { kind: 'steps', steps: check.steps.map(({ part, fault }) => ({ part, fault })) }
    return { kind: 'found', finding: check.look(request.index) }
  }
  process.on('message', request => process.send?.(answerOrError(() => answer(request as CheckRequest))))
}

function answerOrError(answer: () => CheckMessage): CheckMessage {
  try {
    return answer()
  } catch (error) {
    return { kind: 'error', code: error instanceof AppError ? error.code : null, message: messageOf(error) }
  }
}

if (process.send !== undefined) main()
