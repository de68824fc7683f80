import type { UserRow } from './schema/rows.js'
import type { Sqlite } from './open.js'
import { gatingCounter } from './told-empty.js'
import { ReadySeeds } from './ready-seeds.js'
import type {
  Candidate,
  Checkpoint,
  CounterName,
  Counters,
  OpenRun,
  PassState,
  RunTally,
  StreamReport,
  SubjectKind,
} from './port.js'
import { isSent } from './sent.js'

/**
 * Which stream a run reads next, and how its streams stand. Only reads and small state changes; commits are
 * elsewhere.
 */
export class Frontier {
  readonly #statements: ReturnType<typeof prepare>
  readonly #ready: ReadySeeds

  constructor(sqlite: Sqlite) {
    this.#ready = new ReadySeeds(sqlite)
    this.#statements = prepare(sqlite)
  }

  /** Takes up a run: from here on {@link next} knows where its ready streams are. */
  adopt(runId: number): void {
    this.#ready.collect(runId)
  }

  /**
   * Streams that were put back come last; then the shallowest; among those, the seed with the fewest requests
   * in this run, so that one huge seed does not starve the others; of a seed, its oldest stream, so that few
   * passes are open at a time.
   */
  next(run: OpenRun): Candidate | undefined {
    for (let place = this.#ready.first(run.id); place !== undefined; place = this.#ready.first(run.id)) {
      const row = this.#statements.candidate.get({ run: run.id, ...place })
      if (row !== undefined) return this.#candidate(run, row)
      this.#ready.drop(run.id, place)
    }
    return undefined
  }

  setState(runId: number, streamId: number, state: string, reason: string | null = null): void {
    this.#statements.setState.run({ run: runId, stream: streamId, state, reason })
  }

  move(
    runId: number,
    streamId: number,
    state: 'ready' | 'claimed' | 'delayed',
    attempts: number,
    round: number,
  ): void {
    this.#statements.move.run({ run: runId, stream: streamId, state, attempts, round })
  }

  /** Notes whose listings are empty, for as long as this run lasts, and whose are no more. */
  noteZeros(runId: number, users: Iterable<UserRow>): void {
    const some: Record<ZeroCounter, string[]> = { follower_count: [], following_count: [] }
    for (const user of users) {
      for (const counter of ZERO_COUNTERS) {
        if (user[counter] === 0) this.#statements.addZero.run(runId, user.id, counter)
        else if (typeof user[counter] === 'number') some[counter].push(user.id)
      }
    }
    if (this.#statements.anyZero.get(runId) === undefined) return
    for (const counter of ZERO_COUNTERS) {
      for (const id of this.#statements.dropZeros.all(runId, counter, JSON.stringify(some[counter])))
        this.reopenGated(runId, id)
    }
  }

  /** Whether the cap on a stream's pages allows this page, as the cap is now. */
  mayRead(runId: number, streamId: number, page: number): boolean {
    return this.#statements.mayRead.get({ run: runId, stream: streamId, page }) === 1
  }

  release(runId: number, streamId: number): void {
    this.#statements.release.run({ run: runId, stream: streamId })
  }

  /** A counter of the entity moved: listings that were left out because of it are due again. */
  reopenGated(runId: number, subjectId: string): void {
    this.#statements.reopenGated.run({ run: runId, subject: subjectId })
  }

  /** Streams of a kind in given states: ids. */
  streamsIn(runId: number, stream: string, states: readonly string[]): number[] {
    return this.#statements.streamsIn.all({ run: runId, stream, states: JSON.stringify(states) })
  }

  doubtfulStreams(runId: number, stream: string): number {
    return this.#statements.doubtfulKnown.get({ run: runId, stream }) ?? 0
  }

  /** Streams of a run in a state, of any kind. */
  inState(
    runId: number,
    state: 'doubtful' | 'withheld',
  ): { streamId: number; kind: SubjectKind; reason: string | null }[] {
    return this.#statements.inState.all({ run: runId, state })
  }

  withheldEntities(runId: number, stream: string): number {
    return this.#statements.withheldEntities.get({ run: runId, stream }) ?? 0
  }

  /** Whether all that a run has been answered are 404s of routes that have never answered. */
  hasOnlyDoubts(runId: number): boolean {
    return this.#statements.onlyDoubts.get({ run: runId }) === 1
  }

  tally(runId: number): RunTally {
    const streams = this.#statements.states.all({ run: runId })
    const sum = (...states: string[]): number =>
      streams.filter(({ state }) => states.includes(state)).reduce((total, { n }) => total + n, 0)
    const open = sum('ready', 'claimed', 'delayed')
    const failed = sum('failed')
    const all = streams.reduce((total, { n }) => total + n, 0)
    const { requests, cost } = this.#statements.spent.get({ run: runId }) ?? { requests: 0, cost: 0 }
    return { open, failed, done: all - open - failed, requests, cost }
  }

  troubled(runId: number, limit: number): StreamReport[] {
    return this.#statements.troubled.all({ run: runId, limit })
  }

  #candidate(run: OpenRun, row: CandidateRow): Candidate {
    const checkpoint: Checkpoint = {
      pass: row.pass,
      passState: row.pass_state,
      cursor: row.cursor,
      pages: row.pages,
      items: row.items,
      emptyPages: row.empty_pages,
      repeatedPages: row.repeated_pages,
      barrenPages: row.barren_pages,
      diedAtPage: row.died_at_page,
      full: row.full === 1,
      knownFromPage: row.known_from_page,
      readCounters: row.read_counters === null ? null : (JSON.parse(row.read_counters) as Counters),
      completedAt: row.completed_at,
    }
    return {
      runId: run.id,
      full: run.full,
      streamId: row.stream_id,
      stream: row.stream,
      subject: { kind: row.subject_kind, id: row.subject_id, parentId: row.parent_id },
      depth: row.depth,
      maxPages: row.max_pages,
      attempts: row.attempts,
      round: row.round,
      checkpoint,
      alreadyRead: row.pass_state === 'completed' && row.in_this_run === 1 && (!run.full || row.full === 1),
      counters: this.#counters(run.id, row),
    }
  }

  #counters(runId: number, { subject_kind: kind, subject_id: id }: CandidateRow): Counters {
    const s = this.#statements
    if (kind === 'post') return { ...NOTHING_TOLD, ...s.postCounters.get({ id }) }
    if (kind === 'comment') return { ...NOTHING_TOLD, reply_count: s.replyCount.get({ id }) ?? null }
    if (kind !== 'user') return NOTHING_TOLD
    return {
      ...NOTHING_TOLD,
      ...Object.fromEntries(s.toldZero.all({ run: runId, id }).map(counter => [counter, 0])),
    }
  }
}

/** The counters of users that gate when they are 0. */
const ZERO_COUNTERS = ['follower_count', 'following_count'] as const
type ZeroCounter = (typeof ZERO_COUNTERS)[number]

const NOTHING_TOLD: Counters = {
  reply_count: null,
  recursive_reply_count: null,
  remix_count: null,
  follower_count: null,
  following_count: null,
}

interface CandidateRow {
  stream_id: number
  depth: number
  max_pages: number | null
  attempts: number
  round: number
  stream: string
  subject_kind: SubjectKind
  subject_id: string
  parent_id: string | null
  cursor: string | null
  pass: number
  pass_state: PassState
  pages: number
  items: number
  empty_pages: number
  repeated_pages: number
  barren_pages: number
  died_at_page: number | null
  full: 0 | 1
  known_from_page: number | null
  read_counters: string | null
  completed_at: string | null
  in_this_run: 0 | 1
}

function prepare(sqlite: Sqlite) {
  return {
    candidate: sqlite.prepare<object, CandidateRow>(`
      SELECT f.stream_id, f.depth, f.max_pages, f.attempts, f.round, k.stream, k.subject_kind, k.subject_id, k.parent_id,
        k.cursor, k.pass, k.pass_state, k.pages, k.items, k.empty_pages, k.repeated_pages, k.barren_pages, k.died_at_page,
        k.full, k.known_from_page, k.read_counters, k.completed_at,
        k.pass_after_request >= r.started_after_request AS in_this_run
      FROM frontier f JOIN checkpoints k ON k.id = f.stream_id JOIN runs r ON r.id = f.run_id
      WHERE f.run_id = :run AND f.state = 'ready' AND f.round = :round AND f.depth = :depth AND f.seed = :seed
      ORDER BY f.stream_id LIMIT 1`),
    postCounters: sqlite.prepare<object, Record<CounterName, number | null>>(
      'SELECT ' +
        `${['reply_count', 'recursive_reply_count', 'remix_count'].map(gatingCounter).join(', ')} ` +
        'FROM posts WHERE id = :id',
    ),
    addZero: sqlite.prepare('INSERT OR IGNORE INTO told_zero (run_id, user_id, counter) VALUES (?, ?, ?)'),
    anyZero: sqlite.prepare('SELECT 1 FROM told_zero WHERE run_id = ? LIMIT 1'),
    dropZeros: sqlite
      .prepare<[number, string, string], string>(
        'DELETE FROM told_zero WHERE run_id = ? AND counter = ? AND user_id IN (SELECT value FROM ' +
          'json_each(?)) RETURNING user_id',
      )
      .pluck(),
    toldZero: sqlite
      .prepare<object, string>('SELECT counter FROM told_zero WHERE run_id = :run AND user_id = :id')
      .pluck(),
    replyCount: sqlite
      .prepare<object, number | null>(`SELECT ${gatingCounter('reply_count')} FROM comments WHERE id = :id`)
      .pluck(),
    setState: sqlite.prepare(
      'UPDATE frontier SET state = :state, reason = :reason, attempts = 0, round = 0 WHERE run_id ' +
        '= :run AND stream_id = :stream',
    ),
    move: sqlite.prepare(
      'UPDATE frontier SET state = :state, attempts = :attempts, round = :round WHERE run_id = ' +
        ':run AND stream_id = :stream',
    ),
    mayRead: sqlite
      .prepare<object, 0 | 1>(
        'SELECT max_pages IS NULL OR max_pages >= :page FROM frontier WHERE run_id = :run AND ' +
          'stream_id = :stream',
      )
      .pluck(),
    release: sqlite.prepare(
      "UPDATE frontier SET state = 'ready' WHERE run_id = :run AND stream_id = :stream AND state = 'delayed'",
    ),
    reopenGated: sqlite.prepare(`
      UPDATE frontier SET state = 'ready' WHERE run_id = :run AND state = 'gated'
        AND stream_id IN (SELECT id FROM checkpoints WHERE stream IN (SELECT DISTINCT stream FROM run_collects) AND subject_id = :subject)`),
    streamsIn: sqlite
      .prepare<object, number>(
        `
        SELECT f.stream_id FROM frontier f CROSS JOIN checkpoints k ON k.id = f.stream_id
        WHERE f.run_id = :run AND f.state IN (SELECT value FROM json_each(:states)) AND k.stream = :stream`,
      )
      .pluck(),
    doubtfulKnown: sqlite
      .prepare<object, number>(
        `
        SELECT count(*) FROM frontier f JOIN checkpoints k ON k.id = f.stream_id
        WHERE f.run_id = :run AND f.state = 'doubtful' AND k.stream = :stream AND (
          k.subject_kind = 'user' AND EXISTS (SELECT 1 FROM users WHERE id = k.subject_id AND unavailable IS NULL)
          OR k.subject_kind IN ('post', 'link') AND EXISTS (SELECT 1 FROM posts WHERE id = k.subject_id AND unavailable IS NULL)
          OR k.subject_kind = 'comment' AND EXISTS (SELECT 1 FROM comments WHERE id = k.subject_id AND unavailable IS NULL))`,
      )
      .pluck(),
    inState: sqlite.prepare<object, { streamId: number; kind: SubjectKind; reason: string | null }>(`
      SELECT f.stream_id AS streamId, k.subject_kind AS kind, f.reason FROM frontier f JOIN checkpoints k ON k.id = f.stream_id
      WHERE f.run_id = :run AND f.state = :state ORDER BY f.stream_id`),
    withheldEntities: sqlite
      .prepare<object, number>(
        `
        SELECT count(DISTINCT k.subject_id) FROM frontier f JOIN checkpoints k ON k.id = f.stream_id
        WHERE f.run_id = :run AND f.state = 'withheld' AND k.stream = :stream`,
      )
      .pluck(),
    onlyDoubts: sqlite
      .prepare<object, 0 | 1>(
        `
        SELECT EXISTS (SELECT 1 FROM frontier WHERE run_id = :run AND state = 'doubtful')
          AND NOT EXISTS (SELECT 1 FROM frontier WHERE run_id = :run AND state IN ('complete', 'failed', 'unavailable', 'withheld'))
          AND NOT EXISTS (SELECT 1 FROM route_proofs)`,
      )
      .pluck(),
    states: sqlite.prepare<object, { state: string; n: number }>(
      'SELECT state, count(*) AS n FROM frontier WHERE run_id = :run GROUP BY state',
    ),
    // Earlier requests are other runs': a long ledger is not looked through for them.
    spent: sqlite.prepare<object, { requests: number; cost: number }>(`
      SELECT count(*) AS requests, coalesce(sum(cost_microusd), 0) AS cost FROM requests
      WHERE id > (SELECT started_after_request FROM runs WHERE id = :run) AND run_id = :run AND ${isSent()}`),
    troubled: sqlite.prepare<object, StreamReport>(`
      SELECT k.stream, k.subject_id AS subject, iif(f.state = 'complete', 'repeats', f.state) AS state, f.reason, k.pages FROM frontier f JOIN checkpoints k ON k.id = f.stream_id
      WHERE f.run_id = :run AND (f.state IN ('failed', 'unavailable', 'doubtful', 'withheld', 'capped') OR f.state = 'complete' AND f.reason IS NOT NULL)
      ORDER BY f.state, f.stream_id LIMIT :limit`),
  }
}
