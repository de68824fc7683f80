import { now } from '../clock.js'
import type { Frontier } from './frontier.js'
import type { Sqlite } from './open.js'
import type { PageArchive } from './page-archive.js'
import { TABLE_OF } from './page-tables.js'
import type { Candidate, FailedStream } from './port.js'
import type { Streams } from './streams.js'

/**
 * Streams that were refused without saying whose fault it is: `doubtful` after a 404 of a route that has
 * never answered, `withheld` after a 403 that may be the account's or the key's. What is served afterwards
 * settles it. Call inside a transaction.
 */
export class Doubts {
  readonly #s: ReturnType<typeof prepare>
  /**
   * By stream: the newest request when it was withheld. An answer to an earlier one says nothing about what
   * came later.
   */
  readonly #withheldAt = new Map<number, number>()

  constructor(
    sqlite: Sqlite,
    private readonly parts: { frontier: Frontier; streams: Streams; archive: PageArchive },
  ) {
    this.#s = prepare(sqlite)
  }

  /** @param newest the newest request of the ledger */
  withhold(candidate: Candidate, reason: string, newest: number): void {
    this.parts.streams.end(candidate, 'withheld', reason, false)
    this.#withheldAt.set(candidate.streamId, newest)
  }

  /** A route has answered for the first time ever: the entities that it did not find are gone after all. */
  settleNotFound(runId: number, stream: string, at: string): void {
    const { frontier, streams } = this.parts
    for (const streamId of frontier.streamsIn(runId, stream, ['doubtful'])) {
      frontier.setState(runId, streamId, 'unavailable', 'gone')
      streams.markUnavailable(streamId, 'gone', at)
    }
  }

  /**
   * A route has served somebody: the entities that it refused before that request keep themselves to
   * themselves.
   */
  settleWithheld(runId: number, stream: string, requestId: number): void {
    if (this.#s.any.get({ run: runId }) === undefined) return
    for (const streamId of this.parts.frontier.streamsIn(runId, stream, ['withheld'])) {
      if (requestId > (this.#withheldAt.get(streamId) ?? 0)) this.#settle(runId, streamId)
    }
  }

  reopen(runId: number, which: 'doubtful' | 'withheld' | readonly FailedStream[]): void {
    const { frontier, streams, archive } = this.parts
    if (which === 'doubtful' || which === 'withheld') {
      for (const { streamId } of frontier.inState(runId, which)) {
        archive.settleWithheld(streamId, 'refused')
        archive.disbelieve(streamId)
        if (which === 'withheld') frontier.move(runId, streamId, 'ready', 0, 1)
        else frontier.setState(runId, streamId, 'ready')
      }
      return
    }
    for (const failed of which) {
      streams.goOnAt(failed)
      frontier.move(runId, failed.streamId, 'ready', 0, 1)
    }
  }

  settleRest(runId: number): void {
    const { frontier, streams, archive } = this.parts
    for (const { streamId, reason } of frontier.inState(runId, 'withheld')) {
      archive.settleWithheld(streamId, 'refused')
      streams.end(
        { runId, streamId },
        'failed',
        `${reason ?? ''} (nobody was served after it: the account may be closed, or the key)`,
        false,
      )
    }
    for (const { streamId, kind, reason } of frontier.inState(runId, 'doubtful')) {
      if (TABLE_OF[kind] === undefined) streams.end({ runId, streamId }, 'failed', reason ?? '', false)
    }
  }

  #settle(runId: number, streamId: number): void {
    const { frontier, streams, archive } = this.parts
    const { table, id, reason } = this.#entity(runId, streamId)
    const at = archive.settleWithheld(streamId, table === undefined ? 'refused' : 'private') ?? now()
    if (table === undefined) return streams.end({ runId, streamId }, 'failed', reason, true)
    frontier.setState(runId, streamId, 'unavailable', 'private')
    streams.endUnread(streamId, 'private')
    // Read anew, its refusal is applied in its place among the answers: what came later has seen the entity
    // later.
    streams.markUnavailable(streamId, 'private', this.#s.seenAt[table].get({ id, at }) ?? at)
  }

  #entity(
    runId: number,
    streamId: number,
  ): { table: 'users' | 'posts' | 'comments' | undefined; id: string; reason: string } {
    const row = this.#s.entity.get({ run: runId, stream: streamId })
    return { table: row && TABLE_OF[row.kind], id: row?.id ?? '', reason: row?.reason ?? '' }
  }
}

function prepare(sqlite: Sqlite) {
  const seenAt = (table: string) =>
    sqlite.prepare<object, string>(`SELECT max(last_seen_at, :at) FROM ${table} WHERE id = :id`).pluck()
  return {
    any: sqlite.prepare("SELECT 1 FROM frontier WHERE run_id = :run AND state = 'withheld' LIMIT 1"),
    entity: sqlite.prepare<object, { kind: keyof typeof TABLE_OF; id: string; reason: string | null }>(`
      SELECT k.subject_kind AS kind, k.subject_id AS id, f.reason FROM frontier f JOIN checkpoints k ON k.id = f.stream_id
      WHERE f.run_id = :run AND f.stream_id = :stream`),
    seenAt: { users: seenAt('users'), posts: seenAt('posts'), comments: seenAt('comments') },
  }
}
