import type { ErrorCode } from '../errors.js'
import type { MemberKind, PageRows } from './schema/index.js'

/*
 * What everything above the store may ask of it. Each method is a whole unit of work; a second store (another
 * database) implements this and nothing else changes. No SQL and no table type shows here.
 */

/**
 * What a listing can belong to. `link` is a post named by a seed (its detail is fetched; it lists the post
 * itself); `handle` an `@name` that one exact-match search turns into a user.
 */
export type SubjectKind = 'feed' | 'leaderboard' | 'query' | 'handle' | 'link' | 'user' | 'post' | 'comment'

export interface Subject {
  readonly kind: SubjectKind
  /** The entity's id; empty for the feed and the leaderboard. */
  readonly id: string
  /** For a comment: its post. */
  readonly parentId: string | null
}

/** A counter of an entity that says how long one of its listings is. */
export type CounterName =
  'reply_count' | 'recursive_reply_count' | 'remix_count' | 'follower_count' | 'following_count'

/** A counter of a subject that tells how long a listing is. */
export type LengthCounter = CounterName | 'post_count' | 'cameo_count'

/**
 * null: nobody told, or (for the counters of users, which gate only when they are 0) nobody told a 0 in this
 * run.
 */
export type Counters = Readonly<Record<CounterName, number | null>>

/** The relation of a listed item to the listing's subject: who is the edge's source. */
export interface ListedEdge {
  readonly kind: 'follow' | 'cameo' | 'remix'
  readonly subjectIs: 'source' | 'target'
}

/** How a crawler takes part in a run: which subjects it reads, as far as the store needs to know. */
export interface StreamKind {
  readonly name: string
  readonly accepts: SubjectKind
  readonly route: string
  readonly defaultMaxPages: number | null
  /**
   * Whether one answer is all there is: such streams come first, for they tell counters that spare others.
   */
  readonly single: boolean
  readonly edge: ListedEdge | null
  /**
   * Counters of the subject that say, when they are 0, that the listing is empty and costs no request; none
   * where that is not asked.
   */
  readonly emptyBy: readonly CounterName[]
}

/** Options that seeds share; seeds under different options reach different scopes. */
export interface OptionSet {
  /** Names of the streams to follow for users, posts and comments. */
  readonly collect: readonly string[]
  readonly depth: number
  readonly maxPages: number | null
}

export interface RunSeed {
  /** The seed in its normal form. */
  readonly text: string
  readonly kind: SubjectKind
  readonly id: string
  /** Index into the option sets. */
  readonly optionSet: number
}

/** All that makes a run. */
export interface RunPlan {
  /** Equal for two commands that are the same run. */
  readonly key: string
  /** What is kept in `runs.options`. */
  readonly options: unknown
  readonly seeds: readonly RunSeed[]
  readonly optionSets: readonly OptionSet[]
  readonly streams: readonly StreamKind[]
  /** Whether every listing is read to its end; full and ordinary passes never continue each other. */
  readonly full: boolean
  /**
   * Ids that stand for authors who are not shown: no users, though a database may have taken them for some.
   */
  readonly nobody: readonly string[]
}

/** A handle that once led to a user, who has another one now. */
export interface RenamedHandle {
  readonly handle: string
  readonly userId: string
  /** The user's handle now. */
  readonly now: string
  /** Who is known to have the handle now; null where nobody is. */
  readonly taker: string | null
}

export interface OpenRun {
  readonly id: number
  /** True if an unfinished run goes on. */
  readonly resumed: boolean
  readonly full: boolean
  /**
   * Of a run that goes on: the one or two streams that are all it has left, if it has had no page for a day.
   */
  readonly stuck?: readonly number[]
}

export type PassState = 'none' | 'open' | 'completed' | 'capped' | 'failed'

/** Where the reading of a stream stands. */
export interface Checkpoint {
  readonly pass: number
  readonly passState: PassState
  readonly cursor: string | null
  /** Pages and records of this pass so far. */
  readonly pages: number
  readonly items: number
  /** Empty pages in a row. */
  readonly emptyPages: number
  /** Pages since the last news that repeated what the pass had listed, and pages since then of any kind. */
  readonly repeatedPages: number
  readonly barrenPages: number
  /** How deep the pass had come when its cursor died; null if it did not. */
  readonly diedAtPage: number | null
  /** Whether this pass is a full one. */
  readonly full: boolean
  /** For a full pass: the page at which an ordinary one would have ended; null before. */
  readonly knownFromPage: number | null
  /** The subject's counters before the first request of the last completed pass. */
  readonly readCounters: Counters | null
  /** When the last completed pass completed, as ISO time. */
  readonly completedAt: string | null
}

/** A stream that is ready to be read, and what is needed to decide about it. */
export interface Candidate {
  readonly runId: number
  readonly streamId: number
  readonly stream: string
  readonly subject: Subject
  readonly depth: number
  readonly maxPages: number | null
  /** Failed attempts in this round, and rounds used up. */
  readonly attempts: number
  readonly round: number
  readonly checkpoint: Checkpoint
  /** True if a pass that began after this run has already completed: nothing is left to do. */
  readonly alreadyRead: boolean
  /** The subject's counters; null where nobody told. */
  readonly counters: Counters
  /** Whether the run reads every listing to its end. */
  readonly full: boolean
}

/** A request that is in the ledger and may now be sent, for the stream that it belongs to. */
export interface Lease {
  readonly requestId: number
  readonly candidate: Candidate
}

/** How a request ended, for the ledger. */
export interface Settlement {
  readonly state: 'answered' | 'unknown' | 'never-sent'
  readonly status: number | null
  /** Millionths of a dollar. */
  readonly cost: number
  readonly error: string | null
}

/** An item of a page, as the stream lists it. */
export interface ListedItem {
  readonly kind: MemberKind
  readonly id: string
}

/**
 * What a page lists, as its pass sees it: an item that the pass has not listed before (`news`), only items
 * that it has (`repeats`), or no item at all (`nothing`: an empty page, or records of which none can be
 * read).
 */
export type Brings = 'news' | 'repeats' | 'nothing'

/** How the pass stands after a page; a pass that completes before the end of its listing says why. */
export type PassStep =
  | { readonly state: 'open'; readonly cursor: string }
  | { readonly state: 'capped'; readonly cursor: string }
  | { readonly state: 'completed'; readonly reason?: string }
  | { readonly state: 'failed'; readonly reason: string }

export interface PageCommit {
  readonly lease: Lease
  readonly settlement: Settlement
  /** The raw body, gzip. */
  readonly body: Buffer
  readonly served: number
  readonly rows: PageRows
  readonly brings: Brings
  readonly step: PassStep
  /** The name of the ranked list that the page's order belongs to. */
  readonly ranks: string | null
  /**
   * For full passes: where an ordinary pass would have ended, and how many items new to us are on this page
   * below that.
   */
  readonly audit: { readonly knownFromPage: number | null; readonly lateNews: number }
  readonly programVersion: string
}

/** Rows of entities by what a page did to them. */
export interface RowCounts {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly rejected: number
}

/** What becomes of a stream after a refusal. */
export type RefusalStep =
  /** Ready again after a wait that the caller keeps. */
  | { readonly to: 'delayed' | 'ready'; readonly attempts: number; readonly round: number }
  /** The pass begins again at its top. */
  | { readonly to: 'restart' }
  | { readonly to: 'failed'; readonly reason: string; readonly endsPass: boolean }
  /** The entity is recorded as unavailable. */
  | { readonly to: 'unavailable'; readonly as: 'gone' | 'private' }
  /** A 404 from a route that never answered: kept in doubt. */
  | { readonly to: 'doubtful' }
  /** A 403 that does not say whom it means: the account's as soon as its route serves another entity. */
  | { readonly to: 'withheld'; readonly reason: string }

/** A stream that a refusal has failed, and the cursor that was refused. */
export interface FailedStream {
  readonly streamId: number
  readonly cursor: string | null
}

export interface RefusalCommit {
  readonly lease: Lease
  readonly settlement: Settlement
  /** The raw body, kept where the refusal has consequences. */
  readonly body: Buffer | null
  /**
   * What it tells of others than the stream's subject, to be stored and listed for nobody; its body is kept
   * then.
   */
  readonly stray?: PageRows | undefined
  readonly step: RefusalStep
}

/** Where a run stands. */
export interface RunTally {
  /** Streams by state. */
  readonly open: number
  readonly done: number
  readonly failed: number
  /** Requests sent, and dollars in millionths paid (or possibly paid), in this run so far. */
  readonly requests: number
  readonly cost: number
}

export interface StreamReport {
  readonly stream: string
  readonly subject: string
  readonly state: string
  readonly reason: string | null
  readonly pages: number
}

/** Why an invocation ended before its run was finished. */
export type StopReason = 'cap' | 'interrupted' | ErrorCode

export interface RunEnd {
  readonly finished: boolean
  readonly outcome: string
  readonly exitCode: number
  readonly stoppedBy: StopReason | null
}

/** How the listings of a crawler are estimated. */
export interface EstimateKind {
  readonly stream: string
  readonly accepts: SubjectKind
  readonly lists: MemberKind | null
  readonly length: LengthCounter | null
  readonly order: 'newest-first' | 'ranked' | 'single'
  /** Whether `--recheck` reads it on through young items. */
  readonly recheck: boolean
  /** Counters that spare the listing when they are 0 or, for `unmoved`, what they were. */
  readonly gate: {
    readonly counters: readonly CounterName[]
    readonly closedWhen: 'empty' | 'unmoved'
  } | null
  /** Records on a full page by the contract; null where it states none. */
  readonly pageSize: number | null
}

export interface EstimateRules {
  readonly full: boolean
  readonly noGate: boolean
  readonly minAgeMs: number | null
  readonly recheckMs: number | null
}

/** Billed requests expected for the streams of one kind under one seed. */
export interface EstimateRow {
  readonly seed: string
  readonly stream: string
  /** Streams to look at: in scope as far as is known, not yet done, and not left out by their age. */
  readonly streams: number
  readonly low: number
  readonly likely: number
  readonly high: number
  /** Streams never read to their end whose length nobody told, and that no cap on pages ends. */
  readonly unknown: number
  /** Streams never read to their end whose items will bring others into scope. */
  readonly opens: number
}

/** How far earlier estimates of the same command were off, newest first. */
export interface EstimateRecord {
  readonly run: number
  readonly low: number
  readonly likely: number
  readonly high: number
  readonly actual: number
}

/**
 * Whom the database was told to forget, known by hashes alone. Reading pages never throws for what it is
 * asked.
 */
export interface ForgottenPeople {
  /** Whether it is the id of a forgotten person, or of a post or comment that went with one. */
  isId(text: string): boolean
  /** Whether it is a handle of a forgotten person; in any spelling where it is used as one. */
  isName(word: string, inAnyCase: boolean): boolean
  /** Another handle, post or comment of one has been met: kept with the next page that is committed. */
  remember(kind: 'item' | 'name', text: string): void
}

/**
 * The store as the crawl uses it: open, with the database's write lock held. What a method writes is seen by
 * the next call at once; its promise resolves when that is committed. Calls within the same turn of the event
 * loop may share a transaction, and are in effect all the same one by one: a call that fails leaves nothing,
 * and the others stay.
 */
export interface CrawlStore {
  /** Whom to leave out of everything; null where nobody has been forgotten. */
  readonly forgotten: ForgottenPeople | null
  /** Gives up every unfinished run; their checkpoints stay. @returns how many there were */
  abandonRuns(): Promise<number>
  /** Continues the unfinished run of the same key, or begins one; brings its scope up to what is stored. */
  openRun(plan: RunPlan): Promise<OpenRun>
  /** Of these handles, those that are remembered as users who are known to go by another one now. */
  renamed(handles: readonly string[]): readonly RenamedHandle[]
  /** What the run will cost, from what is stored; nothing is sent. */
  estimate(
    run: OpenRun,
    kinds: readonly EstimateKind[],
    rules: EstimateRules,
  ): Promise<{ rows: EstimateRow[]; records: EstimateRecord[] }>
  /** Keeps an estimate, to be compared with what the run will have cost. */
  noteEstimate(run: OpenRun, rows: readonly EstimateRow[]): Promise<void>
  /** The likely requests of a run by stream, as its estimate was kept; none where none was. */
  notedEstimate(run: OpenRun): Promise<{ readonly stream: string; readonly likely: number }[]>
  /**
   * The stream to read next: shallowest first, then the seed with the fewest requests; undefined when none is
   * ready.
   */
  next(run: OpenRun): Promise<Candidate | undefined>
  /** Ends a stream without a request. */
  skip(
    candidate: Candidate,
    state: 'complete' | 'gated' | 'recent' | 'capped' | 'failed',
    reason?: string,
  ): Promise<void>
  /** Enters a request into the ledger and claims its stream; begins a new pass where one is due. */
  reserve(candidate: Candidate, route: string, price: number): Promise<Lease>
  /** Which of these items earlier completed passes of the stream have listed. */
  known(candidate: Candidate, items: readonly ListedItem[]): Promise<ReadonlySet<string>>
  /** What a page that lists these items brings to the stream's pass. */
  brings(candidate: Candidate, items: readonly ListedItem[]): Promise<Brings>
  cursorWasUsed(streamId: number, cursor: string): Promise<boolean>
  /** All or nothing: raw body, rows, streams found, next cursor, ledger. */
  commitPage(commit: PageCommit): Promise<RowCounts>
  /** All or nothing: ledger, the stream's new state, and what the refusal says of the entity. */
  commitRefusal(commit: RefusalCommit): Promise<void>
  /** A delayed stream is ready again. */
  release(runId: number, streamId: number): Promise<void>
  /**
   * Whether a route has answered a page, in this run or ever in this database; and whether any route ever
   * has.
   */
  routeHasAnswered(route: string, runId: number): Promise<{ inRun: boolean; ever: boolean; any: boolean }>
  /**
   * Whether the API refused a stream with this code before in this run, and its route has answered a page
   * since.
   */
  servedSinceRefusal(candidate: Candidate, code: ErrorCode): Promise<boolean>
  /** How many entities the 403s of a kind of stream leave in doubt, in this run. */
  withheldEntities(runId: number, stream: string): Promise<number>
  /**
   * Whether all that a run has been answered are 404s, and no route has ever answered a page in this
   * database.
   */
  hasOnlyDoubts(runId: number): Promise<boolean>
  /**
   * Makes streams of a run ready again, those in doubt or some that failed: what they were refused for says
   * nothing about them. Those that may be refused again come behind all others.
   */
  reopen(runId: number, which: 'doubtful' | 'withheld' | readonly FailedStream[]): Promise<void>
  /**
   * Fails what is in doubt at the end of a run, and is nobody's (a 404 of a list), or may have been refused
   * for our sake (a 403).
   */
  settleRest(runId: number): Promise<void>
  /** How many entities that other routes have served got a 404 from this stream in this run. */
  doubtfulStreams(runId: number, stream: string): Promise<number>
  /** Fails every stream of this kind that is open or in doubt in the run. */
  condemn(runId: number, stream: string, reason: string): Promise<void>
  tally(runId: number): Promise<RunTally>
  /** Streams of the run that failed, were refused, are in doubt, or were capped; at most `limit`. */
  troubled(runId: number, limit: number): Promise<StreamReport[]>
  closeRun(runId: number, end: RunEnd): Promise<void>
  close(): Promise<void>
}
