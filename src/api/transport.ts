import { gzipSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { ErrorCode } from '../errors.js'
import type { Proxy } from '../proxy.js'
import type { HttpAnswer } from './answer.js'
import { BodyTooLarge, decompress, keepText, readCapped, type KeptBody } from './body.js'
import type { Connections } from './connections.js'
import { failureOf } from './failure.js'
import { Secret } from './secret.js'

export type Exchange =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer; readonly kept: KeptBody }
  /** An answer came, and its body is more than this API can have meant. */
  | { readonly kind: 'oversized'; readonly status: number; readonly reason: string }
  | {
      readonly kind: 'failed'
      readonly code: ErrorCode
      readonly reason: string
      /**
       * Whether any of it can have reached the API: then nobody knows whether the API worked (and billed).
       */
      readonly sent: boolean
      readonly timedOut: boolean
      /** Whether not even a status came. */
      readonly noAnswer: boolean
    }

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  /** JSON text, or a file to be sent as a form, which brings its own content type. */
  readonly body?: string | Blob | undefined
  /** Instead of the usual limit, in milliseconds. */
  readonly timeoutMs?: number | undefined
}

export interface TransportOptions {
  readonly key: string
  readonly connections: number
  readonly timeoutMs: number
  readonly maxBodyBytes: number
  readonly proxy?: Proxy | undefined
}

/**
 * Sends a request once and brings its answer back. Redirects are not followed: the key must not leave its
 * host.
 */
export class Transport {
  readonly #options: TransportOptions
  readonly #secret: Secret
  /** Made for the first request: commands that send none do not load what it takes. */
  #connections: Promise<Connections> | undefined

  constructor(options: TransportOptions) {
    this.#options = options
    this.#secret = new Secret(options.key)
  }

  async send(request: HttpRequest): Promise<Exchange> {
    const timeoutMs = request.timeoutMs ?? this.#options.timeoutMs
    const signal = AbortSignal.timeout(timeoutMs)
    let sent = false
    let noAnswer = true
    try {
      const connections = await (this.#connections ??= connect(this.#options))
      const options = {
        ...(await wireForm(request, this.#options.key)),
        signal,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      }
      const response = await connections.request(options, () => (sent = true))
      noAnswer = false
      return await this.#read(response)
    } catch (error) {
      const late = { code: 'unreachable', reason: `no answer within ${timeoutMs / 1000} s` } as const
      const { code, reason } = signal.aborted ? late : failureOf(error, sent, this.#options.proxy)
      // What a proxy refuses it has not passed on.
      return {
        kind: 'failed',
        code,
        reason: this.#secret.strip(reason),
        sent: sent && code !== 'proxy-refused',
        timedOut: signal.aborted,
        noAnswer,
      }
    }
  }

  async close(): Promise<void> {
    await (await this.#connections)?.close()
  }

  async #read(response: Dispatcher.ResponseData): Promise<Exchange> {
    const { statusCode: status } = response
    try {
      return this.#decode(
        response,
        await readCapped(response.body as AsyncIterable<Buffer>, this.#options.maxBodyBytes),
      )
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error
      if (status === 200) return { kind: 'oversized', status, reason: error.message }
      // Refused is refused, whatever else comes with it.
      return {
        kind: 'answered',
        answer: { status, headers: this.#cleanHeaders(response), text: '' },
        kept: keepText(''),
      }
    }
  }

  /** A redirect may name a target with the key in it. */
  #cleanHeaders({ headers }: Dispatcher.ResponseData): HttpAnswer['headers'] {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        typeof value === 'string' ? this.#secret.strip(value) : value?.map(text => this.#secret.strip(text)),
      ]),
    )
  }

  #decode(response: Dispatcher.ResponseData, wire: Buffer): Exchange {
    const encoding = String(response.headers['content-encoding'] ?? 'identity').toLowerCase()
    const decoded = decompress(wire, encoding, this.#options.maxBodyBytes)
    const body = decoded ?? wire
    const text = body.toString('utf8')
    const clean = this.#secret.isIn(body) ? this.#secret.strip(text) : text
    const keepsWire = encoding === 'gzip' && decoded !== undefined && clean === text
    return {
      kind: 'answered',
      answer: { status: response.statusCode, headers: this.#cleanHeaders(response), text: clean },
      kept: keepsWire ? wire : gzipSync(clean === text ? body : clean),
    }
  }
}

async function connect(options: TransportOptions): Promise<Connections> {
  const connections = await import('./connections.js')
  return new connections.Connections({ connections: options.connections, proxy: options.proxy })
}

/** A request as undici takes it. */
async function wireForm(request: HttpRequest, key: string): Promise<Dispatcher.RequestOptions> {
  const { url, method, body } = request
  const headers = {
    authorization: `Bearer ${key}`,
    accept: 'application/json',
    'accept-encoding': 'gzip, br',
    'user-agent': 'sora-crawl',
  }
  const target = { origin: url.origin, path: url.pathname + url.search, method }
  if (body instanceof Blob)
    return { ...target, headers, body: (await import('./connections.js')).formOf(body) }
  return body === undefined
    ? { ...target, headers, body: null }
    : { ...target, headers: { ...headers, 'content-type': 'application/json' }, body }
}
