import { messageOf, type ErrorCode } from '../errors.js'
import type { ApiSettings } from '../config.js'
import { interpretAnswer, type HttpAnswer, type Meaning } from './answer.js'
import type { Page } from './envelope.js'
import { fingerprintOf } from './fingerprint.js'
import { RateGate, type Turn } from './rate-gate.js'
import { routes, type MicroUsd, type ParamsOf, type Route, type RouteName } from './routes.js'
import { MAX_BODY_BYTES, type KeptBody } from './body.js'
import { Transport, type Exchange } from './transport.js'
import { redirectTarget } from './redirect.js'
import { Secret } from './secret.js'

/** What became of one request that was sent. */
export type Reply = PageReply | RefusalReply

interface Settled {
  /** HTTP status; null where no answer came. */
  readonly status: number | null
  /** What was paid, or may have been: the price after a 200 and where nobody knows, else 0. */
  readonly cost: MicroUsd
}

export interface PageReply extends Settled {
  readonly kind: 'page'
  readonly page: Page
  readonly kept: KeptBody
}

export interface RefusalReply extends Settled {
  readonly kind: 'refusal'
  readonly code: ErrorCode
  /** The server's own words, or what went wrong on the way. */
  readonly message: string
  /** The wait that a 429 asked for, in milliseconds. */
  readonly waitMs: number | undefined
  readonly kept: KeptBody | undefined
  /**
   * Of an answer that was billed: a hash, equal for two answers that are alike in everything but request ids
   * and times.
   */
  readonly fingerprint: string | undefined
  /** True where the request never reached a server, or its fate is unknown to us. */
  readonly fate: 'answered' | 'unknown' | 'never-sent'
  /** True where the server was given all its time and said nothing. */
  readonly timedOut: boolean
  /**
   * True where nobody answered for the API: not even a status came, or that of a gateway with nobody behind
   * it.
   */
  readonly noAnswer: boolean
}

export interface ClientOptions extends ApiSettings {
  /** Requests a second. */
  readonly rate: number
  readonly concurrency: number
  readonly timeoutMs?: number
  /** The most bytes of a body, on the wire or decoded; 32 MB unless told. */
  readonly maxBodyBytes?: number
  /** Prices other than those of the route table, such as a volume discount's. */
  readonly prices?: Partial<Record<RouteName, MicroUsd>>
}

/** Sends requests, once each: retrying is for the caller, whose ledger sees every request. */
export class ApiClient {
  readonly gate: RateGate
  readonly #transport: Transport
  readonly #settings: ClientOptions
  readonly #secret: Secret

  constructor(options: ClientOptions) {
    this.#settings = options
    this.#secret = new Secret(options.key)
    this.gate = new RateGate(options.rate)
    this.#transport = new Transport({
      key: options.key,
      connections: options.concurrency,
      timeoutMs: options.timeoutMs ?? 60_000,
      maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
      proxy: options.proxy,
    })
  }

  /** What a request to this route costs if it is billed. */
  price(name: RouteName): MicroUsd {
    return this.#settings.prices?.[name] ?? routes[name].price
  }

  /**
   * Sends one request and says what its answer means; never throws for what a server does.
   * @param turn leave to send, from {@link RateGate.turn}
   * @param timeoutMs instead of the usual limit
   * @throws ZodError if the parameters are not the route's
   */
  async send<N extends RouteName>(
    turn: Turn,
    name: N,
    params: ParamsOf<N>,
    timeoutMs?: number,
  ): Promise<Reply> {
    this.gate.use(turn)
    const route: Route = routes[name]
    const checked = route.params.parse(params)
    const request = target(this.#settings.url, name, route, checked)
    const exchange = await this.#transport.send({ method: route.method, timeoutMs, ...request })
    const price = this.price(name)
    if (exchange.kind === 'failed') return failure(exchange, price)
    if (exchange.kind === 'oversized') return oversized(exchange, price)
    const reply = answered(exchange, { route, price, hadCursor: checked['cursor'] !== undefined })
    return reply.kind === 'refusal' && reply.code === 'redirected'
      ? { ...reply, message: this.#secret.strip(redirectTarget(exchange.answer, request.url)) }
      : reply
  }

  close(): Promise<void> {
    return this.#transport.close()
  }
}

function target(
  prefix: string,
  name: RouteName,
  route: Route,
  params: Record<string, unknown>,
): { url: URL; body?: string | Blob } {
  const url = new URL(`${prefix}/${name}`)
  if (route.method === 'POST') return { url, body: bodyOf(params) }
  for (const [key, value] of Object.entries(params))
    if (value !== undefined) url.searchParams.set(key, String(value))
  return { url }
}

function bodyOf(params: Record<string, unknown>): string | Blob {
  return params['file'] instanceof Blob ? params['file'] : JSON.stringify(params)
}

function failure(
  { code, reason, sent, timedOut, noAnswer }: Extract<Exchange, { kind: 'failed' }>,
  price: MicroUsd,
): RefusalReply {
  const settled = sent
    ? ({ cost: price, fate: 'unknown' } as const)
    : ({ cost: 0, fate: 'never-sent' } as const)
  return {
    kind: 'refusal',
    code,
    message: reason,
    status: null,
    waitMs: undefined,
    kept: undefined,
    fingerprint: undefined,
    timedOut,
    noAnswer,
    ...settled,
  }
}

/** Billed, and nothing that can be kept; two such answers to one request are alike in all that matters. */
function oversized(
  { status, reason }: Extract<Exchange, { kind: 'oversized' }>,
  price: MicroUsd,
): RefusalReply {
  return {
    kind: 'refusal',
    code: 'malformed-answer',
    message: reason,
    status,
    cost: price,
    waitMs: undefined,
    kept: undefined,
    fingerprint: 'oversized',
    fate: 'answered',
    timedOut: false,
    noAnswer: false,
  }
}

function answered(
  exchange: Extract<Exchange, { kind: 'answered' }>,
  { route, price, hadCursor }: { route: Route; price: MicroUsd; hadCursor: boolean },
): Reply {
  const { answer, kept } = exchange
  const meaning = meaningOf(route, hadCursor, answer)
  const settled = { status: answer.status, cost: answer.status === 200 ? price : 0 }
  if (meaning.kind === 'page') return { kind: 'page', page: meaning.page, kept, ...settled }
  const fingerprint = answer.status === 200 ? fingerprintOf(answer.text) : undefined
  return {
    kind: 'refusal',
    code: meaning.code,
    message: meaning.message,
    waitMs: meaning.waitMs,
    kept,
    fingerprint,
    fate: 'answered',
    timedOut: false,
    noAnswer: isFromBeyond(answer.status),
    ...settled,
  }
}

/**
 * An answer that was paid for is kept whatever reading it throws, which is a bug, or a body made to cause
 * one.
 */
function meaningOf(route: Route, hadCursor: boolean, answer: HttpAnswer): Meaning {
  try {
    return interpretAnswer(route, hadCursor, answer)
  } catch (error) {
    return {
      kind: 'refusal',
      code: 'malformed-answer',
      message: `reading the answer failed: ${messageOf(error).slice(0, 200).toWellFormed()}`,
    }
  }
}

/**
 * The statuses by which gateways say that the server behind them is away; the others from 520 on are
 * Cloudflare's.
 */
function isFromBeyond(status: number): boolean {
  return (status >= 502 && status <= 504) || (status >= 520 && status <= 530)
}
