import { AppError } from '../errors.js'
import { failpoint } from '../failpoint.js'
import { DriftBase } from './drift-base.js'
import { takeWriteLock } from './lock.js'
import { takeNobodyOut } from './nobody.js'
import { onward } from './onward.js'
import { databaseError, openForReading, openForTrial, openForWriting, type Sqlite } from './open.js'
import { checkOneName, realName } from './place.js'
import { PageTables } from './page-tables.js'
import type { ListedEdge } from './port.js'
import { prepareReplay } from './replay-statements.js'
import { NO_ROWS, type PageRows } from './schema/index.js'
import type { StoredPage } from './stored-page.js'
import { tableChanges, TOLD_TABLES, type TableChange } from './table-changes.js'

/** What a stored page tells, read anew; undefined rows where it cannot be read. */
export interface Retold {
  readonly rows: PageRows | undefined
  readonly ranks: string | null
  readonly programVersion: string
}

/**
 * Rebuilds the tables of data from the raw pages, in one transaction: what dies on the way has changed
 * nothing. Runs, checkpoints and the ledger stay. Where older pages have been pruned, what they told is the
 * base on which the others are applied anew. Holds the database's write lock until closed.
 */
export class Replayer {
  /** Raw answers to apply. */
  readonly pages: number
  /** The time of the newest page that was pruned; null if none was. */
  readonly prunedUntil: string | null
  readonly #file: string
  readonly #sqlite: Sqlite
  readonly #unlock: () => void
  readonly #s: ReturnType<typeof prepareReplay>
  readonly #tables: PageTables
  readonly #drift: DriftBase
  readonly #proven: Set<string>
  readonly #doubted = new Map<number, StoredPage>()
  readonly #flawed = new Set<number>()

  /**
   * @param edges every stream by name, with the relation that its items have to its subject
   * @param nobody ids that stand for authors who are not shown: earlier versions took them for users
   * @param dryRun nothing will be committed: the database may be one that cannot be written
   * @throws AppError `locked`, `bad-database` (also where there is no such file), `newer-database`
   */
  constructor(
    name: string,
    private readonly edges: ReadonlyMap<string, ListedEdge | null>,
    private readonly nobody: readonly string[],
    dryRun = false,
  ) {
    const file = realName(name)
    if (!dryRun) checkOneName(file)
    // A mistyped name must not become a new, empty database.
    openForReading(file).sqlite.close()
    const hold = (): (() => void) => takeWriteLock(file)
    const trial = dryRun ? openForTrial(file, hold) : { file, release: hold() }
    this.#file = trial.file
    this.#unlock = trial.release
    let sqlite: Sqlite | undefined
    try {
      const opened = openForWriting(this.#file)
      sqlite = opened.sqlite
      begin(sqlite, this.#file)
      this.#sqlite = sqlite
      this.#tables = new PageTables(sqlite, opened.db)
      this.#s = prepareReplay(sqlite)
      this.pages = this.#s.count.get() ?? 0
      this.prunedUntil = this.#s.prunedUntil.get() ?? null
      this.#drift = new DriftBase(sqlite, this.prunedUntil)
      this.#proven = new Set(this.#s.provenUntil.all({ until: this.prunedUntil }))
      this.#prepareTables()
    } catch (error) {
      sqlite?.close()
      this.#unlock()
      throw databaseError(error, this.#file)
    }
  }

  /**
   * The page after another (0: the first); undefined after the last.
   * @throws AppError `bad-database` where pages are out of order
   */
  next(after: number): StoredPage | undefined {
    const row = this.#s.next.get({ after })
    if (row === undefined) return undefined
    onward(row.id, after, 'pages')
    const { subjectKind: kind, subjectId: id, parentId, ...page } = row
    return { ...page, subject: { kind, id, parentId } }
  }

  /** Applies a page as its crawl did, at the time at which it came. */
  apply(page: StoredPage, { rows, ranks, programVersion }: Retold): void {
    this.#guard(() => {
      failpoint('mid-replay')
      const told = this.#recountable(rows ?? NO_ROWS)
      const isPast = page.pass === 0 || this.#isInBase(page)
      this.#tables.write({
        ...page,
        pageId: page.id,
        rows: told,
        ranks: isPast ? null : ranks,
        programVersion,
        isPast,
      })
      this.#noteFlaws(page, rows)
      if (page.goneAfter !== null && !this.#flawed.has(page.streamId)) this.#markGone(page, page.goneAfter)
      if (page.pass > 0 && page.meaning === 'page') this.#prove(page)
    })
  }

  /** Applies an answer that told of others than it was asked about: what it tells is listed for nobody. */
  tell(page: StoredPage, rows: PageRows): void {
    this.#guard(() => {
      const { at, sighting, subject, streamId } = page
      this.#tables.tell(rows, { at, sighting, isPast: page.pass === 0 || this.#isInBase(page) })
      if (subject.kind === 'link') this.#tables.membership.standIn(streamId, subject.id)
    })
  }

  /** Applies a refusal, as far as it says something about its entity. */
  refuse(page: StoredPage): void {
    this.#guard(() => {
      const { meaning, subject, streamId, at } = page
      if ((meaning === 'gone' || meaning === 'private') && !this.#isInBase(page))
        this.#tables.markUnavailable(subject, meaning, at)
      if (meaning === 'doubtful') this.#doubted.set(streamId, page)
      if (subject.kind === 'link') this.#tables.membership.standIn(streamId, subject.id)
    })
  }

  /** What is different from before, table by table; before {@link commit}. */
  changes(): TableChange[] {
    return this.#guard(() => {
      this.#finish()
      return tableChanges(this.#sqlite)
    })
  }

  commit(): void {
    this.#guard(() => {
      failpoint('before-replay-commit')
      this.#sqlite.exec('COMMIT')
      this.#sqlite.exec('DETACH DATABASE old')
      this.#sqlite.pragma('wal_checkpoint(TRUNCATE)')
    })
  }

  /** Lets go of the database; what was not committed is as it was. */
  close(): void {
    if (this.#sqlite.inTransaction) this.#sqlite.exec('ROLLBACK')
    this.#sqlite.close()
    this.#unlock()
  }

  /**
   * Which fields come as ever is known from all pages, the dropped ones among them: it stays as it is, and is
   * not counted twice.
   */
  #recountable(rows: PageRows): PageRows {
    return this.prunedUntil === null
      ? rows
      : { ...rows, fields: { added: rows.fields.added, otherAdded: rows.fields.otherAdded, listed: [] } }
  }

  /** Older than what was dropped: the base knows newer answers already. */
  #isInBase({ at }: StoredPage): boolean {
    return this.prunedUntil !== null && at <= this.prunedUntil
  }

  #prepareTables(): void {
    const until = this.prunedUntil
    if (until === null) for (const { name } of TOLD_TABLES) this.#empty(name)
    else for (const statement of this.#s.rewind) statement.run({ until })
  }

  /** Posts that seeds name belong to their streams though no page may say so. */
  #empty(table: string): void {
    if (table === 'members') this.#s.saveLinks.run()
    this.#sqlite.exec(`DELETE FROM main.${table}`)
    if (table === 'members') this.#s.restoreLinks.run()
  }

  #finish(): void {
    takeNobodyOut(this.#sqlite, this.nobody)
    this.#drift.merge()
    for (const statement of this.#s.clearMarks) statement.run()
    for (const statement of this.#s.restoreMarks)
      statement.run({ streams: JSON.stringify([...this.edges.keys()]) })
  }

  /**
   * Where pages have been pruned that may have told of something since the pass began, what it found gone is
   * taken over.
   */
  #markGone({ streamId, pass, stream, subject, at }: StoredPage, after: number): void {
    const edge = this.edges.get(stream) ?? null
    const isWhole = this.#s.prunedSince.get({ after, until: this.prunedUntil }) === undefined
    this.#tables.markGone({ streamId, pass, subjectId: subject.id, edge: isWhole ? edge : null, after }, at)
    if (!isWhole && edge !== null)
      this.#s.goneAsBefore[edge.subjectIs].run({ kind: edge.kind, subject: subject.id, at })
  }

  /**
   * Read anew, a page may have records set aside that were read before: then its pass cannot tell what has
   * gone.
   */
  #noteFlaws({ streamId, page, sighting }: StoredPage, rows: PageRows | undefined): void {
    // Ordinary passes tell nothing about what has gone, and one may come between the pages of a full one.
    if (sighting === null) return
    if (page === 1) this.#flawed.delete(streamId)
    if (rows === undefined || rows.rejects.length > 0) this.#flawed.add(streamId)
  }

  /**
   * The route has answered for the first time: the entities that it did not find in this run are gone after
   * all.
   */
  #prove(page: StoredPage): void {
    const { route, runId, stream, at } = page
    if (this.#proven.has(route)) return
    this.#proven.add(route)
    for (const doubt of this.#doubted.values()) {
      if (doubt.runId === runId && doubt.stream === stream && !this.#isInBase(page))
        this.#tables.markUnavailable(doubt.subject, 'gone', at)
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw (error as { code?: unknown }).code === undefined || error instanceof AppError
        ? error
        : databaseError(error, this.#file)
    }
  }
}

/**
 * Begins the one transaction. The file is attached a second time: that connection goes on seeing what was
 * there before, so that the two can be compared. Sightings go to a table of their own: those of the last
 * crawl stay.
 */
function begin(sqlite: Sqlite, file: string): void {
  sqlite.pragma('temp_store = FILE')
  sqlite.pragma('cache_size = -64000')
  sqlite.prepare('ATTACH DATABASE ? AS old').run(file)
  sqlite.exec(`
    CREATE TEMP TABLE full_sightings (kind TEXT, source_id TEXT, target_id TEXT, request_id INTEGER NOT NULL, PRIMARY KEY (kind, source_id, target_id)) WITHOUT ROWID;
    CREATE TEMP TABLE links (stream_id INTEGER, item_id TEXT);
    BEGIN`)
  sqlite.prepare('SELECT count(*) FROM old.meta').get()
}
