import { fork, type ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckFinding, CheckStep, Fault } from '../../db/index.js'
import { AppError } from '../../errors.js'
import { HOME } from '../../home.js'
import { childEnvironment, nextMessage } from '../process-message.js'
import type { CheckMessage, CheckRequest } from './check-process.js'

const PROGRAM = join(HOME, 'dist/cli/check/check-process.js')

/** A sound file of this many bytes a second is looked through on a slow and busy disk, whatever the step. */
const SLOWEST = 2_000_000
const LEAST_MS = 12_000
/** So many steps that do not end say enough of a file. */
const MOST_LATE = 2

/** How long one step may take, by the size of the file. */
export function boundOf(file: string): number {
  const size = (name: string): number => statSync(name, { throwIfNoEntry: false })?.size ?? 0
  return LEAST_MS + ((size(file) + size(`${file}-wal`)) / SLOWEST) * 1_000
}

export interface CheckOptions {
  readonly nobody: readonly string[]
  /** How long one step may take. */
  readonly boundMs: number
  /** Called before each step. */
  readonly onStep: (done: number, all: number) => void
}

/** What was found, and how far. */
export interface CheckReport {
  readonly faults: readonly Fault[]
  /** Steps that were not taken, as the file itself is broken. */
  readonly skipped: number
}

/**
 * Looks through a database in a process of its own, which is killed where a step does not end; the next steps
 * are taken by another.
 * @throws AppError `bad-database` or `newer-database` where it cannot be opened at all
 */
export async function checkApart(file: string, options: CheckOptions): Promise<CheckReport> {
  const faults: Fault[] = []
  let late = 0
  for (let from = 0; ;) {
    const end = await lookFrom(file, from, options, faults)
    if (end.late !== undefined) faults.push(end.late)
    late += end.late === undefined ? 0 : 1
    // A file that cannot even be looked through is broken.
    if (end.late === undefined || late === MOST_LATE || end.next === 1)
      return { faults, skipped: end.all - end.next }
    from = end.next
  }
}

interface End {
  /** The step that would have been next, and how many there are. */
  readonly next: number
  readonly all: number
  /** The step that did not end. */
  readonly late: Fault | undefined
}

async function lookFrom(
  file: string,
  from: number,
  { nobody, boundMs, onStep }: CheckOptions,
  faults: Fault[],
): Promise<End> {
  const child = started()
  try {
    const steps = await stepsOf(child, file, nobody, boundMs)
    for (let index = from; index < steps.length; index += 1) {
      onStep(index, steps.length)
      const finding = await findingOf(child, index, boundMs)
      const step = steps[index]
      if (typeof finding === 'string')
        return { next: index + 1, all: steps.length, late: step && lateFault(step, finding) }
      faults.push(...finding.faults)
      if (finding.isBroken) return { next: index + 1, all: steps.length, late: undefined }
    }
    return { next: steps.length, all: steps.length, late: undefined }
  } finally {
    child.kill('SIGKILL')
  }
}

function started(): ChildProcess {
  const child = fork(PROGRAM, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    env: childEnvironment(),
  })
  // A message that no longer reaches it is not worth a word: its end is noticed when the next one is awaited.
  child.on('error', () => undefined)
  return child
}

async function stepsOf(
  child: ChildProcess,
  file: string,
  nobody: readonly string[],
  boundMs: number,
): Promise<readonly CheckStep[]> {
  const message = await ask(child, { kind: 'open', file, nobody }, Math.max(boundMs, LEAST_MS))
  if (typeof message === 'string') throw new AppError('bad-database', `${file} cannot be opened: ${message}`)
  return message.kind === 'steps' ? message.steps : []
}

/** @returns why the step did not end, if it did not */
async function findingOf(
  child: ChildProcess,
  index: number,
  boundMs: number,
): Promise<CheckFinding | string> {
  const message = await ask(child, { kind: 'look', index }, boundMs)
  if (typeof message === 'string') return message
  return message.kind === 'found' ? message.finding : 'its answer makes no sense'
}

type Answer = Exclude<CheckMessage, { kind: 'error' }>

async function ask(child: ChildProcess, request: CheckRequest, boundMs: number): Promise<Answer | string> {
  try {
    const message = await nextMessage<CheckMessage>(child, request, boundMs)
    if (message === 'late') return `it did not end within ${Math.round(boundMs / 1_000)} s`
    if (message.kind !== 'error') return message
    throw message.code === null ? new Error(message.message) : new AppError(message.code, message.message)
  } catch (error) {
    if (error instanceof AppError && error.code === 'bad-query') return error.message
    throw error
  }
}

function lateFault({ part, fault }: CheckStep, why: string): Fault {
  return { part, fault: `cannot be looked for: ${fault}`, count: 1, examples: [why] }
}
