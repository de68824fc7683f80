import type { Statement } from 'better-sqlite3'
import type { RunPlan, StreamKind, SubjectKind } from './port.js'
import { TABLE_OF } from './page-tables.js'
import type { Member } from './schema/index.js'
import type { Sqlite } from './open.js'
import { isPlaceholder, toldEmpty } from './told-empty.js'

/** Kinds whose listings are read because a seed asks for them, whatever `--collect` says. */
const SEED_KINDS: ReadonlySet<SubjectKind> = new Set(['feed', 'leaderboard', 'query', 'handle', 'link'])

/**
 * The scope of a run: which entities it follows, how deep they are, and so which streams it has to read. It
 * is the fixed point of one rule over what is stored: an entity in scope draws in its streams; a stream in
 * scope draws in whatever it is known to list, `hop` deeper. Entities whose depth became smaller are
 * `pending` until the rule has been applied to them again.
 *
 * A page adds its own items ({@link meet}) and {@link settle} applies the rule shallowest first, so each
 * entity is handled at its final depth; the same two steps serve a new run over old data, a resumed run, and
 * a page that has just come in.
 */
export class Scope {
  readonly #sqlite: Sqlite
  readonly #statements: ReturnType<typeof prepare>
  readonly #followed = new Set<string>()
  #addFrontier: Statement

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
    sqlite.pragma('temp_store = MEMORY')
    sqlite.exec(`
      CREATE TEMP TABLE run_options (option_set INTEGER PRIMARY KEY, depth INTEGER NOT NULL);
      CREATE TEMP TABLE run_collects (option_set INTEGER, kind TEXT, stream TEXT, max_pages INTEGER, comes_first INTEGER, PRIMARY KEY (option_set, kind, stream));
    `)
    this.#statements = prepare(sqlite)
    this.#addFrontier = sqlite.prepare(addFrontier([]))
  }

  /** Makes the options of a run those of this connection. */
  adopt(plan: RunPlan): void {
    this.#sqlite.exec('DELETE FROM run_options; DELETE FROM run_collects;')
    this.#followed.clear()
    this.#addFrontier = this.#sqlite.prepare(addFrontier(plan.streams))
    const option = this.#sqlite.prepare('INSERT INTO run_options VALUES (?, ?)')
    const collect = this.#sqlite.prepare('INSERT INTO run_collects VALUES (?, ?, ?, ?, ?)')
    for (const [number, set] of plan.optionSets.entries()) {
      option.run(number, set.depth)
      for (const stream of plan.streams) {
        if (!SEED_KINDS.has(stream.accepts) && !set.collect.includes(stream.name)) continue
        const maxPages = set.maxPages ?? stream.defaultMaxPages
        collect.run(number, stream.accepts, stream.name, maxPages, stream.single ? 1 : 0)
        this.#followed.add(`${number} ${stream.accepts}`)
        if (stream.accepts === 'query') collect.run(number, 'handle', stream.name, maxPages, 1)
      }
    }
  }

  /** Puts the seeds of a new run into its scope. */
  plant(runId: number, plan: RunPlan): void {
    for (const [seed, { kind, id, optionSet }] of plan.seeds.entries()) {
      this.#statements.draw.run({ run: runId, set: optionSet, kind, id, depth: 0, seed })
    }
  }

  /**
   * Has the rule applied again to whatever others have read on since a request: they may have come to list
   * more.
   */
  unsettle(runId: number, since: number): void {
    this.#statements.unsettle.run({ run: runId, since })
  }

  /** Draws in what a page of a stream has just listed. */
  meet(runId: number, stream: string, subjectId: string, members: Iterable<Member>): void {
    const parents = this.#statements.parents.all({ run: runId, stream, subject: subjectId })
    if (parents.length === 0) return
    for (const { kind, id, hop } of members) {
      for (const { option_set, depth, seed, limit } of parents) {
        // Nothing follows from an entity of which no stream is collected.
        const isFollowed = this.#followed.has(`${option_set} ${kind}`)
        if (isFollowed && depth + hop <= limit)
          this.#statements.draw.run({ run: runId, set: option_set, kind, id, depth: depth + hop, seed })
      }
    }
  }

  /** A handle has been resolved: its user is as deep as the seed that named it. */
  resolved(runId: number, handle: string): void {
    this.#statements.handleResolved.run({ run: runId, handle })
  }

  /** True if a seed of the run names this handle and nobody knows whose it is. */
  awaits(runId: number, handle: string): boolean {
    return this.#statements.awaits.get({ run: runId, handle }) !== undefined
  }

  /** Applies the rule until nothing is pending. */
  settle(runId: number): void {
    const s = this.#statements
    for (;;) {
      const depth = s.shallowest.get({ run: runId })
      if (depth === undefined || depth === null) return
      s.take.run({ run: runId, depth })
      s.addStreams.run({ run: runId, depth })
      this.#addFrontier.run({ run: runId, depth })
      s.drawMembers.run({ run: runId, depth })
      s.drawHandles.run({ run: runId, depth })
      s.done.run({ run: runId, depth })
    }
  }
}

/** The entities of the batch in hand, with the streams that each of them draws in. */
const BATCH = {
  join: 'scope s JOIN run_collects c ON c.option_set = s.option_set AND c.kind = s.kind',
  where: `s.run_id = :run AND s.pending = 2 AND s.pending <> 0 AND s.depth = :depth
    AND NOT (s.kind = 'handle' AND EXISTS (SELECT 1 FROM handles h WHERE h.username = s.id))`,
}

const DRAWN = `ON CONFLICT (run_id, option_set, kind, id) DO UPDATE
  SET depth = excluded.depth, seed = excluded.seed, pending = 1 WHERE excluded.depth < scope.depth`

/**
 * Enters the streams of the batch in hand. Those that no pass has begun and whose listing is told to be empty
 * are done at once: of most posts nobody comments on, and to take each of them up only to find that out costs
 * more than storing it.
 */
function addFrontier(streams: readonly StreamKind[]): string {
  const empty = streams.flatMap(emptyWhen)
  const state =
    empty.length === 0
      ? "'ready'"
      : `iif(k.passes_begun = 0 AND CASE c.stream ${empty.join(' ')} ELSE 0 END, 'gated', 'ready')`
  return `
    INSERT INTO frontier (run_id, stream_id, depth, seed, max_pages, state)
    SELECT s.run_id, k.id, s.depth, s.seed, c.max_pages, ${state}
    FROM ${BATCH.join} CROSS JOIN checkpoints k ON k.stream = c.stream AND k.subject_id = s.id
    WHERE ${BATCH.where} ON CONFLICT (run_id, stream_id) DO UPDATE SET
      depth = min(depth, excluded.depth),
      seed = iif(excluded.depth < depth, excluded.seed, seed),
      state = iif(state = 'capped' AND (excluded.max_pages IS NULL OR excluded.max_pages > max_pages), 'ready', state),
      max_pages = iif(max_pages IS NULL OR excluded.max_pages IS NULL, NULL, max(max_pages, excluded.max_pages))
    WHERE excluded.depth < depth OR max_pages IS NOT NULL AND (excluded.max_pages IS NULL OR excluded.max_pages > max_pages)`
}

/**
 * A case of a stream; the counters of users are left out, for theirs count only where this run was told them.
 */
function emptyWhen({ name, accepts, emptyBy }: StreamKind): string[] {
  const table = accepts === 'post' || accepts === 'comment' ? TABLE_OF[accepts] : undefined
  if (table === undefined || emptyBy.length === 0) return []
  return [`WHEN '${name}' THEN (SELECT ${toldEmpty(emptyBy, isPlaceholder())} FROM ${table} WHERE id = s.id)`]
}

interface Parent {
  option_set: number
  depth: number
  seed: number
  limit: number
}

function prepare(sqlite: Sqlite) {
  return {
    draw: sqlite.prepare(
      'INSERT INTO scope (run_id, option_set, kind, id, depth, seed, pending) VALUES (:run, :set, ' +
        `:kind, :id, :depth, :seed, 1) ${DRAWN}`,
    ),
    unsettle: sqlite.prepare(`
      UPDATE scope SET pending = 1
      WHERE run_id = :run AND (kind = 'handle' OR id IN (SELECT k.subject_id FROM requests q JOIN checkpoints k ON k.id = q.stream_id WHERE q.id > :since))`),
    parents: sqlite.prepare<object, Parent>(`
      SELECT s.option_set, s.depth, s.seed, o.depth AS "limit"
      FROM run_collects c JOIN scope s ON s.run_id = :run AND s.option_set = c.option_set AND s.kind = c.kind AND s.id = :subject
      JOIN run_options o ON o.option_set = s.option_set
      WHERE c.stream = :stream AND c.kind <> 'handle'`),
    handleResolved: sqlite.prepare(
      "UPDATE scope SET pending = 1 WHERE run_id = :run AND kind = 'handle' AND id = :handle",
    ),
    awaits: sqlite.prepare(`
      SELECT 1 FROM scope WHERE run_id = :run AND kind = 'handle' AND id = :handle
        AND NOT EXISTS (SELECT 1 FROM handles h WHERE h.username = :handle)`),
    shallowest: sqlite
      .prepare('SELECT min(depth) FROM scope WHERE run_id = :run AND pending = 1 AND pending <> 0')
      .pluck(),
    take: sqlite.prepare(
      'UPDATE scope SET pending = 2 WHERE run_id = :run AND pending = 1 AND pending <> 0 AND depth = :depth',
    ),
    addStreams: sqlite.prepare(`
      INSERT INTO checkpoints (stream, subject_kind, subject_id, parent_id)
      SELECT c.stream, iif(s.kind = 'handle', 'query', s.kind), s.id, iif(s.kind = 'comment', (SELECT post_id FROM comments WHERE id = s.id), NULL)
      FROM ${BATCH.join} WHERE ${BATCH.where} ORDER BY c.comes_first DESC ON CONFLICT DO NOTHING`),
    drawMembers: sqlite.prepare(`
      INSERT INTO scope (run_id, option_set, kind, id, depth, seed, pending)
      SELECT s.run_id, s.option_set, m.kind, m.item_id, s.depth + m.hop, s.seed, 1
      FROM scope s
      JOIN run_options o ON o.option_set = s.option_set
      JOIN run_collects c ON c.option_set = s.option_set AND c.kind = s.kind
      JOIN checkpoints k ON k.stream = c.stream AND k.subject_id = s.id
      JOIN members m ON m.stream_id = k.id
      WHERE s.run_id = :run AND s.pending = 2 AND s.pending <> 0 AND s.depth = :depth AND s.kind <> 'handle' AND m.gone = 0
        AND EXISTS (SELECT 1 FROM run_collects c2 WHERE c2.option_set = s.option_set AND c2.kind = m.kind) AND s.depth + m.hop <= o.depth
      ${DRAWN}`),
    drawHandles: sqlite.prepare(`
      INSERT INTO scope (run_id, option_set, kind, id, depth, seed, pending)
      SELECT s.run_id, s.option_set, 'user', h.user_id, s.depth, s.seed, 1
      FROM scope s JOIN handles h ON h.username = s.id
      WHERE s.run_id = :run AND s.pending = 2 AND s.pending <> 0 AND s.depth = :depth AND s.kind = 'handle'
      ${DRAWN}`),
    done: sqlite.prepare(
      'UPDATE scope SET pending = 0 WHERE run_id = :run AND pending = 2 AND pending <> 0 AND depth = :depth',
    ),
  }
}
