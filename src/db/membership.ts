import type { Sqlite } from './open.js'
import type { ListedEdge, RenamedHandle, Subject } from './port.js'
import type { Member, PageRows } from './schema/index.js'

/** A full pass without a flaw that has just ended: it has seen all there is. */
export interface WholePass {
  readonly streamId: number
  readonly pass: number
  readonly subjectId: string
  /** The relation of its items to its subject; null where they have none. */
  readonly edge: ListedEdge | null
  /** The last request of the ledger before it began. */
  readonly after: number
}

/**
 * What streams are known to list, what has gone from them, and whose a handle is. Call inside a transaction.
 */
export class Membership {
  readonly #s: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#s = prepare(sqlite)
  }

  /** Enters what a page of a pass lists. */
  list(
    { streamId, pass, isFull }: { streamId: number; pass: number; isFull: boolean },
    members: Iterable<Member>,
  ): void {
    const statement = isFull ? this.#s.fullMember : this.#s.member
    for (const { kind, id, hop } of members) statement.run(streamId, kind, id, hop, pass, pass)
  }

  /**
   * Enters what an answer from elsewhere lists, in pass 0, which never completes; what a full pass no longer
   * listed stays gone.
   */
  listElsewhere(streamId: number, members: Iterable<Member>): void {
    for (const { kind, id, hop } of members) this.#s.elsewhere.run(streamId, kind, id, hop)
  }

  /** A post named by a seed belongs to its stream whether or not its detail can be had. */
  standIn(streamId: number, postId: string): void {
    this.#s.standIn.run({ stream: streamId, id: postId })
  }

  /** What a whole pass did not list is gone. */
  markGone({ streamId, pass, subjectId, edge, after }: WholePass, at: string): void {
    this.#s.membersGone.run({ stream: streamId, pass })
    if (edge === null) return
    const statement = edge.subjectIs === 'source' ? this.#s.edgesFromGone : this.#s.edgesToGone
    statement.run({ kind: edge.kind, subject: subjectId, after, at })
  }

  /** Of these handles, those that are remembered as users who go by another one now. */
  renamed(handles: readonly string[]): RenamedHandle[] {
    const known = this.#s.remembered.all({ handles: JSON.stringify(handles) })
    return known.filter(({ handle, now }) => !isSameHandle(now, handle))
  }

  /**
   * A search names its users: if one has exactly the handle that was searched for, that handle is known from
   * now on.
   */
  resolve({ id: handle }: Subject, rows: PageRows, at: string, isPast: boolean): void {
    const users = [...rows.users.values()]
    const match =
      users.find(user => user.username === handle) ?? users.find(user => isSameHandle(user.username, handle))
    if (match !== undefined)
      this.#s[isPast ? 'pastHandle' : 'handle'].run({ username: handle, userId: match.id, at })
  }
}

/** Whether two handles are one, however they are typed. */
export function isSameHandle(one: string | null | undefined, other: string): boolean {
  return one?.normalize('NFC').toLowerCase() === other.normalize('NFC').toLowerCase()
}

/** Whether the edge in hand was told of since the pass began. */
const SIGHTED = `EXISTS (
  SELECT 1 FROM full_sightings s WHERE s.kind = edges.kind AND s.source_id = edges.source_id AND s.target_id = edges.target_id
    AND s.request_id > :after)`

const HANDLE =
  'INSERT INTO handles (username, user_id, resolved_at) VALUES (:username, :userId, :at) ON ' +
  'CONFLICT DO UPDATE SET user_id = excluded.user_id, resolved_at = excluded.resolved_at'

/**
 * Full and ordinary passes go on beside each other, so that each mode has its own mark; within a mode a pass
 * has ended when the next begins. Before a mark is overwritten, known_pass takes it over if its pass has
 * completed.
 */
function listing(mark: 'last_pass' | 'last_full_pass'): string {
  return `
    INSERT INTO members (stream_id, kind, item_id, hop, ${mark}) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
      known_pass = coalesce(known_pass, (SELECT pass FROM completed_passes c WHERE c.stream_id = members.stream_id AND c.pass = members.${mark} AND c.pass < ?)),
      ${mark} = excluded.${mark}, hop = min(hop, excluded.hop), gone = 0`
}

function prepare(sqlite: Sqlite) {
  return {
    member: sqlite.prepare(listing('last_pass')),
    fullMember: sqlite.prepare(listing('last_full_pass')),
    elsewhere: sqlite.prepare(`
      INSERT INTO members (stream_id, kind, item_id, hop) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET hop = min(hop, excluded.hop)`),
    standIn: sqlite.prepare(`
      INSERT INTO members (stream_id, kind, item_id, hop) VALUES (:stream, 'post', :id, 0)
      ON CONFLICT DO UPDATE SET hop = 0, gone = 0`),
    membersGone: sqlite.prepare(
      'UPDATE members SET gone = 1 WHERE stream_id = :stream AND max(last_pass, last_full_pass) < ' +
        ':pass AND gone = 0',
    ),
    edgesFromGone: sqlite.prepare(`
      UPDATE edges SET gone_at = :at WHERE kind = :kind AND source_id = :subject AND gone_at IS NULL AND NOT ${SIGHTED}`),
    edgesToGone: sqlite.prepare(`
      UPDATE edges SET gone_at = :at WHERE kind = :kind AND target_id = :subject AND gone_at IS NULL AND NOT ${SIGHTED}`),
    remembered: sqlite.prepare<object, RenamedHandle>(`
      SELECT h.username AS handle, h.user_id AS userId, u.username AS now,
        (SELECT min(o.id) FROM usernames n JOIN users o ON o.id = n.user_id WHERE n.username = h.username AND o.username = h.username AND o.id <> h.user_id) AS taker
      FROM json_each(:handles) j JOIN handles h ON h.username = j.value JOIN users u ON u.id = h.user_id WHERE u.username IS NOT NULL`),
    handle: sqlite.prepare(HANDLE),
    pastHandle: sqlite.prepare(`${HANDLE} WHERE excluded.resolved_at > handles.resolved_at`),
  }
}
