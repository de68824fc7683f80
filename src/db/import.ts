import { monotonicMs, now } from '../clock.js'
import { failpoint } from '../failpoint.js'
import { ForgottenHashes } from './forgotten.js'
import { takeWriteLock } from './lock.js'
import { databaseError, noteOpening, openForWriting, type Sqlite } from './open.js'
import { realName } from './place.js'
import { OwnFile } from './own-file.js'
import { setOrigin } from './origin.js'
import { PageTables } from './page-tables.js'
import type { ForgottenPeople, RowCounts, Subject } from './port.js'
import type { PageRows } from './schema/index.js'

/** An answer that was had elsewhere, and what it tells. */
export interface ImportedAnswer {
  /** Equal for two answers that are the same. */
  readonly hash: string
  readonly stream: string
  readonly subject: Subject
  readonly route: string
  readonly cursor: string | null
  /** When it came, as ISO time. */
  readonly at: string
  /** gzip. */
  readonly body: Buffer
  readonly programVersion: string
}

/** Answers that share a transaction, and how long one may stay open. */
const BATCH = 200
const BATCH_MS = 500
/**
 * As much as a batch changes, about: what does not fit is written to the log and read back before the batch
 * is committed.
 */
const CACHE_KB = 32_000

/**
 * Takes answers from elsewhere into a database, as pages without a price that belong to no pass: they
 * complete nothing, end nothing early and mark nothing. Holds the database's write lock until closed.
 */
export class Importer {
  readonly #file: string
  readonly #sqlite: Sqlite
  readonly #unlock: () => void
  readonly #own: OwnFile
  readonly #tables: PageTables
  readonly #s: ReturnType<typeof prepare>
  readonly #forgotten: ForgottenHashes
  #run: number | undefined
  #inBatch = 0
  #batchSince = 0

  /** @throws AppError `locked`, `bad-database`, `newer-database`, `mixed-origin` */
  constructor(name: string) {
    this.#file = realName(name)
    this.#unlock = takeWriteLock(this.#file)
    let sqlite: Sqlite | undefined
    try {
      const opened = openForWriting(this.#file)
      sqlite = opened.sqlite
      sqlite.pragma(`cache_size = -${CACHE_KB}`)
      setOrigin(sqlite, 'real', this.#file)
      noteOpening(sqlite)
      this.#own = new OwnFile(this.#file, sqlite)
      this.#sqlite = sqlite
      this.#tables = new PageTables(sqlite, opened.db)
      this.#s = prepare(sqlite)
      this.#forgotten = new ForgottenHashes(sqlite)
    } catch (error) {
      sqlite?.close()
      this.#unlock()
      throw databaseError(error, this.#file)
    }
  }

  /** Whom to leave out; null where nobody has been forgotten. */
  get forgotten(): ForgottenPeople | null {
    return this.#forgotten.isEmpty ? null : this.#forgotten
  }

  /** Whether this answer has been imported before. */
  has(hash: string): boolean {
    return this.#s.isKnown.get({ hash }) !== undefined
  }

  hasStream(stream: string, subjectId: string): boolean {
    return this.#s.parentOf.get({ stream, subject: subjectId }) !== undefined
  }

  /**
   * The post of a comment: as its stream has it, where there is one, for so it will be read again; else as
   * the answer tells, or as is stored.
   */
  parentOf(stream: string, { id, parentId }: Subject): string | null {
    const known = this.#s.parentOf.get({ stream, subject: id })
    return known === undefined ? (parentId ?? this.#s.postOf.get({ id }) ?? null) : known
  }

  /** Stores an answer and its rows. */
  add(
    { hash, stream, subject, route, cursor, at, body, programVersion }: ImportedAnswer,
    rows: PageRows,
  ): RowCounts {
    return this.#guard(() => {
      this.#beginBatch()
      const runId = this.#openRun()
      const place = { stream, kind: subject.kind, subject: subject.id, parent: subject.parentId }
      this.#s.addStream.run(place)
      const streamId = this.#s.streamOf.get(place) ?? 0
      const requestId = Number(
        this.#s.request.run({ run: runId, stream: streamId, route, cursor, at: now() }).lastInsertRowid,
      )
      const pageId = Number(
        this.#s.page.run({ request: requestId, run: runId, stream: streamId, route, at, body })
          .lastInsertRowid,
      )
      this.#s.note.run({ hash, page: pageId })
      failpoint('mid-import')
      const where = { pageId, runId, requestId, streamId, stream, subject, pass: 0, page: 1, servedBefore: 0 }
      const { counts } = this.#tables.write({
        ...where,
        sighting: null,
        at,
        rows,
        ranks: null,
        programVersion,
        isPast: true,
      })
      this.#forgotten.save()
      this.#inBatch += 1
      if (this.#inBatch >= BATCH || monotonicMs() - this.#batchSince > BATCH_MS) this.#endBatch()
      return counts
    })
  }

  /** Ends the import. @param outcome in words */
  finish(outcome: string, exitCode: number): void {
    this.#guard(() => {
      this.#endBatch()
      if (this.#run !== undefined) this.#s.finish.run({ run: this.#run, outcome, exit: exitCode, at: now() })
    })
  }

  /** Lets go of the database; what was added since the last batch is kept only by {@link finish}. */
  close(): void {
    if (this.#sqlite.inTransaction) this.#sqlite.exec('ROLLBACK')
    try {
      this.#own.close()
    } finally {
      this.#unlock()
    }
  }

  #openRun(): number {
    this.#run ??= Number(this.#s.begin.run({ at: now() }).lastInsertRowid)
    return this.#run
  }

  #beginBatch(): void {
    if (this.#sqlite.inTransaction) return
    this.#own.check()
    this.#sqlite.exec('BEGIN IMMEDIATE')
    this.#inBatch = 0
    this.#batchSince = monotonicMs()
  }

  #endBatch(): void {
    if (this.#sqlite.inTransaction) this.#sqlite.exec('COMMIT')
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw (error as { code?: unknown }).code === undefined ? error : databaseError(error, this.#file)
    }
  }
}

function prepare(sqlite: Sqlite) {
  return {
    isKnown: sqlite.prepare('SELECT 1 FROM imports WHERE hash = :hash'),
    postOf: sqlite.prepare<object, string | null>('SELECT post_id FROM comments WHERE id = :id').pluck(),
    parentOf: sqlite
      .prepare<object, string | null>(
        'SELECT parent_id FROM checkpoints WHERE stream = :stream AND subject_id = :subject',
      )
      .pluck(),
    // A dead import says that it was interrupted: whoever ends it says otherwise.
    begin: sqlite.prepare(`
      INSERT INTO runs (key, options, state, outcome, exit_code, started_at, finished_at, started_after_request, last_request)
      SELECT 'import', '{"import":true}', 'finished', 'the import was interrupted', 4, :at, :at, coalesce(max(id), 0), coalesce(max(id), 0) FROM requests`),
    finish: sqlite.prepare(`
      UPDATE runs SET outcome = :outcome, exit_code = :exit, finished_at = :at, last_request = (SELECT coalesce(max(id), 0) FROM requests) WHERE id = :run`),
    addStream: sqlite.prepare(
      'INSERT INTO checkpoints (stream, subject_kind, subject_id, parent_id) VALUES (:stream, ' +
        ':kind, :subject, :parent) ON CONFLICT DO NOTHING',
    ),
    streamOf: sqlite
      .prepare<object, number>('SELECT id FROM checkpoints WHERE stream = :stream AND subject_id = :subject')
      .pluck(),
    request: sqlite.prepare(`
      INSERT INTO requests (run_id, stream_id, route, cursor, state, status, cost_microusd, reserved_at, settled_at)
      VALUES (:run, :stream, :route, :cursor, 'imported', 200, 0, :at, :at)`),
    page: sqlite.prepare(`
      INSERT INTO pages (request_id, run_id, stream_id, route, pass, page, served_before, status, meaning, received_at, body)
      VALUES (:request, :run, :stream, :route, 0, 1, 0, 200, 'page', :at, :body)`),
    note: sqlite.prepare('INSERT INTO imports (hash, page_id) VALUES (:hash, :page)'),
  }
}
