import { now } from '../clock.js'
import type { Sqlite } from './open.js'
import type { OpenRun, RunEnd, RunPlan } from './port.js'
import type { Scope } from './scope.js'

/**
 * As long as so few listings are all that is left of a run, an API that is down and one that fails at them
 * look alike.
 */
const MOST_STUCK = 2
/** Nobody waits longer for them. */
const STUCK_AFTER_MS = 86_400_000

/**
 * Begins and continues runs. A run is continued by the next command with the same key while it is unfinished;
 * its scope then is as it was left, and what other runs have read on since is looked at again.
 */
export class Runs {
  readonly #statements: ReturnType<typeof prepare>
  readonly #scope: Scope

  constructor(sqlite: Sqlite, scope: Scope) {
    this.#statements = prepare(sqlite)
    this.#scope = scope
  }

  open(plan: RunPlan): OpenRun {
    this.#scope.adopt(plan)
    if (plan.full) this.#statements.forgetSightings.run()
    const unfinished = this.#statements.unfinished.get({ key: plan.key })
    const run = unfinished === undefined ? this.#begin(plan) : this.#resume(unfinished)
    this.#scope.settle(run.id)
    return { ...run, full: plan.full }
  }

  close(runId: number, { finished, outcome, exitCode, stoppedBy }: RunEnd): void {
    this.#statements.close.run({
      run: runId,
      state: finished ? 'finished' : 'unfinished',
      outcome,
      stoppedBy,
      exit: exitCode,
      at: finished ? now() : null,
    })
  }

  abandon(): number {
    return this.#statements.abandon.run().changes
  }

  #begin(plan: RunPlan): Omit<OpenRun, 'full'> {
    const s = this.#statements
    s.forgetScopes.run()
    s.forgetFrontiers.run({ key: plan.key })
    s.forgetZeros.run()
    const { lastInsertRowid } = s.begin.run({
      key: plan.key,
      options: JSON.stringify(plan.options),
      at: now(),
    })
    const id = Number(lastInsertRowid)
    for (const [seed, { text }] of plan.seeds.entries()) s.seed.run({ run: id, seed, text })
    this.#scope.plant(id, plan)
    return { id, resumed: false }
  }

  #resume(run: { id: number; last_request: number }): Omit<OpenRun, 'full'> {
    const s = this.#statements
    s.reopen.run({ run: run.id })
    const othersWent = s.newest.get() !== run.last_request
    if (othersWent) {
      this.#scope.unsettle(run.id, run.last_request)
      s.lookAgain.run({ run: run.id, since: run.last_request })
    }
    return { id: run.id, resumed: true, stuck: this.#stuck(run.id) }
  }

  #stuck(runId: number): number[] {
    const s = this.#statements
    const open = s.open.all({ run: runId, limit: MOST_STUCK + 1 })
    if (open.length > MOST_STUCK) return []
    const newest = s.newestPage.get({ run: runId })
    return newest !== undefined && Date.now() - Date.parse(newest) > STUCK_AFTER_MS ? open : []
  }
}

/**
 * Found in the ledger: a row of `runs` holds all options, of megabytes where there are many seeds, and is not
 * written for each request.
 */
const LAST_REQUEST =
  'max(last_request, coalesce((SELECT q.id FROM requests q WHERE q.run_id = runs.id ORDER BY q.id ' +
  'DESC LIMIT 1), 0))'

function prepare(sqlite: Sqlite) {
  return {
    unfinished: sqlite.prepare<object, { id: number; last_request: number }>(
      `SELECT id, ${LAST_REQUEST} AS last_request FROM runs WHERE key = :key AND state = ` +
        `'unfinished' ORDER BY id DESC LIMIT 1`,
    ),
    begin: sqlite.prepare(`
      INSERT INTO runs (key, options, state, started_at, started_after_request, last_request)
      SELECT :key, :options, 'unfinished', :at, coalesce(max(id), 0), coalesce(max(id), 0) FROM requests`),
    seed: sqlite.prepare(
      'INSERT INTO run_seeds (run_id, seed, text, requests) VALUES (:run, :seed, :text, 0)',
    ),
    newest: sqlite.prepare('SELECT coalesce(max(id), 0) FROM requests').pluck(),
    // What is in flight, backing off or counted as failed belongs to a process: what failed for it may have
    // been the API. A stream that was refused for what others were refused for comes behind all others, and
    // keeps the reason.
    reopen: sqlite.prepare(
      "UPDATE frontier SET state = 'ready', attempts = 0, round = iif(reason IS NULL, 0, 1) WHERE " +
        "run_id = :run AND state IN ('ready', 'claimed', 'delayed') AND (state <> 'ready' OR " +
        'attempts + round > 0)',
    ),
    // Others may have been told other counters of what they met.
    lookAgain: sqlite.prepare(`
      UPDATE frontier SET state = 'ready' WHERE run_id = :run AND state = 'gated' AND stream_id IN (
        SELECT k.id FROM (SELECT DISTINCT stream_id FROM requests WHERE id > :since) q CROSS JOIN members m ON m.stream_id = q.stream_id
        CROSS JOIN checkpoints k ON k.stream IN (SELECT stream FROM run_collects) AND k.subject_id = m.item_id)`),
    open: sqlite
      .prepare<object, number>(
        "SELECT stream_id FROM frontier WHERE run_id = :run AND state IN ('ready', 'claimed', " +
          "'delayed') LIMIT :limit",
      )
      .pluck(),
    newestPage: sqlite
      .prepare<object, string>(
        "SELECT settled_at FROM requests WHERE run_id = :run AND state = 'answered' AND status = " +
          '200 ORDER BY id DESC LIMIT 1',
      )
      .pluck(),
    // Finished runs need their scope no more; the last frontier of each command stays, for its report.
    forgetScopes: sqlite.prepare(
      "DELETE FROM scope WHERE run_id IN (SELECT id FROM runs WHERE state <> 'unfinished')",
    ),
    forgetFrontiers: sqlite.prepare(
      "DELETE FROM frontier WHERE run_id IN (SELECT id FROM runs WHERE state <> 'unfinished' AND key = :key)",
    ),
    // A pass that can tell what has gone begins and completes within one process: earlier sightings say
    // nothing to it.
    forgetSightings: sqlite.prepare('DELETE FROM full_sightings'),
    forgetZeros: sqlite.prepare(
      "DELETE FROM told_zero WHERE run_id IN (SELECT id FROM runs WHERE state <> 'unfinished')",
    ),
    abandon: sqlite.prepare("UPDATE runs SET state = 'abandoned' WHERE state = 'unfinished'"),
    close: sqlite.prepare(
      'UPDATE runs SET state = :state, outcome = :outcome, stopped_by = :stoppedBy, exit_code = ' +
        `:exit, finished_at = :at, last_request = ${LAST_REQUEST} WHERE id = :run`,
    ),
  }
}
