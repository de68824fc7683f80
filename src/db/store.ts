import { statSync } from 'node:fs'
import { now } from '../clock.js'
import type { ErrorCode } from '../errors.js'
import { failpoint } from '../failpoint.js'
import { Doubts } from './doubts.js'
import { Estimates } from './estimates.js'
import { ForgottenHashes } from './forgotten.js'
import { Frontier } from './frontier.js'
import { Ledger } from './ledger.js'
import { takeWriteLock } from './lock.js'
import { keepNobodyOut } from './nobody.js'
import { databaseError, noteOpening, openForTrial, openForWriting, type Sqlite } from './open.js'
import { OwnFile } from './own-file.js'
import { realName } from './place.js'
import type {
  Brings,
  Candidate,
  CrawlStore,
  EstimateKind,
  EstimateRecord,
  EstimateRow,
  EstimateRules,
  FailedStream,
  ForgottenPeople,
  Lease,
  ListedEdge,
  ListedItem,
  OpenRun,
  PageCommit,
  RefusalCommit,
  RefusalStep,
  RenamedHandle,
  RowCounts,
  RunEnd,
  RunPlan,
  RunTally,
  Settlement,
  StreamReport,
} from './port.js'
import type { Meaning } from './page-archive.js'
import { PageTables } from './page-tables.js'
import { Room } from './room.js'
import { Runs } from './runs.js'
import { Scope } from './scope.js'
import { SharedTransaction } from './shared-transaction.js'
import { Streams } from './streams.js'
import type { PageRows } from './schema/index.js'
import { setOrigin, type Origin } from './origin.js'

/**
 * Opens a database for a crawl: takes its write lock, makes or migrates it, and settles what a dead process
 * left in the ledger.
 * @throws AppError `locked`, `bad-database`, `newer-database`, `mixed-origin`, `disk-full`
 */
export function openStore(name: string, origin: Origin): CrawlStore {
  const file = realName(name)
  const unlock = takeWriteLock(file)
  try {
    const { sqlite, db } = openForWriting(file)
    setOrigin(sqlite, origin, file)
    noteOpening(sqlite)
    const own = new OwnFile(file, sqlite)
    const close = (): void => {
      try {
        own.close()
      } finally {
        unlock()
      }
    }
    return new SqliteStore(file, sqlite, new PageTables(sqlite, db), { check: () => own.check(), close })
  } catch (error) {
    unlock()
    throw databaseError(error, file)
  }
}

/**
 * Lets `work` use a store of which nothing is kept: what it does to an existing database is rolled back, or
 * done to a copy where that cannot be written, and a database that does not exist is not made.
 * @throws AppError `locked`, `bad-database`, `newer-database`, `temporary-full`, `unreadable-place`
 */
export async function rehearse<T>(name: string, work: (store: CrawlStore) => Promise<T>): Promise<T> {
  const file = realName(name)
  // An empty file is what a database is before anything is in it: it stays empty.
  const isThere = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0
  const trial = isThere
    ? openForTrial(file, () => takeWriteLock(file))
    : { file: ':memory:', release: () => undefined }
  try {
    const { sqlite, db } = openForWriting(trial.file)
    try {
      // The migrations have opened what is temporary, and in a transaction its place cannot be changed.
      sqlite.pragma('temp_store = MEMORY')
      sqlite.exec('BEGIN')
      return await work(
        new SqliteStore(file, sqlite, new PageTables(sqlite, db), {
          check: () => undefined,
          close: () => undefined,
        }),
      )
    } finally {
      if (sqlite.inTransaction) sqlite.exec('ROLLBACK')
      sqlite.close()
    }
  } finally {
    trial.release()
  }
}

/** What whoever has opened the database has to say. */
interface Opened {
  /** Called before each transaction. @throws AppError where nothing may be written any more */
  readonly check: () => void
  readonly close: () => void
}

/**
 * The store over SQLite. A method that writes does its work at once, wholly or not at all, and its promise
 * resolves when that is committed; methods called within the same turn of the event loop share a transaction.
 */
class SqliteStore implements CrawlStore {
  readonly #file: string
  readonly #sqlite: Sqlite
  readonly #shared: SharedTransaction
  readonly #opened: Opened
  readonly #tables: PageTables
  readonly #room: Room
  readonly #frontier: Frontier
  readonly #scope: Scope
  readonly #streams: Streams
  readonly #doubts: Doubts
  readonly #ledger: Ledger
  readonly #runs: Runs
  readonly #estimates: Estimates
  readonly #edges = new Map<string, ListedEdge | null>()
  readonly #forgotten: ForgottenHashes
  /** What was to be read next when so many units had been done. */
  #next: { run: number; units: number; candidate: Candidate | undefined } | undefined

  constructor(file: string, sqlite: Sqlite, tables: PageTables, opened: Opened) {
    this.#file = file
    this.#sqlite = sqlite
    this.#shared = new SharedTransaction(sqlite, () => tables.undone(), opened.check)
    this.#opened = opened
    this.#room = new Room(file, sqlite)
    this.#tables = tables
    this.#scope = new Scope(sqlite)
    this.#frontier = new Frontier(sqlite)
    this.#streams = new Streams(sqlite, { frontier: this.#frontier, scope: this.#scope, tables }, this.#edges)
    this.#doubts = new Doubts(sqlite, {
      frontier: this.#frontier,
      streams: this.#streams,
      archive: tables.archive,
    })
    this.#ledger = new Ledger(sqlite)
    this.#runs = new Runs(sqlite, this.#scope)
    this.#estimates = new Estimates(sqlite)
    this.#forgotten = new ForgottenHashes(sqlite)
    this.#ledger.settleAbandoned()
  }

  get forgotten(): ForgottenPeople | null {
    return this.#forgotten.isEmpty ? null : this.#forgotten
  }

  async abandonRuns(): Promise<number> {
    return this.#transaction(() => this.#runs.abandon())
  }

  async openRun(plan: RunPlan): Promise<OpenRun> {
    for (const { name, edge } of plan.streams) this.#edges.set(name, edge)
    return this.#transaction(() => {
      keepNobodyOut(this.#sqlite, plan.nobody)
      const run = this.#runs.open(plan)
      this.#frontier.adopt(run.id)
      return run
    })
  }

  renamed(handles: readonly string[]): readonly RenamedHandle[] {
    return this.#tables.membership.renamed(handles)
  }

  async estimate(
    run: OpenRun,
    kinds: readonly EstimateKind[],
    rules: EstimateRules,
  ): Promise<{ rows: EstimateRow[]; records: EstimateRecord[] }> {
    return this.#estimates.estimate(run, kinds, rules)
  }

  async notedEstimate(run: OpenRun): Promise<{ stream: string; likely: number }[]> {
    return this.#estimates.noted(run)
  }

  async noteEstimate(run: OpenRun, rows: readonly EstimateRow[]): Promise<void> {
    return this.#transaction(() => this.#estimates.note(run, rows))
  }

  async next(run: OpenRun): Promise<Candidate | undefined> {
    const { units } = this.#shared
    if (this.#next?.run !== run.id || this.#next.units !== units)
      this.#next = { run: run.id, units, candidate: this.#frontier.next(run) }
    return this.#next.candidate
  }

  async skip(
    candidate: Candidate,
    state: 'complete' | 'gated' | 'recent' | 'capped' | 'failed',
    reason?: string,
  ): Promise<void> {
    return this.#transaction(() => {
      if (state === 'failed') return this.#endAndSettle(candidate, reason ?? '')
      if (state === 'capped') return this.#streams.cap(candidate)
      this.#frontier.setState(candidate.runId, candidate.streamId, state, reason ?? null)
      if (candidate.subject.kind === 'query') this.#streams.answerHandle(candidate)
    })
  }

  async reserve(candidate: Candidate, route: string, price: number): Promise<Lease> {
    this.#room.check()
    return this.#transaction(() => {
      const current = this.#streams.beginPass(candidate)
      this.#streams.useCursor(current.streamId, current.checkpoint.cursor)
      this.#frontier.move(current.runId, current.streamId, 'claimed', current.attempts, current.round)
      const requestId = this.#ledger.reserve(current, route, price)
      failpoint('mid-reserve')
      this.#room.reserved(requestId)
      return { requestId, candidate: current }
    })
  }

  async known(candidate: Candidate, items: readonly ListedItem[]): Promise<ReadonlySet<string>> {
    return this.#streams.known(candidate, items)
  }

  async brings(candidate: Candidate, items: readonly ListedItem[]): Promise<Brings> {
    return this.#streams.brings(candidate, items)
  }

  async cursorWasUsed(streamId: number, cursor: string): Promise<boolean> {
    return this.#streams.cursorWasUsed(streamId, cursor)
  }

  async commitPage(commit: PageCommit): Promise<RowCounts> {
    try {
      return await this.#transaction(() => this.#commitPage(commit, now()))
    } finally {
      this.#room.settled(commit.lease.requestId)
    }
  }

  async commitRefusal(commit: RefusalCommit): Promise<void> {
    try {
      await this.#transaction(() => this.#commitRefusal(commit, now()))
    } finally {
      this.#room.settled(commit.lease.requestId)
    }
  }

  async release(runId: number, streamId: number): Promise<void> {
    return this.#transaction(() => this.#frontier.release(runId, streamId))
  }

  async routeHasAnswered(
    route: string,
    runId: number,
  ): Promise<{ inRun: boolean; ever: boolean; any: boolean }> {
    return this.#ledger.routeHasAnswered(route, runId)
  }

  async servedSinceRefusal(candidate: Candidate, code: ErrorCode): Promise<boolean> {
    return this.#ledger.servedSinceRefusal(candidate, code)
  }

  async withheldEntities(runId: number, stream: string): Promise<number> {
    return this.#frontier.withheldEntities(runId, stream)
  }

  async hasOnlyDoubts(runId: number): Promise<boolean> {
    return this.#frontier.hasOnlyDoubts(runId)
  }

  async reopen(runId: number, which: 'doubtful' | 'withheld' | readonly FailedStream[]): Promise<void> {
    return this.#transaction(() => this.#doubts.reopen(runId, which))
  }

  async settleRest(runId: number): Promise<void> {
    return this.#transaction(() => {
      this.#doubts.settleRest(runId)
      this.#scope.settle(runId)
    })
  }

  async doubtfulStreams(runId: number, stream: string): Promise<number> {
    return this.#frontier.doubtfulStreams(runId, stream)
  }

  async condemn(runId: number, stream: string, reason: string): Promise<void> {
    return this.#transaction(() => {
      const streams = this.#frontier.streamsIn(runId, stream, ['ready', 'delayed', 'doubtful'])
      for (const streamId of streams) {
        this.#streams.end({ runId, streamId }, 'failed', reason, false)
        this.#tables.archive.disbelieve(streamId)
      }
      this.#scope.settle(runId)
    })
  }

  async tally(runId: number): Promise<RunTally> {
    return this.#frontier.tally(runId)
  }

  async troubled(runId: number, limit: number): Promise<StreamReport[]> {
    return this.#frontier.troubled(runId, limit)
  }

  async closeRun(runId: number, end: RunEnd): Promise<void> {
    return this.#transaction(() => {
      this.#runs.close(runId, end)
      failpoint('mid-close')
      if (end.finished) this.#estimates.settle(runId)
    })
  }

  async close(): Promise<void> {
    this.#shared.commit()
    failpoint('before-checkpoint')
    this.#opened.close()
  }

  #commitRefusal(commit: RefusalCommit, at: string): void {
    this.#ledger.settle(commit.lease.requestId, commit.settlement, at)
    const { sighting } = this.#keep(commit.lease, commit.settlement, commit.body, meaningOf(commit.step), at)
    if (commit.stray !== undefined) this.#tellStray(commit.lease.candidate.runId, commit.stray, sighting, at)
    failpoint('mid-refusal')
    this.#apply(commit, at)
    this.#scope.settle(commit.lease.candidate.runId)
  }

  #commitPage(commit: PageCommit, at: string): RowCounts {
    const { lease, settlement, rows, ranks, programVersion } = commit
    const { runId, streamId, stream, subject, checkpoint } = lease.candidate
    this.#ledger.settle(lease.requestId, settlement, at)
    const { pageId, sighting } = this.#keep(lease, settlement, commit.body, 'page', at)
    const place = { pass: checkpoint.pass, page: checkpoint.pages + 1, servedBefore: checkpoint.items }
    const { counts, moved } = this.#tables.write({
      pageId,
      runId,
      requestId: lease.requestId,
      streamId,
      stream,
      subject,
      ...place,
      sighting,
      at,
      rows,
      ranks,
      programVersion,
      isPast: false,
    })
    this.#frontier.noteZeros(runId, rows.users.values())
    for (const id of moved) this.#frontier.reopenGated(runId, id)
    if (subject.kind === 'query') this.#scope.resolved(runId, subject.id)
    failpoint('mid-commit')
    this.#streams.meet(commit)
    this.#streams.advance(commit, pageId, at)
    this.#streams.clearUnavailable(streamId, at)
    if (this.#ledger.proveRoute(lease.requestId, at)) this.#doubts.settleNotFound(runId, stream, at)
    this.#doubts.settleWithheld(runId, stream, lease.requestId)
    this.#scope.settle(runId)
    this.#forgotten.save()
    return counts
  }

  /**
   * Keeps a raw answer, with what the tables cannot be rebuilt without; some refusals have no body worth it.
   */
  #keep(
    lease: Lease,
    { status }: Settlement,
    body: Buffer | null,
    meaning: Meaning,
    at: string,
  ): { pageId: number; sighting: number | null } {
    const sighting = lease.candidate.full ? this.#ledger.newest() : null
    const pageId =
      body === null
        ? 0
        : this.#tables.archive.keep(lease, { status: status ?? 0, meaning, sighting, body }, at)
    return { pageId, sighting }
  }

  /** What an answer tells of others than it was asked about is true all the same. */
  #tellStray(runId: number, rows: PageRows, sighting: number | null, at: string): void {
    const { moved } = this.#tables.tell(rows, { at, sighting, isPast: false })
    this.#frontier.noteZeros(runId, rows.users.values())
    for (const id of moved) this.#frontier.reopenGated(runId, id)
    this.#forgotten.save()
  }

  #apply({ lease, step }: RefusalCommit, at: string): void {
    const { candidate } = lease
    const { runId, streamId } = candidate
    switch (step.to) {
      case 'delayed':
      case 'ready':
        return this.#frontier.move(runId, streamId, step.to, step.attempts, step.round)
      case 'restart':
        return this.#streams.restart(candidate)
      case 'failed':
        return this.#streams.end(candidate, 'failed', step.reason, step.endsPass)
      case 'doubtful':
        return this.#streams.end(candidate, 'doubtful', 'not found, by a route that has never answered', true)
      case 'withheld':
        return this.#doubts.withhold(candidate, step.reason, this.#ledger.newest())
      case 'unavailable':
        this.#streams.end(candidate, 'unavailable', step.as, candidate.checkpoint.pages === 0)
        return this.#streams.markUnavailable(streamId, step.as, at)
    }
  }

  #endAndSettle(candidate: Candidate, reason: string): void {
    this.#streams.end(candidate, 'failed', reason, false)
    this.#scope.settle(candidate.runId)
  }

  async #transaction<T>(unit: () => T): Promise<T> {
    try {
      return await this.#shared.do(unit)
    } catch (error) {
      throw isStorageFault(error) ? databaseError(error, this.#file) : error
    }
  }
}

function meaningOf(step: RefusalStep): Meaning {
  if (step.to === 'unavailable') return step.as
  return step.to === 'doubtful' || step.to === 'withheld' ? step.to : 'refused'
}

function isStorageFault(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && /^SQLITE_(FULL|IOERR|READONLY|CORRUPT|BUSY|CANTOPEN)/.test(code)
}
