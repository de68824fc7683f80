import type { Sqlite } from './open.js'
import type { Candidate, Checkpoint } from './port.js'

/**
 * Interrupted passes that wait for a run of their mode. A full pass and an ordinary one never continue each
 * other, so the one that is open steps aside for the other and goes on later at its own cursor: what it has
 * read is not paid for again. Call inside a transaction.
 */
export class ParkedPasses {
  readonly #s: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#s = prepare(sqlite)
  }

  /**
   * Puts the pass of the run's mode in place of the current one, which is parked if it is open. Not one that
   * is as long as the run's cap: that would end at once, and a new one begins at the top.
   * @returns the stream at the place where its pass goes on; undefined if none was parked, so that a new pass
   *   is due
   */
  exchange(candidate: Candidate): Candidate | undefined {
    const { streamId: stream, maxPages } = candidate
    const full = candidate.full ? 1 : 0
    const parked = this.#s.find.get({ stream, full })
    if (parked !== undefined) this.#s.drop.run({ stream })
    this.#s.park.run({ stream, full })
    if (parked === undefined) return undefined
    if (maxPages !== null && parked.pages >= maxPages) return undefined
    this.#s.restore.run({ ...parked, stream })
    return { ...candidate, checkpoint: { ...candidate.checkpoint, ...placeOf(parked) } }
  }

  /** A full pass has completed: it has read all that an ordinary one begun before it was still to read. */
  dropBefore(stream: number, pass: number): void {
    this.#s.dropBefore.run({ stream, pass })
  }
}

interface ParkedPass {
  readonly pass: number
  readonly cursor: string | null
  readonly pages: number
  readonly items: number
  readonly empty_pages: number
  readonly repeated_pages: number
  readonly barren_pages: number
  readonly died_at_page: number | null
  readonly full: 0 | 1
  readonly known_from_page: number | null
}

function placeOf(parked: ParkedPass): Omit<Checkpoint, 'readCounters' | 'completedAt'> {
  return {
    pass: parked.pass,
    passState: 'open',
    cursor: parked.cursor,
    pages: parked.pages,
    items: parked.items,
    emptyPages: parked.empty_pages,
    repeatedPages: parked.repeated_pages,
    barrenPages: parked.barren_pages,
    diedAtPage: parked.died_at_page,
    full: parked.full === 1,
    knownFromPage: parked.known_from_page,
  }
}

const COLUMNS = [
  'pass',
  'cursor',
  'pages',
  'items',
  'empty_pages',
  'repeated_pages',
  'barren_pages',
  'died_at_page',
  'full',
  'pass_after_request',
  'pass_counters',
  'known_from_page',
  'late_news',
  'read_in_run',
]
const LIST = COLUMNS.map(name => `"${name}"`).join(', ')

function prepare(sqlite: Sqlite) {
  return {
    find: sqlite.prepare<object, ParkedPass>(
      `SELECT ${LIST} FROM parked_passes WHERE stream_id = :stream AND "full" = :full`,
    ),
    park: sqlite.prepare(`
      INSERT INTO parked_passes (stream_id, ${LIST})
      SELECT id, ${LIST} FROM checkpoints WHERE id = :stream AND pass_state = 'open' AND pages > 0 AND "full" <> :full`),
    restore: sqlite.prepare(`
      UPDATE checkpoints SET ${COLUMNS.map(name => `"${name}" = :${name}`).join(', ')}, pass_state = 'open', flawed = 1, reason = NULL, capped_in_run = NULL
      WHERE id = :stream`),
    drop: sqlite.prepare('DELETE FROM parked_passes WHERE stream_id = :stream'),
    dropBefore: sqlite.prepare(
      'DELETE FROM parked_passes WHERE stream_id = :stream AND "full" = 0 AND pass < :pass',
    ),
  }
}
