import type { Sqlite } from './open.js'

/** A level of the frontier, and a seed that has ready streams there, or had. */
export interface Place {
  readonly round: number
  readonly depth: number
  /** Requests of the seed in this run. */
  readonly requests: number
  readonly seed: number
}

/**
 * Which seeds have ready streams, level by level, the one with the fewest requests first: so that the next of
 * a million seeds is found at once, however many of them have nothing left to read. It is kept by triggers,
 * in this connection alone, and put right when it is looked at: a seed may have had requests since it was
 * entered, and its ready streams may have been taken; a seed with ready streams is never missing.
 */
export class ReadySeeds {
  readonly #s: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    sqlite.exec(TABLE)
    this.#s = prepare(sqlite)
  }

  /** Enters what a run has ready already. */
  collect(runId: number): void {
    this.#s.collect.run({ run: runId })
  }

  /** The first place in the order of reading; whether anything is ready there is for the caller to see. */
  first(runId: number): Place | undefined {
    for (
      let place = this.#s.first.get({ run: runId });
      place !== undefined;
      place = this.#s.first.get({ run: runId })
    ) {
      if (place.requests === place.entered) return place
      this.#s.drop.run({ run: runId, ...place, requests: place.entered })
      this.#s.enter.run({ run: runId, ...place })
    }
    return undefined
  }

  /** Nothing is ready there any more. */
  drop(runId: number, place: Place): void {
    this.#s.drop.run({ run: runId, ...place })
  }
}

/** What a trigger does with a stream that is ready. */
const ENTER = `
  INSERT INTO ready_seeds (run_id, round, depth, requests, seed)
  SELECT new.run_id, new.round, new.depth, requests, new.seed FROM run_seeds WHERE run_id = new.run_id AND seed = new.seed
  ON CONFLICT DO NOTHING`

const TABLE = `
  CREATE TEMP TABLE ready_seeds (
    run_id INTEGER, round INTEGER, depth INTEGER, requests INTEGER, seed INTEGER, PRIMARY KEY (run_id, round, depth, requests, seed)
  ) WITHOUT ROWID;
  CREATE TEMP TRIGGER ready_inserted AFTER INSERT ON main.frontier WHEN new.state = 'ready' BEGIN ${ENTER}; END;
  CREATE TEMP TRIGGER ready_updated AFTER UPDATE OF state, round, depth, seed ON main.frontier WHEN new.state = 'ready' BEGIN ${ENTER}; END;`

function prepare(sqlite: Sqlite) {
  return {
    collect: sqlite.prepare(`
      INSERT INTO ready_seeds (run_id, round, depth, requests, seed)
      SELECT f.run_id, f.round, f.depth, s.requests, f.seed
      FROM (SELECT DISTINCT run_id, round, depth, seed FROM frontier WHERE run_id = :run AND state = 'ready') f
      JOIN run_seeds s ON s.run_id = f.run_id AND s.seed = f.seed
      WHERE true ON CONFLICT DO NOTHING`),
    first: sqlite.prepare<object, Place & { entered: number }>(`
      SELECT r.round, r.depth, r.requests AS entered, r.seed, s.requests
      FROM ready_seeds r CROSS JOIN run_seeds s ON s.run_id = r.run_id AND s.seed = r.seed
      WHERE r.run_id = :run ORDER BY r.round, r.depth, r.requests, r.seed LIMIT 1`),
    enter: sqlite.prepare(
      'INSERT INTO ready_seeds (run_id, round, depth, requests, seed) VALUES (:run, :round, ' +
        ':depth, :requests, :seed) ON CONFLICT DO NOTHING',
    ),
    drop: sqlite.prepare(
      'DELETE FROM ready_seeds WHERE run_id = :run AND round = :round AND depth = :depth AND ' +
        'requests = :requests AND seed = :seed',
    ),
  }
}
