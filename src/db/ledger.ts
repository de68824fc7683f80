import { now } from '../clock.js'
import type { Sqlite } from './open.js'
import type { Candidate, Settlement } from './port.js'

/**
 * The ledger of requests. A row is written before its request is sent, so that whatever happens to us, we
 * know what may have been paid.
 */
export class Ledger {
  readonly #s: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#s = prepare(sqlite)
  }

  reserve({ runId, streamId, checkpoint }: Candidate, route: string, price: number): number {
    const at = now()
    const { lastInsertRowid } = this.#s.reserve.run({
      run: runId,
      stream: streamId,
      route,
      cursor: checkpoint.cursor,
      price,
      at,
    })
    this.#s.countForSeed.run({ run: runId, stream: streamId })
    return Number(lastInsertRowid)
  }

  settle(requestId: number, settlement: Settlement, at: string): void {
    const { state, status, cost, error } = settlement
    this.#s.settle.run({ request: requestId, state, status, cost, error, at })
  }

  /** The newest request: what is committed now is later than everything before it. */
  newest(): number {
    return this.#s.newest.get() ?? 0
  }

  /** Requests that a dead process had in flight: nobody knows their fate, so they keep their price. */
  settleAbandoned(): void {
    this.#s.settleAbandoned.run({ at: now() })
  }

  routeHasAnswered(route: string, runId: number): { inRun: boolean; ever: boolean; any: boolean } {
    const runs = this.#s.proofs.all({ route })
    return {
      inRun: runs.includes(runId),
      ever: runs.length > 0,
      any: runs.length > 0 || this.#s.anyProof.get() !== undefined,
    }
  }

  /**
   * Whether a stream was refused in a run, by this code of the catalogue, and its route has answered a page
   * since.
   */
  servedSinceRefusal({ runId, streamId }: Candidate, code: string): boolean {
    return this.#s.servedSinceRefusal.get({ run: runId, stream: streamId, error: `${code}: %` }) !== undefined
  }

  /** Notes that the route of a request answers; true if it never did before in this database. */
  proveRoute(requestId: number, at: string): boolean {
    const request = this.#s.routeOf.get({ request: requestId })
    if (request === undefined) return false
    const { inRun, ever } = this.routeHasAnswered(request.route, request.run_id)
    if (!inRun) this.#s.prove.run({ ...request, at })
    return !ever
  }
}

function prepare(sqlite: Sqlite) {
  return {
    reserve: sqlite.prepare(`
      INSERT INTO requests (run_id, stream_id, route, cursor, state, cost_microusd, reserved_at) VALUES (:run, :stream, :route, :cursor, 'reserved', :price, :at)`),
    countForSeed: sqlite.prepare(`
      UPDATE run_seeds SET requests = requests + 1 WHERE run_id = :run AND seed = (SELECT seed FROM frontier WHERE run_id = :run AND stream_id = :stream)`),
    settle: sqlite.prepare(
      'UPDATE requests SET state = :state, status = :status, cost_microusd = :cost, error = ' +
        ':error, settled_at = :at WHERE id = :request',
    ),
    settleAbandoned: sqlite.prepare(
      "UPDATE requests SET state = 'unknown', settled_at = :at, error = 'the process ended before " +
        "the answer was stored' WHERE state = 'reserved'",
    ),
    newest: sqlite.prepare<[], number>('SELECT max(id) FROM requests').pluck(),
    proofs: sqlite.prepare<object, number>('SELECT run_id FROM route_proofs WHERE route = :route').pluck(),
    anyProof: sqlite.prepare('SELECT 1 FROM route_proofs LIMIT 1'),
    servedSinceRefusal: sqlite.prepare(`
      WITH refused AS (
        SELECT min(id) AS id, route FROM requests
        WHERE id > (SELECT started_after_request FROM runs WHERE id = :run) AND run_id = :run AND stream_id = :stream AND error LIKE :error)
      SELECT 1 FROM refused JOIN requests p ON p.id > refused.id AND p.run_id = :run AND p.route = refused.route AND p.status = 200 AND p.error IS NULL LIMIT 1`),
    routeOf: sqlite.prepare<object, { route: string; run_id: number }>(
      'SELECT route, run_id FROM requests WHERE id = :request',
    ),
    prove: sqlite.prepare(
      'INSERT OR IGNORE INTO route_proofs (route, run_id, first_answer_at) VALUES (:route, :run_id, :at)',
    ),
  }
}
