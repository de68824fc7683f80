import type { RefusalReply } from '../api/index.js'
import type { Candidate, CrawlStore, FailedStream, StopReason } from '../db/index.js'
import { AppError } from '../errors.js'
import { InARow } from './in-a-row.js'
import type { Decision } from './policy.js'

/**
 * A 404 for so many entities that other routes have served means that the route is gone, not the entities.
 */
const MISSES_THAT_CONDEMN = 5

/** What follows from a refusal beyond its stream. */
export interface Verdict {
  /** Why the run has to stop. */
  readonly stop?: AppError | undefined
  /** True if every stream of its kind has just been given up. */
  readonly condemned?: boolean
}

/**
 * Whose fault refusals are: one of them speaks of an entity, many one after another of the route, the key,
 * our requests or the address. What the run believes of that is kept here, for one invocation; what it makes
 * of streams is in the store.
 */
export class Blame {
  readonly #store: CrawlStore
  readonly #inARow = new InARow()
  readonly #condemned = new Set<string>()
  #failedInARow: readonly FailedStream[] = []

  constructor(store: CrawlStore) {
    this.#store = store
  }

  /** Whether the route of these streams is gone. */
  isCondemned(stream: string): boolean {
    return this.#condemned.has(stream)
  }

  /** A page has come: whatever was refused before it was not refused to everybody. */
  served(): void {
    this.#inARow.served()
  }

  /** What a refusal says together with those before it. */
  async weigh(decision: Decision, candidate: Candidate, reply: RefusalReply): Promise<Verdict> {
    if (decision.do === 'withhold') return { stop: await this.#considerKey(candidate, reply) }
    const stop =
      decision.do === 'fail' && reply.code === 'bad-request'
        ? await this.#considerRequest(candidate, reply)
        : undefined
    if (reply.code !== 'gone' && saysThatItIsThere(reply)) this.#inARow.found()
    return decision.do === 'doubt' ? this.#considerRoute(candidate) : { stop }
  }

  /** What was put down to entities for the reason for which the run stops is taken back. */
  async takeBack(runId: number, reason: StopReason): Promise<void> {
    if (TAKES_BACK_WITHHELD.has(reason)) await this.#store.reopen(runId, 'withheld')
    if (reason === 'no-routes') await this.#store.reopen(runId, 'doubtful')
    if (reason === 'refused-alike') await this.#store.reopen(runId, this.#failedInARow)
  }

  /** Entities that are refused one after another, while nobody is served: it is not they who are meant. */
  async #considerKey(candidate: Candidate, { message }: RefusalReply): Promise<AppError | undefined> {
    const withheld = await this.#store.withheldEntities(candidate.runId, candidate.stream)
    return this.#inARow.withheld(candidate, withheld)
      ? new AppError('forbidden', `${message} (one entity after another, while nobody is served)`)
      : undefined
  }

  /**
   * Entities that fail one after another, in the same words, while nobody is served, are read again when the
   * trouble is over.
   */
  async #considerRequest(candidate: Candidate, reply: RefusalReply): Promise<AppError | undefined> {
    if (candidate.round > 0 && (await this.#store.servedSinceRefusal(candidate, reply.code))) return undefined
    const failed = this.#inARow.failed(candidate, reply.message)
    if (failed === undefined) return undefined
    this.#failedInARow = failed
    return new AppError('refused-alike', `HTTP ${reply.status}: ${reply.message}`)
  }

  /** A route that has never answered, and knows none of five entities that others served, is gone itself. */
  async #considerRoute({ runId, stream }: Candidate): Promise<Verdict> {
    if (this.#inARow.missed() && (await this.#store.hasOnlyDoubts(runId)))
      return { stop: new AppError('no-routes', NOTHING_ANSWERS) }
    if (
      !this.#condemned.has(stream) &&
      (await this.#store.doubtfulStreams(runId, stream)) < MISSES_THAT_CONDEMN
    )
      return {}
    this.#condemned.add(stream)
    await this.#store.condemn(runId, stream, ROUTE_GONE)
    return { condemned: true }
  }
}

/** Whether an answer can only come from the API, be it there or not what was asked for. */
function saysThatItIsThere({ code, message }: RefusalReply): boolean {
  return ['mark', 'skip', 'restart'].includes(new AppError(code, message).recovery)
}

/**
 * A run that stops so was refused for our sake; so may have been those whom an answer refused without saying
 * for whose.
 */
const TAKES_BACK_WITHHELD: ReadonlySet<StopReason> = new Set([
  'forbidden',
  'key-forbidden',
  'blocked',
  'quota-spent',
  'balance-empty',
  'key-refused',
  'redirected',
] as const)

/** Why nothing at an address is believed. */
export const NOTHING_ANSWERS = 'every answer is a 404, and none has ever been another'

/** Why the streams of a route fail. */
export const ROUTE_GONE =
  'the API no longer has this route (404 for every entity, while other routes serve them)'
