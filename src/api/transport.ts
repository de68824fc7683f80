import { brotliDecompressSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { Agent, type Dispatcher, type FormData } from 'undici'
import { messageOf } from '../errors.js'
import type { HttpAnswer } from './answer.js'

/** A body larger than this (on the wire or decoded, in bytes) is not one of this API's. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024

/** The bytes of a body as they are kept: gzip as it came, or made so. */
export type KeptBody = Buffer

export type Exchange =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer; readonly kept: KeptBody }
  /** Nobody knows whether the server worked (and billed): reset, cut off, timed out, refused. */
  | { readonly kind: 'failed'; readonly reason: string; readonly refused: boolean; readonly timedOut: boolean }

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly key: string
  /** JSON text, or a form; a form brings its own content type. */
  readonly body?: string | FormData | undefined
  /** Instead of the usual limit, in milliseconds. */
  readonly timeoutMs?: number | undefined
}

/** One connection pool; sends a request once and brings its answer back. Redirects are not followed: the key must not leave its host. */
export class Transport {
  readonly #agent: Agent
  readonly #timeoutMs: number

  constructor(options: { connections: number; timeoutMs: number }) {
    this.#timeoutMs = options.timeoutMs
    this.#agent = new Agent({ connections: options.connections, pipelining: 1, connectTimeout: 10_000, keepAliveTimeout: 30_000 })
  }

  async send(request: HttpRequest): Promise<Exchange> {
    const timeoutMs = request.timeoutMs ?? this.#timeoutMs
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await this.#agent.request({
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: headersOf(request),
        body: request.body ?? null,
        signal: timeout,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      })
      return decode(response, await readCapped(response.body), request.key)
    } catch (error) {
      const reason = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error)
      return { kind: 'failed', reason, refused: neverArrived(error), timedOut: timeout.aborted }
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }
}

function headersOf(request: HttpRequest): Record<string, string> {
  const headers = {
    authorization: `Bearer ${request.key}`,
    accept: 'application/json',
    'accept-encoding': 'gzip, br',
    'user-agent': 'sora-crawl',
  }
  return typeof request.body === 'string' ? { ...headers, 'content-type': 'application/json' } : headers
}

async function readCapped(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error(`the body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decode(response: Dispatcher.ResponseData, wire: Buffer, key: string): Exchange {
  const encoding = String(response.headers['content-encoding'] ?? 'identity').toLowerCase()
  const decoded = decompress(wire, encoding)
  const body = decoded ?? wire
  const text = body.toString('utf8')
  // Bytes are searched several times faster than text.
  const clean = repeats(body, key) ? text.replaceAll(key, '[key]').replaceAll(inJson(key), '[key]') : text
  const keepsWire = encoding === 'gzip' && decoded !== undefined && clean === text
  return {
    kind: 'answered',
    answer: { status: response.statusCode, headers: response.headers, text: clean },
    kept: keepsWire ? wire : gzipSync(clean === text ? body : clean),
  }
}

const inJson = (key: string): string => JSON.stringify(key).slice(1, -1)

function repeats(body: Buffer, key: string): boolean {
  return body.includes(key) || body.includes(inJson(key))
}

/** Undefined where the bytes are not what their encoding claims: the body is then read as it is, and judged as "not JSON". */
function decompress(wire: Buffer, encoding: string): Buffer | undefined {
  const options = { maxOutputLength: MAX_BODY_BYTES }
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(wire, options)
    if (encoding === 'br') return brotliDecompressSync(wire, options)
    if (encoding === 'deflate') return inflateSync(wire, options)
    return wire
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw error
    return undefined
  }
}

/** A body as it is kept. */
export function keepText(text: string): KeptBody {
  return gzipSync(text)
}

/** The text of a kept body. */
export function keptText(kept: KeptBody): string {
  return gunzipSync(kept, { maxOutputLength: MAX_BODY_BYTES }).toString('utf8')
}

function reasonOf(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error
  return messageOf(inner)
}

/** True where no connection was made, so the server cannot have billed anything. */
function neverArrived(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)
}
