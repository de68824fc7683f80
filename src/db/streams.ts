import { now } from '../clock.js'
import type { Frontier } from './frontier.js'
import type { Sqlite } from './open.js'
import type { Candidate, PageCommit, PassStep, Subject } from './port.js'
import type { RowsWriter } from './rows-writer.js'
import type { Member } from './schema/index.js'
import type { Scope } from './scope.js'

/** What becomes of a stream in a run: its pass, its checkpoint, what it lists, and the entity's availability. Call inside a transaction. */
export class Streams {
  readonly #s: ReturnType<typeof prepare>

  constructor(
    sqlite: Sqlite,
    private readonly parts: { frontier: Frontier; scope: Scope; writer: RowsWriter },
  ) {
    this.#s = prepare(sqlite)
  }

  /** Begins a new pass unless one is open, or was cut by a smaller cap within this run; returns the stream as it is now. */
  beginPass(candidate: Candidate): Candidate {
    const { checkpoint, streamId, runId } = candidate
    if (checkpoint.passState === 'open') return candidate
    if (checkpoint.passState === 'capped' && this.#s.resumeCapped.run({ stream: streamId, run: runId }).changes === 1) return candidate
    this.#newPass(streamId, null)
    return { ...candidate, checkpoint: { ...checkpoint, pass: checkpoint.pass + 1, passState: 'open', cursor: null, pages: 0, items: 0, emptyPages: 0, diedAtPage: null } }
  }

  useCursor(streamId: number, cursor: string | null): void {
    if (cursor !== null) this.#s.useCursor.run({ stream: streamId, cursor })
  }

  cursorWasUsed(streamId: number, cursor: string): boolean {
    return this.#s.cursorWasUsed.get({ stream: streamId, cursor }) !== undefined
  }

  /** Enters what a page lists, and draws it into the run's scope. */
  list({ lease, rows }: PageCommit): void {
    const { streamId, runId, stream, subject, checkpoint } = lease.candidate
    for (const { kind, id, hop } of rows.members.values()) this.#s.member.run({ stream: streamId, kind, id, hop, pass: checkpoint.pass })
    this.parts.scope.meet(runId, stream, subject.id, rows.members.values())
  }

  /** Moves the checkpoint past a page. */
  advance({ lease, served, step: told }: PageCommit): void {
    const { streamId, runId, subject, checkpoint } = lease.candidate
    // While the page was on its way, a seed with a larger cap may have reached the stream.
    const isUncapped = told.state === 'capped' && this.parts.frontier.mayRead(runId, streamId, checkpoint.pages + 2)
    const step: PassStep = isUncapped ? { state: 'open', cursor: told.cursor } : told
    this.#s.advance.run({
      stream: streamId,
      state: step.state,
      cursor: 'cursor' in step ? step.cursor : null,
      served,
      completed: step.state === 'completed' ? 1 : 0,
      at: now(),
      reason: step.state === 'failed' ? step.reason : null,
    })
    if (step.state !== 'open') this.#s.forgetCursors.run({ stream: streamId })
    this.parts.frontier.setState(runId, streamId, FRONTIER_STATE[step.state], step.state === 'failed' ? step.reason : null)
    if (subject.kind === 'query') this.#answerHandle(runId, streamId, subject.id)
  }

  /** The pass begins again at its top. */
  restart({ streamId, runId, checkpoint }: Candidate): void {
    this.#newPass(streamId, checkpoint.pages)
    this.parts.frontier.setState(runId, streamId, 'ready')
  }

  /**
   * Ends a stream for this run without its pass having completed.
   * @param endsPass false where the next run goes on at the cursor
   */
  end(candidate: Pick<Candidate, 'streamId' | 'runId'>, state: 'failed' | 'unavailable' | 'doubtful', reason: string, endsPass: boolean): void {
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

  /** The listing has answered: a mark that it set is cleared. */
  clearUnavailable(streamId: number, at: string): void {
    if (this.#s.unmark.run({ stream: streamId }).changes === 1) this.#showAvailability(this.#subject(streamId), at)
  }

  handleResolved(runId: number, username: string, userId: string, at: string): void {
    this.#s.handle.run({ username, userId, at })
    this.parts.scope.resolved(runId, username)
  }

  #newPass(streamId: number, diedAtPage: number | null): void {
    this.#s.newPass.run({ stream: streamId, died: diedAtPage })
    this.#s.forgetCursors.run({ stream: streamId })
  }

  /** A search made for an `@name` that found nobody of that name has failed, though its page is stored. */
  #answerHandle(runId: number, streamId: number, handle: string): void {
    if (this.parts.scope.awaits(runId, handle)) this.parts.frontier.setState(runId, streamId, 'failed', `no user has the handle @${handle}`)
  }

  /** A post named by a seed is in scope whether or not its detail can be had. */
  standIn(runId: number, streamId: number): void {
    const subject = this.#subject(streamId)
    if (subject.kind !== 'link') return
    const post: Member = { kind: 'post', id: subject.id, hop: 0 }
    this.#s.member.run({ stream: streamId, ...post, pass: 0 })
    this.parts.scope.meet(runId, this.#s.name.get({ stream: streamId }) ?? '', subject.id, [post])
  }

  #showAvailability(subject: Subject, at: string): void {
    const table = TABLE_OF[subject.kind]
    if (table === undefined) return
    const as = this.#s.availability.get({ kinds: JSON.stringify(subject.kind === 'link' || subject.kind === 'post' ? ['link', 'post'] : [subject.kind]), subject: subject.id })
    this.parts.writer.markUnavailable(table, subject.id, as ?? null, at)
  }

  #subject(streamId: number): Subject {
    const subject = this.#s.subject.get({ stream: streamId })
    if (subject === undefined) throw new Error(`stream ${streamId} is not in the database`)
    return subject
  }
}

/** The table of the entity that a subject is; none for lists and searches. */
export const TABLE_OF: Partial<Record<Subject['kind'], 'users' | 'posts' | 'comments'>> = { user: 'users', post: 'posts', link: 'posts', comment: 'comments' }

const FRONTIER_STATE: Record<PassStep['state'], string> = { open: 'ready', capped: 'capped', completed: 'complete', failed: 'failed' }

function prepare(sqlite: Sqlite) {
  return {
    newPass: sqlite.prepare(`
      UPDATE checkpoints SET pass = pass + 1, pass_state = 'open', cursor = NULL, pages = 0, items = 0, empty_pages = 0, died_at_page = :died, reason = NULL,
        pass_after_request = (SELECT coalesce(max(id), 0) FROM requests) WHERE id = :stream`),
    resumeCapped: sqlite.prepare(`
      UPDATE checkpoints SET pass_state = 'open'
      WHERE id = :stream AND pass_after_request >= (SELECT started_after_request FROM runs WHERE id = :run)`),
    forgetCursors: sqlite.prepare('DELETE FROM used_cursors WHERE stream_id = :stream'),
    useCursor: sqlite.prepare('INSERT OR IGNORE INTO used_cursors (stream_id, cursor) VALUES (:stream, :cursor)'),
    cursorWasUsed: sqlite.prepare('SELECT 1 FROM used_cursors WHERE stream_id = :stream AND cursor = :cursor'),
    member: sqlite.prepare(`
      INSERT INTO members (stream_id, kind, item_id, hop, first_pass, last_pass) VALUES (:stream, :kind, :id, :hop, :pass, :pass)
      ON CONFLICT DO UPDATE SET last_pass = max(last_pass, excluded.last_pass), hop = min(hop, excluded.hop)`),
    advance: sqlite.prepare(`
      UPDATE checkpoints SET pass_state = :state, cursor = :cursor, pages = pages + 1, items = items + :served,
        empty_pages = iif(:served = 0, empty_pages + 1, 0), reason = :reason,
        completed_pass = iif(:completed, pass, completed_pass), completed_at = iif(:completed, :at, completed_at)
      WHERE id = :stream`),
    failPass: sqlite.prepare("UPDATE checkpoints SET pass_state = 'failed', cursor = NULL, reason = :reason WHERE id = :stream"),
    mark: sqlite.prepare('UPDATE checkpoints SET unavailable = :as WHERE id = :stream'),
    unmark: sqlite.prepare('UPDATE checkpoints SET unavailable = NULL WHERE id = :stream AND unavailable IS NOT NULL'),
    availability: sqlite
      .prepare<object, string>(`
        SELECT unavailable FROM checkpoints
        WHERE stream IN (SELECT DISTINCT stream FROM checkpoints) AND subject_id = :subject AND unavailable IS NOT NULL
          AND subject_kind IN (SELECT value FROM json_each(:kinds)) ORDER BY unavailable LIMIT 1`)
      .pluck(),
    subject: sqlite.prepare<object, Subject>('SELECT subject_kind AS kind, subject_id AS id, parent_id AS parentId FROM checkpoints WHERE id = :stream'),
    name: sqlite.prepare<object, string>('SELECT stream FROM checkpoints WHERE id = :stream').pluck(),
    handle: sqlite.prepare(`
      INSERT INTO handles (username, user_id, resolved_at) VALUES (:username, :userId, :at)
      ON CONFLICT DO UPDATE SET user_id = excluded.user_id, resolved_at = excluded.resolved_at`),
  }
}
