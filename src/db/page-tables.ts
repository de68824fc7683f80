import type { Drizzle, Sqlite } from './open.js'
import { DriftNotes } from './drift-notes.js'
import { Membership, type WholePass } from './membership.js'
import { PageArchive } from './page-archive.js'
import type { RowCounts, Subject } from './port.js'
import { PastRows } from './past-rows.js'
import { RowsWriter } from './rows-writer.js'
import type { PageRows } from './schema/index.js'
import { isLeftOut, type ToldPage } from './told-page.js'

/**
 * Brings what pages tell into the tables of data: the one way in, for crawls and replays alike, so that a
 * page means the same in both. What it means for runs and checkpoints is not here. Call inside a transaction.
 */
export class PageTables {
  readonly archive: PageArchive
  readonly membership: Membership
  readonly #drift: DriftNotes
  readonly #writer: RowsWriter
  readonly #past: PastRows

  constructor(sqlite: Sqlite, db: Drizzle) {
    this.archive = new PageArchive(sqlite)
    this.membership = new Membership(sqlite)
    this.#drift = new DriftNotes(sqlite)
    this.#writer = new RowsWriter(db)
    this.#past = new PastRows(sqlite)
  }

  /** @returns what became of the rows, and the posts and comments whose counters moved */
  write(page: ToldPage): { counts: RowCounts; moved: readonly string[] } {
    const { rows, subject, streamId, pass, at, isPast } = page
    this.archive.setAside(page)
    this.#drift.note(page)
    const written = this.tell(withSubject(rows, subject), page)
    if (page.ranks !== null) this.archive.rank(page, page.ranks)
    if (subject.kind === 'query') this.membership.resolve(subject, rows, at, isPast)
    if (pass === 0) this.membership.listElsewhere(streamId, rows.members.values())
    else this.membership.list({ streamId, pass, isFull: page.sighting !== null }, rows.members.values())
    if (subject.kind === 'link' && !isLeftOut(rows)) this.membership.standIn(streamId, subject.id)
    return written
  }

  /** Brings rows in that no stream lists. @returns as {@link write} */
  tell(
    rows: PageRows,
    { at, sighting, isPast }: Pick<ToldPage, 'at' | 'sighting' | 'isPast'>,
  ): { counts: RowCounts; moved: readonly string[] } {
    return isPast ? { counts: this.#past.write(rows, at), moved: [] } : this.#writer.write(rows, at, sighting)
  }

  /** What was written last may have been rolled back. */
  undone(): void {
    this.#drift.undone()
  }

  markGone(pass: WholePass, at: string): void {
    this.membership.markGone(pass, at)
  }

  /** Sets or clears (null) why the entity of a listing cannot be had; makes its row if there is none. */
  markUnavailable(subject: Subject, as: string | null, at: string): void {
    const table = TABLE_OF[subject.kind]
    if (table !== undefined) this.#writer.markUnavailable(table, subject.id, as, at)
  }
}

/** The table of the entity that a subject is; none for lists and searches. */
export const TABLE_OF: Partial<Record<Subject['kind'], 'users' | 'posts' | 'comments'>> = {
  user: 'users',
  post: 'posts',
  link: 'posts',
  comment: 'comments',
}

/** A listing of an entity shows that the entity exists, even where the answer does not repeat it. */
function withSubject(rows: PageRows, subject: Subject): PageRows {
  const table = TABLE_OF[subject.kind]
  if (table === undefined || subject.kind === 'link' || rows[table].has(subject.id)) return rows
  return { ...rows, [table]: new Map([...rows[table], [subject.id, { id: subject.id }]]) }
}
