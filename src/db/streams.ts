import type { Frontier } from './frontier.js'
import type { Sqlite } from './open.js'
import { TABLE_OF, type PageTables } from './page-tables.js'
import { ParkedPasses } from './parked-passes.js'
import type {
  Brings,
  Candidate,
  FailedStream,
  ListedEdge,
  ListedItem,
  PageCommit,
  PassStep,
  Subject,
} from './port.js'
import type { Scope } from './scope.js'
import { isLeftOut } from './told-page.js'

/**
 * What becomes of a stream in a run: its pass, its checkpoint, what it lists, and the entity's availability.
 * Call inside a transaction.
 */
export class Streams {
  readonly #s: ReturnType<typeof prepare>
  readonly #begunHere = new Set<number>()
  readonly #parked: ParkedPasses

  constructor(
    sqlite: Sqlite,
    private readonly parts: { frontier: Frontier; scope: Scope; tables: PageTables },
    /** Every stream by name, with the relation that its items have to its subject. */
    private readonly edges: ReadonlyMap<string, ListedEdge | null>,
  ) {
    this.#s = prepare(sqlite)
    this.#parked = new ParkedPasses(sqlite)
  }

  /**
   * Begins a new pass unless one of the same mode is open or parked, or was cut by a smaller cap within this
   * run.
   * @returns the stream as it is now
   */
  beginPass(candidate: Candidate): Candidate {
    const { checkpoint, streamId, runId, full } = candidate
    const sameMode = checkpoint.full === full
    if (checkpoint.passState === 'open' && sameMode) return this.#goOn(candidate)
    if (
      checkpoint.passState === 'capped' &&
      sameMode &&
      this.#s.resumeCapped.run({ stream: streamId, run: runId }).changes === 1
    )
      return this.#goOn(candidate)
    const parked = sameMode ? undefined : this.#parked.exchange(candidate)
    if (parked !== undefined) return parked
    this.#newPass(streamId, null)
    this.#s.setMode.run({
      stream: streamId,
      full: full ? 1 : 0,
      counters: JSON.stringify(candidate.counters),
    })
    this.#begunHere.add(streamId)
    const top = {
      passState: 'open',
      cursor: null,
      pages: 0,
      items: 0,
      emptyPages: 0,
      repeatedPages: 0,
      barrenPages: 0,
      diedAtPage: null,
      full,
      knownFromPage: null,
    } as const
    return {
      ...candidate,
      checkpoint: { ...checkpoint, ...top, pass: this.#s.pass.get({ stream: streamId }) ?? 0 },
    }
  }

  /**
   * An interrupted pass is already as long as this run's cap: it ends there, and a later run of this cap
   * begins anew at the top. The run that read its last page goes on with it all the same.
   */
  cap({ streamId, runId }: Candidate): void {
    this.#s.cap.run({ stream: streamId, run: runId })
    this.parts.frontier.setState(runId, streamId, 'capped')
  }

  /** Which of these items earlier completed passes of the stream have listed. */
  known({ streamId, checkpoint }: Candidate, items: readonly ListedItem[]): Set<string> {
    if (checkpoint.completedAt === null) return new Set()
    const isKnown = ({ kind, id }: ListedItem): boolean =>
      this.#s.isKnown.get({ stream: streamId, pass: checkpoint.pass, kind, id }) !== undefined
    return new Set(items.filter(isKnown).map(({ id }) => id))
  }

  /** What a page that lists these items brings to the pass: the first one that is new to it decides. */
  brings({ streamId, checkpoint, full }: Candidate, items: readonly ListedItem[]): Brings {
    if (items.length === 0) return 'nothing'
    const wasListed = this.#s[full ? 'listedInFullPass' : 'listedInPass']
    return items.every(({ kind, id }) => wasListed.get(streamId, kind, id, checkpoint.pass) !== undefined)
      ? 'repeats'
      : 'news'
  }

  useCursor(streamId: number, cursor: string | null): void {
    if (cursor !== null) this.#s.useCursor.run({ stream: streamId, cursor })
  }

  cursorWasUsed(streamId: number, cursor: string): boolean {
    return this.#s.cursorWasUsed.get({ stream: streamId, cursor }) !== undefined
  }

  /** Draws what a page lists into the run's scope. */
  meet({ lease, rows }: PageCommit): void {
    const { runId, stream, subject } = lease.candidate
    this.parts.scope.meet(runId, stream, subject.id, rows.members.values())
    if (subject.kind === 'link' && !isLeftOut(rows)) this.#meetLink(runId, stream, subject.id)
  }

  /** Moves the checkpoint past a page. */
  advance({ lease, served, brings, step: told, audit, rows }: PageCommit, pageId: number, at: string): void {
    const { streamId, runId, subject, checkpoint } = lease.candidate
    // While the page was on its way, a seed with a larger cap may have reached the stream.
    const isUncapped =
      told.state === 'capped' && this.parts.frontier.mayRead(runId, streamId, checkpoint.pages + 2)
    const step: PassStep = isUncapped ? { state: 'open', cursor: told.cursor } : told
    const reason = ('reason' in step ? step.reason : undefined) ?? null
    this.#s.advance.run({
      stream: streamId,
      state: step.state,
      cursor: 'cursor' in step ? step.cursor : null,
      served,
      brings,
      completed: step.state === 'completed' ? 1 : 0,
      at,
      reason,
      capped: step.state === 'capped' ? runId : null,
      run: runId,
    })
    // Nor can a pass tell what has gone that gave up before the end of its listing.
    this.#s.audit.run({
      stream: streamId,
      from: audit.knownFromPage,
      news: audit.lateNews,
      flawed: rows.rejects.length > 0 || reason !== null ? 1 : 0,
    })
    if (step.state === 'completed') {
      this.#s.passCompleted.run({ stream: streamId, pass: checkpoint.pass })
      if (checkpoint.full) this.#parked.dropBefore(streamId, checkpoint.pass)
      this.#lookForGone(lease.candidate, pageId, at)
    }
    if (step.state !== 'open') this.#s.forgetCursors.run({ stream: streamId })
    this.parts.frontier.setState(runId, streamId, FRONTIER_STATE[step.state], reason)
    if (subject.kind === 'query') this.answerHandle(lease.candidate)
  }

  /** The pass begins again at its top. */
  restart({ streamId, runId, checkpoint }: Candidate): void {
    this.#newPass(streamId, checkpoint.pages)
    this.#s.flaw.run({ stream: streamId })
    this.parts.frontier.setState(runId, streamId, 'ready')
  }

  /**
   * Ends a stream for this run without its pass having completed.
   * @param endsPass false where the next run goes on at the cursor
   */
  end(
    candidate: Pick<Candidate, 'streamId' | 'runId'>,
    state: 'failed' | 'unavailable' | 'doubtful' | 'withheld',
    reason: string,
    endsPass: boolean,
  ): void {
    const { streamId, runId } = candidate
    this.parts.frontier.setState(runId, streamId, state, reason)
    if (endsPass) {
      this.#s.failPass.run({ stream: streamId, reason })
      this.#s.forgetCursors.run({ stream: streamId })
    }
    this.standIn(runId, streamId)
  }

  /** Records that the API refuses this listing because its entity is gone or private. */
  markUnavailable(streamId: number, as: 'gone' | 'private', at: string): void {
    this.#s.mark.run({ stream: streamId, as })
    this.#showAvailability(this.#subject(streamId), at)
  }

  /** A pass that was ended by a refusal goes on where it was. */
  goOnAt({ streamId, cursor }: FailedStream): void {
    this.#s.goOnAt.run({ stream: streamId, cursor })
  }

  /** A pass that has read nothing has nothing to go on with. */
  endUnread(streamId: number, reason: string): void {
    if (this.#s.endUnread.run({ stream: streamId, reason }).changes === 1)
      this.#s.forgetCursors.run({ stream: streamId })
  }

  /** The listing has answered: a mark that it set is cleared. */
  clearUnavailable(streamId: number, at: string): void {
    if (this.#s.unmark.run({ stream: streamId }).changes === 1)
      this.#showAvailability(this.#subject(streamId), at)
  }

  /** What was listed before an interruption may have gone since: such a pass cannot tell. */
  #goOn(candidate: Candidate): Candidate {
    const { streamId, full } = candidate
    if (full && !this.#begunHere.has(streamId)) this.#s.flaw.run({ stream: streamId })
    this.#begunHere.add(streamId)
    return candidate
  }

  /** A full pass without a flaw has seen all there is: what it did not list is gone. */
  #lookForGone({ streamId, stream, subject, checkpoint }: Candidate, pageId: number, at: string): void {
    const after = this.#s.flawlessAfter.get({ stream: streamId })
    if (after === undefined) return
    this.parts.tables.archive.tellsGone(pageId, after)
    this.parts.tables.markGone(
      { streamId, pass: checkpoint.pass, subjectId: subject.id, edge: this.edges.get(stream) ?? null, after },
      at,
    )
  }

  #newPass(streamId: number, diedAtPage: number | null): void {
    this.#s.forgetCursors.run({ stream: streamId })
    this.#s.newPass.run({ stream: streamId, died: diedAtPage })
  }

  /** A search made for an `@name` that found nobody of that name has failed, though its page is stored. */
  answerHandle({ runId, streamId, subject }: Candidate): void {
    if (this.parts.scope.awaits(runId, subject.id))
      this.parts.frontier.setState(runId, streamId, 'failed', `no user has the handle @${subject.id}`)
  }

  /** A post named by a seed is in scope whether or not its detail can be had. */
  standIn(runId: number, streamId: number): void {
    const subject = this.#subject(streamId)
    if (subject.kind !== 'link') return
    this.parts.tables.membership.standIn(streamId, subject.id)
    this.#meetLink(runId, this.#s.name.get({ stream: streamId }) ?? '', subject.id)
  }

  #meetLink(runId: number, stream: string, postId: string): void {
    this.parts.scope.meet(runId, stream, postId, [{ kind: 'post', id: postId, hop: 0 }])
  }

  #showAvailability(subject: Subject, at: string): void {
    const kinds = subject.kind === 'post' || subject.kind === 'link' ? ['link', 'post'] : [subject.kind]
    if (TABLE_OF[subject.kind] === undefined) return
    const as = this.#s.availability.get({
      kinds: JSON.stringify(kinds),
      streams: JSON.stringify([...this.edges.keys()]),
      subject: subject.id,
    })
    this.parts.tables.markUnavailable(subject, as ?? null, at)
  }

  #subject(streamId: number): Subject {
    const subject = this.#s.subject.get({ stream: streamId })
    if (subject === undefined) throw new Error(`stream ${streamId} is not in the database`)
    return subject
  }
}

const FRONTIER_STATE: Record<PassStep['state'], string> = {
  open: 'ready',
  capped: 'capped',
  completed: 'complete',
  failed: 'failed',
}

const CURRENT_PASS = '(SELECT pass FROM checkpoints WHERE id = :stream)'

function prepare(sqlite: Sqlite) {
  return {
    newPass: sqlite.prepare(`
      UPDATE checkpoints SET pass = passes_begun + 1, passes_begun = passes_begun + 1, pass_state = 'open', cursor = NULL, pages = 0, items = 0, empty_pages = 0, repeated_pages = 0, barren_pages = 0, died_at_page = :died, reason = NULL, flawed = 0, known_from_page = NULL, late_news = 0,
        pass_after_request = (SELECT coalesce(max(id), 0) FROM requests) WHERE id = :stream`),
    resumeCapped: sqlite.prepare(`
      UPDATE checkpoints SET pass_state = 'open'
      WHERE id = :stream AND (
        capped_in_run = :run OR read_in_run = :run OR pass_after_request >= (SELECT started_after_request FROM runs WHERE id = :run))`),
    cap: sqlite.prepare(
      "UPDATE checkpoints SET pass_state = 'capped', capped_in_run = :run WHERE id = :stream",
    ),
    forgetCursors: sqlite.prepare(
      'DELETE FROM used_cursors WHERE stream_id = :stream AND pass NOT IN (SELECT pass FROM ' +
        'parked_passes WHERE stream_id = :stream)',
    ),
    useCursor: sqlite.prepare(
      'INSERT OR IGNORE INTO used_cursors (stream_id, pass, cursor) VALUES (:stream, ' +
        `${CURRENT_PASS}, :cursor)`,
    ),
    cursorWasUsed: sqlite.prepare(
      `SELECT 1 FROM used_cursors WHERE stream_id = :stream AND pass = ${CURRENT_PASS} AND cursor = :cursor`,
    ),
    pass: sqlite.prepare<object, number>('SELECT pass FROM checkpoints WHERE id = :stream').pluck(),
    setMode: sqlite.prepare(
      'UPDATE checkpoints SET full = :full, pass_counters = :counters WHERE id = :stream',
    ),
    flaw: sqlite.prepare('UPDATE checkpoints SET flawed = 1 WHERE id = :stream'),
    audit: sqlite.prepare(`
      UPDATE checkpoints SET known_from_page = coalesce(known_from_page, :from), late_news = late_news + :news, flawed = max(flawed, :flawed)
      WHERE id = :stream`),
    flawlessAfter: sqlite
      .prepare<object, number>(
        'SELECT pass_after_request FROM checkpoints WHERE id = :stream AND full = 1 AND flawed = 0',
      )
      .pluck(),
    passCompleted: sqlite.prepare(
      'INSERT OR IGNORE INTO completed_passes (stream_id, pass) VALUES (:stream, :pass)',
    ),
    isKnown: sqlite.prepare(`
      SELECT 1 FROM members m WHERE stream_id = :stream AND kind = :kind AND item_id = :id AND gone = 0 AND EXISTS (
        SELECT 1 FROM completed_passes c WHERE c.stream_id = :stream AND c.pass IN (m.known_pass, m.last_pass, m.last_full_pass) AND c.pass < :pass)`),
    listedInPass: sqlite.prepare(
      'SELECT 1 FROM members WHERE stream_id = ? AND kind = ? AND item_id = ? AND last_pass = ?',
    ),
    listedInFullPass: sqlite.prepare(
      'SELECT 1 FROM members WHERE stream_id = ? AND kind = ? AND item_id = ? AND last_full_pass = ?',
    ),
    advance: sqlite.prepare(`
      UPDATE checkpoints SET pass_state = :state, cursor = :cursor, pages = pages + 1, items = items + :served,
        empty_pages = iif(:served = 0, empty_pages + 1, 0),
        repeated_pages = CASE :brings WHEN 'news' THEN 0 WHEN 'repeats' THEN repeated_pages + 1 ELSE repeated_pages END,
        barren_pages = iif(:brings = 'news', 0, barren_pages + 1), reason = :reason, capped_in_run = :capped, read_in_run = :run,
        read_counters = iif(:completed AND pass > coalesce(completed_pass, 0), pass_counters, read_counters),
        completed_pass = iif(:completed, max(pass, coalesce(completed_pass, 0)), completed_pass), completed_at = iif(:completed, :at, completed_at)
      WHERE id = :stream`),
    failPass: sqlite.prepare(
      "UPDATE checkpoints SET pass_state = 'failed', cursor = NULL, reason = :reason WHERE id = :stream",
    ),
    goOnAt: sqlite.prepare(
      "UPDATE checkpoints SET pass_state = 'open', cursor = :cursor, reason = NULL WHERE id = " +
        ":stream AND pass_state = 'failed'",
    ),
    endUnread: sqlite.prepare(
      "UPDATE checkpoints SET pass_state = 'failed', reason = :reason WHERE id = :stream AND " +
        "pass_state = 'open' AND pages = 0",
    ),
    mark: sqlite.prepare('UPDATE checkpoints SET unavailable = :as WHERE id = :stream'),
    unmark: sqlite.prepare(
      'UPDATE checkpoints SET unavailable = NULL WHERE id = :stream AND unavailable IS NOT NULL',
    ),
    availability: sqlite
      .prepare<object, string>(
        `
        SELECT unavailable FROM checkpoints
        WHERE stream IN (SELECT value FROM json_each(:streams)) AND subject_id = :subject AND unavailable IS NOT NULL
          AND subject_kind IN (SELECT value FROM json_each(:kinds)) ORDER BY unavailable LIMIT 1`,
      )
      .pluck(),
    subject: sqlite.prepare<object, Subject>(
      'SELECT subject_kind AS kind, subject_id AS id, parent_id AS parentId FROM checkpoints ' +
        'WHERE id = :stream',
    ),
    name: sqlite.prepare<object, string>('SELECT stream FROM checkpoints WHERE id = :stream').pluck(),
  }
}
