import type { RefusalReply } from '../api/index.js'
import type { Candidate, RefusalStep } from '../db/index.js'
import { AppError } from '../errors.js'

/**
 * Requests for one page before its stream is put back, and how often it is put back before it fails for this
 * run.
 */
export const MAX_ATTEMPTS = 5
export const MAX_ROUNDS = 3

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000
const ROUND_DELAY_MS = 2_000

/** What is known beside the answer itself. */
export interface RefusalContext {
  readonly candidate: Candidate
  /** Whether the route has answered a page in this run, or ever in this database. */
  readonly route: { readonly inRun: boolean; readonly ever: boolean }
  /** Whether any route has ever answered a page in this database. */
  readonly anyRoute: boolean
  /**
   * Whether the stream was refused before in this run, and another entity has been served by its route since.
   */
  readonly othersServed: boolean
  /** Whether the pass was already restarted by this process. */
  readonly restarted: boolean
  /**
   * Whether it was billed, and the billed answer before it to the same request was alike in everything but
   * request ids and times.
   */
  readonly sameAnswer: boolean
  /**
   * Whether it was sent to find out if the API is there: then its failure says nothing about the stream, and
   * no attempt is spent.
   */
  readonly isProbe: boolean
  /** A number in [0, 1): the jitter. */
  readonly random: number
}

export type Decision =
  /** Everything waits, which the engine has already seen to. */
  | { readonly do: 'wait' }
  | { readonly do: 'retry'; readonly delayMs: number; readonly attempts: number; readonly round: number }
  | { readonly do: 'restart' }
  | { readonly do: 'unavailable'; readonly as: 'gone' | 'private' }
  | { readonly do: 'doubt' }
  /** A 403 that does not say whom it means. */
  | { readonly do: 'withhold'; readonly reason: string }
  | { readonly do: 'fail'; readonly reason: string; readonly endsPass: boolean }
  | { readonly do: 'stop'; readonly error: AppError }

/** What to do about a refusal: the contract's table of answers as a pure function. */
export function decide(reply: RefusalReply, context: RefusalContext): Decision {
  const error = new AppError(reply.code, reply.message)
  const isEntity = !['feed', 'leaderboard', 'query'].includes(context.candidate.subject.kind)
  const failed: Decision = { do: 'fail', reason: `HTTP ${reply.status}: ${reply.message}`, endsPass: true }
  if (reply.code === 'forbidden' && context.route.inRun) return forbidden(failed, isEntity, context)
  if (reply.code === 'gone' && !context.anyRoute) return { do: 'doubt' }
  switch (error.recovery) {
    case 'wait':
      return { do: 'wait' }
    case 'stop':
      return { do: 'stop', error }
    case 'restart':
      return restart(context)
    case 'skip':
      return failed
    case 'mark':
      return isEntity ? mark(reply, context) : failed
    case 'retry':
      return retry(reply, context)
  }
}

/** The account's own doing where others are served in spite of it; whether they are shows later. */
function forbidden(
  failed: Extract<Decision, { do: 'fail' }>,
  isEntity: boolean,
  { othersServed }: RefusalContext,
): Decision {
  if (!othersServed) return { do: 'withhold', reason: failed.reason }
  return isEntity ? { do: 'unavailable', as: 'private' } : failed
}

function mark(reply: RefusalReply, { route }: RefusalContext): Decision {
  if (reply.code === 'private') return { do: 'unavailable', as: 'private' }
  return route.ever ? { do: 'unavailable', as: 'gone' } : { do: 'doubt' }
}

function retry(reply: RefusalReply, context: RefusalContext): Decision {
  const { attempts, round, checkpoint } = context.candidate
  if (context.isProbe) return { do: 'retry', delayMs: 0, attempts, round }
  if (context.sameAnswer)
    return { do: 'fail', reason: `the same answer twice: ${reply.message}`, endsPass: false }
  if (attempts + 1 < MAX_ATTEMPTS)
    return { do: 'retry', delayMs: backOff(attempts, context.random), attempts: attempts + 1, round }
  if (reply.code === 'asked-to-retry' && checkpoint.cursor !== null) return restart(context)
  if (round + 1 < MAX_ROUNDS)
    return { do: 'retry', delayMs: ROUND_DELAY_MS * (round + 1), attempts: 0, round: round + 1 }
  return {
    do: 'fail',
    reason: `${MAX_ATTEMPTS * MAX_ROUNDS} attempts failed, the last with: ${reply.message}`,
    endsPass: false,
  }
}

/** A dead cursor: from the top once, unless that has just been tried or is known to lead no deeper. */
function restart({ candidate, restarted }: RefusalContext): Decision {
  const { pages, diedAtPage } = candidate.checkpoint
  const deepest = Math.max(pages, diedAtPage ?? 0)
  const noDeeper = diedAtPage !== null && pages <= diedAtPage
  if (!restarted && !noDeeper) return { do: 'restart' }
  return {
    do: 'fail',
    reason:
      `the API drops the cursor after ${deepest} page${deepest === 1 ? '' : 's'}; --max-pages ` +
      `${deepest} reads that far`,
    endsPass: true,
  }
}

/** Exponential back-off with full jitter in its upper half, in milliseconds. */
export function backOff(attempts: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts)
  return ceiling * (0.5 + random / 2)
}

/** What a decision makes of its stream. */
export function refusalStep(decision: Decision, { attempts, round }: Candidate): RefusalStep {
  switch (decision.do) {
    case 'wait':
    case 'stop':
      return { to: 'ready', attempts, round }
    case 'retry':
      return { to: 'delayed', attempts: decision.attempts, round: decision.round }
    case 'restart':
      return { to: 'restart' }
    case 'unavailable':
      return { to: 'unavailable', as: decision.as }
    case 'doubt':
      return { to: 'doubtful' }
    case 'withhold':
      return { to: 'withheld', reason: decision.reason }
    case 'fail':
      return { to: 'failed', reason: decision.reason, endsPass: decision.endsPass }
  }
}
