import { ExitCode } from '../../errors.js'
import type { Summary } from '../summary.js'

/** What happened at one slot: a line of JSON on stdout. */
export interface SlotLine {
  /** When the run began, or the slot was skipped. */
  readonly at: string
  readonly event: 'run' | 'skipped'
  readonly run: number | null
  readonly exit_code: ExitCode | null
  readonly finished: boolean
  /** Why it stopped, could not start, or was skipped. */
  readonly stopped: string | null
  /** Of this run alone; null where nobody can tell. */
  readonly requests: number | null
  readonly cost_usd: number | null
  /** Rows by what the run did to them. */
  readonly changes: Summary['view']['rows'] | null
  readonly elapsed_s: number | null
  /** When the next slot comes; null if the schedule has ended. */
  readonly next: string | null
}

type Told = Omit<SlotLine, 'at' | 'next'>

const NOTHING = {
  run: null,
  exit_code: null,
  finished: false,
  stopped: null,
  requests: null,
  cost_usd: null,
  changes: null,
  elapsed_s: null,
} as const

/** A run that came to an end of its own, or was stopped. */
export function ran({ outcome, view }: Summary): Told {
  return {
    event: 'run',
    run: outcome.run.id,
    exit_code: outcome.exitCode,
    finished: outcome.finished,
    stopped: outcome.stopped,
    requests: view.requests,
    cost_usd: view.cost / 1_000_000,
    changes: view.rows,
    elapsed_s: Math.round(view.elapsedMs) / 1_000,
  }
}

/** A run that threw; what it sent before is in the ledger. */
export function broke(exitCode: ExitCode, why: string, elapsedMs: number): Told {
  return {
    event: 'run',
    ...NOTHING,
    exit_code: exitCode,
    stopped: why,
    elapsed_s: Math.round(elapsedMs) / 1_000,
  }
}

/** A slot at which an earlier run was still going on. */
export function skippedAsBusy(): Told {
  return { event: 'skipped', ...NOTHING, stopped: 'the run before is still going on' }
}

/** A slot at which another process was writing to the database. */
export function skippedAsLocked(why: string): Told {
  return { event: 'skipped', ...NOTHING, exit_code: ExitCode.locked, stopped: why }
}
