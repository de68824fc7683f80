import { setMaxListeners } from 'node:events'
import type { ApiClient, PageReply, ParamsOf, ReadRoute, RefusalReply, Reply, Turn } from '../api/index.js'
import { monotonicMs, pause } from '../clock.js'
import type {
  Candidate,
  CrawlStore,
  Lease,
  OpenRun,
  PageCommit,
  PageRows,
  RowCounts,
  RunTally,
  Settlement,
  StopReason,
  StreamReport,
} from '../db/index.js'
import { AppError, ExitCode, messageOf } from '../errors.js'
import { failpoint } from '../failpoint.js'
import type { Logger } from '../log.js'
import { Blame, NOTHING_ANSWERS, ROUTE_GONE } from './blame.js'
import { Budget, type BudgetCaps } from './budget.js'
import { Circuit, PROBE_TIMEOUT_MS } from './circuit.js'
import type { Crawler } from './contract.js'
import { withoutForgotten } from './leave-out.js'
import { pageCommitOf, strayAnswer } from './page-commit.js'
import { needsNoRequest, type RunRules } from './pass.js'
import { decide, refusalStep, type Decision } from './policy.js'
import { Progress } from './progress.js'

/** Until the API has answered once, no more requests than this are in flight. */
const GENTLE_CONCURRENCY = 8
/** A longer wait than this is not waited for: the run stops and says when to come back. */
const LONGEST_WAIT_MS = 15 * 60_000
const MAX_RATE_LIMITS_IN_A_ROW = 20
/**
 * When so many answers in a row cannot be taken in, the fault is not in one of them: nothing more is paid
 * for.
 */
const MAX_FAULTS_IN_A_ROW = 10

export interface CrawlParts {
  readonly store: CrawlStore
  readonly client: ApiClient
  readonly crawlers: readonly Crawler[]
  readonly log: Logger
  readonly concurrency: number
  readonly programVersion: string
  readonly rules: RunRules
  readonly caps: BudgetCaps
  /** Streams whose last pass completed less than this ago are left out, in milliseconds; null: none. */
  readonly minAgeMs: number | null
  /** What could not be said on the way, for the run's outcome: nobody may have seen it. */
  readonly lostWords?: () => readonly string[]
}

/** How an invocation ended. */
export interface CrawlOutcome {
  readonly run: OpenRun
  /** True if everything in scope has been read (or failed for good). */
  readonly finished: boolean
  readonly exitCode: ExitCode
  /** Why it stopped before that, as one line. */
  readonly stopped: string | null
  readonly stoppedBy: StopReason | null
  readonly tally: RunTally
  readonly troubled: readonly StreamReport[]
}

/** Ending streams that need no request pauses this often for whatever else is waiting. */
const SKIPS_IN_A_ROW = 100

/** When a request was sent, and whether to find out if the API is there. */
interface Sending {
  readonly sentAt: number
  readonly wasProbe: boolean
}

/**
 * Reads everything in a run's scope: take the next stream, reserve a request, send it, interpret the answer,
 * commit. One dispatcher hands out streams, so each stream's pages come in order; up to `concurrency`
 * requests are in flight.
 */
export class Crawl {
  readonly progress = new Progress()
  readonly #parts: CrawlParts
  readonly #byName: ReadonlyMap<string, Crawler>
  readonly #circuit = new Circuit()
  readonly #budget: Budget
  readonly #inFlight = new Set<Promise<void>>()
  readonly #delayed = new Set<Promise<void>>()
  /** Those in flight that were sent while the circuit was open. */
  readonly #probes = new Set<Promise<void>>()
  /** Ends the wait for each answer that is to come. */
  readonly #unanswered = new Set<() => void>()
  /** What has been done and waits for its commit. */
  readonly #saving = new Set<Promise<void>>()
  readonly #restarted = new Set<number>()
  readonly #blame: Blame
  readonly #lastBody = new Map<number, string>()
  readonly #stopping = new AbortController()
  #rateLimitsInARow = 0
  #faultsInARow = 0
  #countingMs = 0
  #changes = 0
  #lastCountedLimit = -Infinity
  #stop: { reason: StopReason; exitCode: ExitCode; line: string } | undefined
  #fault: unknown
  #wake: () => void = () => undefined

  constructor(parts: CrawlParts) {
    this.#parts = parts
    this.#budget = new Budget(parts.caps)
    this.#blame = new Blame(parts.store)
    // As many listeners as streams that back off.
    setMaxListeners(0, this.#stopping.signal)
    this.#byName = new Map(parts.crawlers.map(crawler => [crawler.name, crawler]))
  }

  /**
   * Reads an open run to its end, or until {@link stop}. @throws whatever is no failure of the API: a bug, a
   * full disk.
   */
  async run(run: OpenRun): Promise<CrawlOutcome> {
    const { store } = this.#parts
    this.progress.begin(run, await store.tally(run.id))
    for (const streamId of run.stuck ?? []) this.#circuit.suspect(streamId)
    try {
      await this.#dispatch(run)
    } finally {
      this.#stopping.abort()
      await Promise.all([...this.#inFlight, ...this.#delayed])
      await Promise.all(this.#saving)
    }
    if (this.#fault !== undefined) throw this.#fault
    return this.#close(run)
  }

  /** Ends the run politely: what is in flight is awaited and committed, nothing else is sent. */
  stop(reason: StopReason, line: string, exitCode: ExitCode = ExitCode.stopped): void {
    this.#stop ??= { reason, line, exitCode }
    this.#stopping.abort()
    this.#changed()
  }

  async #dispatch(run: OpenRun): Promise<void> {
    while (!this.#ended()) {
      // Noted before the store looks: what is idle now brings no new streams while it does, and what happens
      // meanwhile is not missed.
      const isIdle = this.#inFlight.size + this.#delayed.size === 0
      const seen = this.#changes
      const candidate = this.#inFlight.size < this.#limit() ? await this.#nextToRead(run) : undefined
      const budget = candidate === undefined ? 'wait' : this.#budget.allows(this.#priceOf(candidate))
      if (budget === 'yes') await this.#sendNext(run)
      else if (this.#inFlight.size > 0) await this.#changeSince(seen)
      else if (budget === 'no' || (this.#delayed.size > 0 && this.#budget.allows(0) === 'no'))
        this.stop('cap', CAP_REACHED)
      else if (isIdle) return
      else await this.#changeSince(seen)
    }
  }

  async #sendNext(run: OpenRun): Promise<void> {
    const turn = await this.#parts.client.gate.turn(this.#stopping.signal)
    if (turn === undefined || this.#ended() || this.#inFlight.size >= this.#limit()) return
    // While waiting for the turn, answers came in: the best stream may be another one now, or none.
    const candidate = await this.#nextToRead(run)
    if (candidate === undefined || this.#budget.allows(this.#priceOf(candidate)) !== 'yes') return
    const price = this.#priceOf(candidate)
    failpoint('before-reserve')
    const reserved = this.#parts.store.reserve(candidate, this.#crawlerOf(candidate).route, price)
    this.#budget.reserve(price)
    this.progress.sent()
    const reading = this.#read(reserved, turn)
    this.#track(this.#inFlight, reading)
    if (this.#circuit.state === 'open') this.#track(this.#probes, reading)
  }

  /** The next stream that needs a request; those that need none are ended on the way. */
  async #nextToRead(run: OpenRun): Promise<Candidate | undefined> {
    const { store } = this.#parts
    for (let skipped = 0; ; skipped += 1) {
      if (skipped % SKIPS_IN_A_ROW === SKIPS_IN_A_ROW - 1) await Promise.all(this.#saving)
      const candidate = this.#fault === undefined ? await store.next(run) : undefined
      if (candidate === undefined) return undefined
      const when = { minAgeMs: this.#parts.minAgeMs, nowMs: Date.now() }
      const state = this.#blame.isCondemned(candidate.stream)
        ? 'failed'
        : needsNoRequest(candidate, this.#crawlerOf(candidate), this.#parts.rules, when)
      if (state === undefined) return candidate
      this.#track(this.#saving, store.skip(candidate, state, state === 'failed' ? ROUTE_GONE : undefined))
      this.progress.ended(state)
    }
  }

  /** @param reserved the request in the ledger: it is sent once it is there to stay */
  async #read(reserved: Promise<Lease>, turn: Turn): Promise<void> {
    const lease = await reserved
    failpoint('after-reserve')
    // While the reservation was written, the API may have asked to wait.
    if (!(await this.#parts.client.gate.opened(this.#stopping.signal))) return this.#giveBack(lease)
    const { candidate } = lease
    const crawler = this.#crawlerOf(candidate)
    const wasProbe = this.#circuit.state === 'open'
    const cursor = candidate.checkpoint.cursor ?? undefined
    const params = { ...crawler.params(candidate.subject), ...(cursor === undefined ? {} : { cursor }) }
    const sentAt = monotonicMs()
    failpoint('before-send')
    const sending = this.#parts.client.send(
      turn,
      crawler.route,
      params as ParamsOf<ReadRoute>,
      wasProbe ? PROBE_TIMEOUT_MS : undefined,
    )
    const sent = await this.#untilDown(sending, this.#priceOf(candidate))
    this.progress.answered(sent.cost)
    this.#budget.settle(this.#priceOf(candidate), sent.cost)
    await this.#take(lease, crawler, sent, { sentAt, wasProbe })
  }

  /**
   * The answer; or, where the API turns out to be down before it comes, that nobody knows what became of the
   * request.
   */
  #untilDown(sending: Promise<Reply>, price: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void =>
        resolve({
          kind: 'refusal',
          code: 'unreachable',
          message: 'not waited for: the API is down',
          status: null,
          cost: price,
          waitMs: undefined,
          kept: undefined,
          fingerprint: undefined,
          fate: 'unknown',
          timedOut: true,
          noAnswer: true,
        })
      this.#unanswered.add(giveUp)
      void sending.then(resolve, reject).finally(() => this.#unanswered.delete(giveUp))
    })
  }

  /**
   * Whatever throws from here on costs the stream its page in this run, and never the raw answer, which has
   * been paid for.
   */
  async #take(lease: Lease, crawler: Crawler, sent: Reply, sending: Sending): Promise<void> {
    const { forgotten } = this.#parts.store
    // An answer from which nobody could take the forgotten out is not kept.
    let safe = forgotten === null ? sent.kept : undefined
    let follow: () => Promise<void>
    try {
      const reply = withoutForgotten(sent, crawler.route, forgotten)
      safe = reply.kept
      failpoint('after-answer')
      follow = await this.#commit(lease, crawler, reply, sending)
    } catch (error) {
      return this.#setAside(lease, sent, safe, error)
    }
    await follow()
  }

  /** @returns what is to be done once the answer is in the store's hands */
  async #commit(
    lease: Lease,
    crawler: Crawler,
    reply: Reply,
    sending: Sending,
  ): Promise<() => Promise<void>> {
    const { candidate } = lease
    const { status } = reply
    this.#parts.log.debug(
      {
        stream: candidate.stream,
        subject: candidate.subject.id,
        page: candidate.checkpoint.pages + 1,
        status,
        ms: Math.round(monotonicMs() - sending.sentAt),
      },
      'answer',
    )
    if (reply.kind === 'refusal' && reply.code === 'rate-limited')
      this.#waitAsAsked(reply.waitMs, sending.sentAt)
    else this.#rateLimitsInARow = 0
    if (reply.kind === 'refusal') return this.#commitRefusal(lease, crawler, reply, sending)
    if (!crawler.isAboutAnother(reply.page, candidate.subject)) return this.#storePage(lease, crawler, reply)
    return this.#commitRefusal(
      lease,
      crawler,
      strayAnswer(reply, candidate.subject),
      sending,
      crawler.interpretStray(reply.page, candidate.subject),
    )
  }

  /**
   * Stores an answer that was paid for as it came, where taking it has failed: a bug, or a payload made to
   * cause one. The stream fails and keeps its cursor; a replay by a program without the bug reads the page.
   * After many in a row the run ends. @throws what the store says of itself (a full disk, a lost database)
   */
  async #setAside(
    lease: Lease,
    { kind, status, cost }: Reply,
    body: Buffer | undefined,
    error: unknown,
  ): Promise<void> {
    const { candidate } = lease
    if (error instanceof AppError) throw error
    this.#parts.log.error(
      {
        stream: candidate.stream,
        subject: candidate.subject.id,
        error: messageOf(error),
        stack: error instanceof Error ? error.stack : undefined,
      },
      'an answer could not be taken',
    )
    this.#faultsInARow += 1
    // At once, so that nothing is sent while this one is committed.
    if (this.#faultsInARow >= MAX_FAULTS_IN_A_ROW) this.#end(error)
    const settlement: Settlement = {
      state: status === null ? 'unknown' : 'answered',
      status,
      cost,
      error: `not taken: ${messageOf(error).slice(0, 300).toWellFormed()}`,
    }
    await this.#parts.store.commitRefusal({
      lease,
      settlement,
      body: body ?? null,
      step: { to: 'failed', reason: NOT_TAKEN, endsPass: false },
    })
    this.progress.ended('failed')
    if (kind === 'page') this.#circuit.succeeded(candidate.streamId, monotonicMs())
  }

  /** A request that is not sent after all, as the run stops: its stream is ready again. */
  async #giveBack(lease: Lease): Promise<void> {
    const { attempts, round } = lease.candidate
    this.progress.answered(0)
    this.#budget.settle(this.#priceOf(lease.candidate), 0)
    const settlement: Settlement = {
      state: 'never-sent',
      status: null,
      cost: 0,
      error: 'the run stopped before it was sent',
    }
    await this.#parts.store.commitRefusal({
      lease,
      settlement,
      body: null,
      step: { to: 'ready', attempts, round },
    })
  }

  /**
   * Ends when the page is in the store's hands: whatever is sent after that is reserved in the same
   * transaction or a later one, so that there are never more requests sent and not committed than may be in
   * flight.
   */
  async #storePage(lease: Lease, crawler: Crawler, reply: PageReply): Promise<() => Promise<void>> {
    const { store, rules, programVersion } = this.#parts
    const commit = await pageCommitOf(lease, crawler, reply, { store, rules, programVersion })
    this.#track(this.#saving, this.#noteStored(store.commitPage(commit), commit, reply))
    return async () => {
      this.#parts.client.gate.speedUp()
      this.#lastBody.delete(lease.candidate.streamId)
      this.#blame.served()
      this.#circuit.succeeded(lease.candidate.streamId, monotonicMs())
    }
  }

  async #noteStored(
    stored: Promise<RowCounts>,
    { lease, step, body }: PageCommit,
    reply: PageReply,
  ): Promise<void> {
    let counts: RowCounts
    try {
      counts = await stored
    } catch (error) {
      return this.#setAside(lease, reply, body, error)
    }
    failpoint('after-commit')
    this.#faultsInARow = 0
    this.progress.committed(counts, step.state)
    await this.#recount(lease.candidate.runId)
  }

  async #recount(runId: number): Promise<void> {
    if (!this.progress.isStale(this.#countingMs)) return
    const started = monotonicMs()
    this.progress.restate(await this.#parts.store.tally(runId))
    this.#countingMs = monotonicMs() - started
  }

  async #commitRefusal(
    lease: Lease,
    crawler: Crawler,
    reply: RefusalReply,
    sending: Sending,
    stray?: PageRows,
  ): Promise<() => Promise<void>> {
    const { store, log } = this.#parts
    const { candidate } = lease
    const sameAnswer =
      reply.fingerprint !== undefined && this.#lastBody.get(candidate.streamId) === reply.fingerprint
    if (reply.fingerprint !== undefined) this.#lastBody.set(candidate.streamId, reply.fingerprint)
    const decision = await this.#decide(reply, { candidate, crawler, sameAnswer, isProbe: sending.wasProbe })
    log.info(
      {
        stream: candidate.stream,
        subject: candidate.subject.id,
        code: reply.code,
        message: reply.message,
        decision: decision.do,
      },
      'refused',
    )
    const settlement: Settlement = {
      state: reply.fate,
      status: reply.status,
      cost: reply.cost,
      error: `${reply.code}: ${reply.message}`,
    }
    const step = refusalStep(decision, candidate)
    const hasConsequences = stray !== undefined || (step.to !== 'delayed' && step.to !== 'ready')
    await store.commitRefusal({
      lease,
      settlement,
      body: hasConsequences ? (reply.kept ?? null) : null,
      step,
      stray,
    })
    failpoint('after-refusal')
    return async () => {
      await this.#follow(decision, candidate, reply)
      this.#judge(candidate, reply, sending)
    }
  }

  async #decide(
    reply: RefusalReply,
    {
      candidate,
      crawler,
      ...answer
    }: { candidate: Candidate; crawler: Crawler; sameAnswer: boolean; isProbe: boolean },
  ): Promise<Decision> {
    const { store } = this.#parts
    const { any, ...route } = await store.routeHasAnswered(crawler.route, candidate.runId)
    // Streams that were put back may have been refused before.
    const othersServed =
      candidate.round > 0 &&
      IN_A_ROW.has(reply.code) &&
      (await store.servedSinceRefusal(candidate, reply.code))
    return decide(reply, {
      candidate,
      route,
      anyRoute: any,
      othersServed,
      restarted: this.#restarted.has(candidate.streamId),
      ...answer,
      random: Math.random(),
    })
  }

  /** What a decision means beyond its stream. */
  async #follow(decision: Decision, candidate: Candidate, reply: RefusalReply): Promise<void> {
    if (decision.do === 'stop') this.#stopFor(decision.error)
    const { stop, condemned } = await this.#blame.weigh(decision, candidate, reply)
    if (stop !== undefined) this.#stopFor(stop)
    if (decision.do === 'restart') this.#restarted.add(candidate.streamId)
    if (decision.do === 'retry') this.#track(this.#delayed, this.#releaseLater(candidate, decision.delayMs))
    if (condemned === true) this.progress.restate(await this.#parts.store.tally(candidate.runId))
    else if (decision.do === 'fail') this.progress.ended('failed')
    else if (ENDS_WITHOUT_FAILING.has(decision.do)) this.progress.ended('complete')
  }

  #waitAsAsked(askedMs: number | undefined, sentAt: number): void {
    // Those that were in flight together are told off together: that is one refusal.
    if (sentAt >= this.#lastCountedLimit) {
      this.#rateLimitsInARow += 1
      this.#slowDown()
      this.#lastCountedLimit = monotonicMs()
    }
    const ms = Math.max(250, askedMs ?? Math.min(60_000, 1_000 * 2 ** (this.#rateLimitsInARow - 1)))
    const back = new Date(Date.now() + ms)
    if (ms > LONGEST_WAIT_MS || this.#rateLimitsInARow >= MAX_RATE_LIMITS_IN_A_ROW) {
      const when = Number.isNaN(back.getTime()) ? 'much later' : `after ${back.toISOString()}`
      return this.stop('rate-limited', new AppError('rate-limited', `come back ${when}`).line)
    }
    this.#parts.client.gate.closeFor(ms)
    this.progress.waiting(ms, 'the API asked for it')
  }

  #slowDown(): void {
    const { gate } = this.#parts.client
    gate.slowDown()
    this.progress.slowed(gate.perSecond)
    this.#parts.log.info({ perSecond: gate.perSecond }, 'slower')
  }

  /** What a refusal says about the API as a whole: it is there, or it brought no answer. */
  #judge(
    { streamId }: Candidate,
    { code, status, message, fate, timedOut, noAnswer }: RefusalReply,
    { sentAt, wasProbe }: Sending,
  ): void {
    const { recovery } = new AppError(code, message)
    if (recovery === 'mark' || recovery === 'skip' || recovery === 'restart')
      return this.#circuit.succeeded(streamId, monotonicMs())
    if (recovery !== 'retry' || (code === 'asked-to-retry' && status === 200)) return
    const before = this.#circuit.state
    this.#circuit.failed(
      { streamId, sentAt, noServer: fate === 'never-sent', noAnswer, timedOut, wasProbe },
      monotonicMs(),
    )
    if (this.#circuit.state === 'down') {
      for (const giveUp of this.#unanswered) giveUp()
      return this.stop('unreachable', new AppError(code, message).line)
    }
    if (this.#circuit.state !== 'open' || (before === 'open' && !wasProbe)) return
    this.#parts.client.gate.closeFor(this.#circuit.probeWaitMs)
    this.progress.waiting(this.#circuit.probeWaitMs, 'the API does not answer')
  }

  #stopFor(error: AppError): void {
    this.stop(error.code, error.line, error.exit)
  }

  async #releaseLater({ runId, streamId }: Candidate, delayMs: number): Promise<void> {
    await pause(delayMs, this.#stopping.signal)
    await this.#parts.store.release(runId, streamId)
  }

  #limit(): number {
    // Requests from before are given their time, and keep no probe waiting: else an outage would last as long
    // as the last of them.
    if (this.#circuit.state === 'open')
      return this.#probes.size > 0 ? 0 : Math.min(this.#parts.concurrency, this.#inFlight.size + 1)
    return this.#circuit.everSucceeded
      ? this.#parts.concurrency
      : Math.min(this.#parts.concurrency, GENTLE_CONCURRENCY)
  }

  #end(fault: unknown): void {
    this.#fault ??= fault
    this.#stopping.abort()
  }

  #ended(): boolean {
    return this.#stop !== undefined || this.#fault !== undefined
  }

  #changed(): void {
    this.#changes += 1
    this.#wake()
  }

  /** Resolves when something that the dispatcher waits for has happened, at once if it already has. */
  #changeSince(seen: number): Promise<void> {
    return new Promise(resolve => {
      if (this.#changes !== seen) return resolve()
      this.#wake = resolve
    })
  }

  /** Follows work that goes on beside the dispatcher; the first fault ends the run. */
  #track(set: Set<Promise<void>>, work: Promise<void>): void {
    const followed = work
      .catch((error: unknown) => this.#end(error))
      .finally(() => {
        set.delete(followed)
        this.#changed()
      })
    set.add(followed)
  }

  async #close(run: OpenRun): Promise<CrawlOutcome> {
    const { store } = this.#parts
    // Asked to stop while the very last answers came in: nothing is left for the next time.
    if (
      (await store.tally(run.id)).open === 0 &&
      (this.#stop?.reason === 'cap' || this.#stop?.reason === 'interrupted')
    )
      this.#stop = undefined
    if (this.#stop === undefined && (await store.hasOnlyDoubts(run.id)))
      this.#stopFor(new AppError('no-routes', NOTHING_ANSWERS))
    const stop = this.#stop
    await (stop === undefined ? store.settleRest(run.id) : this.#blame.takeBack(run.id, stop.reason))
    const tally = await store.tally(run.id)
    this.progress.restate(tally)
    const finished = stop === undefined
    const exitCode = stop?.exitCode ?? (tally.failed > 0 ? ExitCode.streamsFailed : ExitCode.finished)
    const stoppedBy = stop?.reason ?? null
    await store.closeRun(run.id, {
      finished,
      outcome: this.#inWords(stop?.line ?? 'finished'),
      exitCode,
      stoppedBy,
    })
    return {
      run,
      finished,
      exitCode,
      stopped: stop?.line ?? null,
      stoppedBy,
      tally,
      troubled: await store.troubled(run.id, 20),
    }
  }

  #inWords(outcome: string): string {
    const lost = this.#parts.lostWords?.() ?? []
    return lost.length === 0
      ? outcome
      : `${outcome} (some of the output could not be written: ${lost.join('; ')})`
  }

  #priceOf(candidate: Candidate): number {
    return this.#parts.client.price(this.#crawlerOf(candidate).route)
  }

  #crawlerOf({ stream }: Candidate): Crawler {
    const crawler = this.#byName.get(stream)
    if (crawler === undefined) throw new Error(`no crawler is named ${stream}`)
    return crawler
  }
}

/** What a decision makes of a stream that is over for this run and has not failed. */
const ENDS_WITHOUT_FAILING: ReadonlySet<Decision['do']> = new Set([
  'unavailable',
  'withhold',
  'doubt',
] as const)

/** Refusals of which many in a row say something else than each of them. */
const IN_A_ROW: ReadonlySet<RefusalReply['code']> = new Set(['forbidden', 'bad-request'] as const)

const NOT_TAKEN =
  'an answer is stored as it came, but could not be taken in: a fault of this program, after ' +
  'whose repair `sora-crawl replay` reads it'

const CAP_REACHED =
  'The cap on requests or cost is reached — the same command goes on where this one stopped.'
