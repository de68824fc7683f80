import { monotonicMs } from '../clock.js'
import type { OpenRun, PassState, RowCounts, RunTally } from '../db/index.js'

/** A run as it stands now, for whoever shows it. */
export interface ProgressView {
  readonly runId: number
  readonly resumed: boolean
  readonly streams: { readonly open: number; readonly done: number; readonly failed: number }
  readonly pages: number
  readonly rows: RowCounts
  readonly requests: number
  readonly inFlight: number
  /** Millionths of a dollar, of this invocation. */
  readonly cost: number
  /** Of the last ten seconds. */
  readonly requestsPerSecond: number
  readonly waiting: { readonly ms: number; readonly why: string } | null
  /**
   * How often the API has asked to wait, and to how many requests a second that has brought the crawl down at
   * most; null: never.
   */
  readonly slowed: { readonly times: number; readonly perSecond: number } | null
  readonly elapsedMs: number
}

const WINDOW_MS = 10_000

/** Counts what an invocation does. */
export class Progress {
  #startedAt = monotonicMs()
  #run: OpenRun = { id: 0, resumed: false, full: false }
  #base = { open: 0, done: 0, failed: 0 }
  #rows = { inserted: 0, updated: 0, unchanged: 0, rejected: 0 }
  #pages = 0
  #requests = 0
  #answers = 0
  #cost = 0
  #recent: number[] = []
  #restatedAt = 0
  #isWatched = false
  #waitingUntil = 0
  #waitingWhy = ''
  #slowed: { times: number; perSecond: number } | null = null

  begin(run: OpenRun, tally: RunTally): void {
    this.#startedAt = monotonicMs()
    this.#run = run
    this.restate(tally)
  }

  /** The streams as the store counts them. */
  restate({ open, done, failed }: RunTally): void {
    this.#base = { open, done, failed }
    this.#restatedAt = monotonicMs()
    this.#isWatched = false
  }

  /**
   * True when somebody looks and the streams should be counted again: pages bring new ones, and counting many
   * takes a while.
   */
  isStale(countingMs: number): boolean {
    return this.#isWatched && monotonicMs() - this.#restatedAt > Math.max(200, countingMs * 50)
  }

  sent(): void {
    this.#requests += 1
    this.#recent.push(monotonicMs())
    while ((this.#recent[0] ?? Infinity) < monotonicMs() - WINDOW_MS) this.#recent.shift()
  }

  answered(cost: number): void {
    this.#answers += 1
    this.#cost += cost
  }

  committed(rows: RowCounts, pass: PassState): void {
    this.#pages += 1
    for (const name of ['inserted', 'updated', 'unchanged', 'rejected'] as const)
      this.#rows[name] += rows[name]
    if (pass !== 'open') this.ended(pass)
  }

  ended(as: string): void {
    this.#base.open = Math.max(0, this.#base.open - 1)
    this.#base[as === 'failed' ? 'failed' : 'done'] += 1
  }

  waiting(ms: number, why: string): void {
    this.#waitingUntil = monotonicMs() + ms
    this.#waitingWhy = why
  }

  /** The API has asked to wait, and gets so many requests a second from now on. */
  slowed(perSecond: number): void {
    this.#slowed = {
      times: (this.#slowed?.times ?? 0) + 1,
      perSecond: Math.min(this.#slowed?.perSecond ?? Infinity, perSecond),
    }
  }

  view(): ProgressView {
    this.#isWatched = true
    const now = monotonicMs()
    const waitMs = this.#waitingUntil - now
    const recent = this.#recent.filter(at => at > now - WINDOW_MS).length
    return {
      runId: this.#run.id,
      resumed: this.#run.resumed,
      streams: { ...this.#base },
      pages: this.#pages,
      rows: { ...this.#rows },
      requests: this.#requests,
      inFlight: this.#requests - this.#answers,
      cost: this.#cost,
      requestsPerSecond: recent / (Math.max(1_000, Math.min(WINDOW_MS, now - this.#startedAt)) / 1000),
      waiting: waitMs > 0 ? { ms: waitMs, why: this.#waitingWhy } : null,
      slowed: this.#slowed,
      elapsedMs: now - this.#startedAt,
    }
  }
}
