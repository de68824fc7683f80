import { brotliDecompressSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import type { Agent, Dispatcher, FormData } from 'undici'
import { messageOf } from '../errors.js'
import type { HttpAnswer } from './answer.js'
import { Secret } from './secret.js'

/** A body larger than this (on the wire or decoded, in bytes) is not one of this API's. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024

/** The bytes of a body as they are kept: gzip as it came, or made so. */
export type KeptBody = Buffer

export type Exchange =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer; readonly kept: KeptBody }
  /** Nobody knows whether the server worked (and billed): reset, cut off, timed out, refused. */
  | { readonly kind: 'failed'; readonly reason: string; readonly refused: boolean; readonly timedOut: boolean; readonly noAnswer: boolean }

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  /** JSON text, or a file to be sent as a form, which brings its own content type. */
  readonly body?: string | Blob | undefined
  /** Instead of the usual limit, in milliseconds. */
  readonly timeoutMs?: number | undefined
}

/** One connection pool; sends a request once and brings its answer back. Redirects are not followed: the key must not leave its host. */
export class Transport {
  readonly #connections: number
  /** Made for the first request: commands that send none do not load what it takes. */
  #agent: Promise<Agent> | undefined
  readonly #key: string
  readonly #secret: Secret
  readonly #timeoutMs: number
  readonly #maxBodyBytes: number

  constructor(options: { key: string; connections: number; timeoutMs: number; maxBodyBytes: number }) {
    this.#key = options.key
    this.#secret = new Secret(options.key)
    this.#timeoutMs = options.timeoutMs
    this.#maxBodyBytes = options.maxBodyBytes
    this.#connections = options.connections
  }

  async send(request: HttpRequest): Promise<Exchange> {
    const timeoutMs = request.timeoutMs ?? this.#timeoutMs
    const agent = await (this.#agent ??= connect(this.#connections))
    const timeout = AbortSignal.timeout(timeoutMs)
    let noAnswer = true
    try {
      const response = await agent.request({
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: headersOf(request, this.#key),
        body: request.body instanceof Blob ? await formOf(request.body) : (request.body ?? null),
        signal: timeout,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      })
      noAnswer = false
      return this.#decode(response, await readCapped(response.body, this.#maxBodyBytes))
    } catch (error) {
      const reason = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : this.#secret.strip(reasonOf(error))
      return { kind: 'failed', reason, refused: neverArrived(error), timedOut: timeout.aborted, noAnswer }
    }
  }

  async close(): Promise<void> {
    await (await this.#agent)?.destroy()
  }

  #decode(response: Dispatcher.ResponseData, wire: Buffer): Exchange {
    const encoding = String(response.headers['content-encoding'] ?? 'identity').toLowerCase()
    const decoded = decompress(wire, encoding, this.#maxBodyBytes)
    const body = decoded ?? wire
    const text = body.toString('utf8')
    const clean = this.#secret.isIn(body) ? this.#secret.strip(text) : text
    const keepsWire = encoding === 'gzip' && decoded !== undefined && clean === text
    return {
      kind: 'answered',
      answer: { status: response.statusCode, headers: response.headers, text: clean },
      kept: keepsWire ? wire : gzipSync(clean === text ? body : clean),
    }
  }
}

async function connect(connections: number): Promise<Agent> {
  const undici = await import('undici')
  return new undici.Agent({ connections, pipelining: 1, connectTimeout: 10_000, keepAliveTimeout: 30_000 })
}

async function formOf(file: Blob): Promise<FormData> {
  const undici = await import('undici')
  const form = new undici.FormData()
  form.set('file', file)
  return form
}

function headersOf(request: HttpRequest, key: string): Record<string, string> {
  const headers = {
    authorization: `Bearer ${key}`,
    accept: 'application/json',
    'accept-encoding': 'gzip, br',
    'user-agent': 'sora-crawl',
  }
  return typeof request.body === 'string' ? { ...headers, 'content-type': 'application/json' } : headers
}

async function readCapped(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`the body is larger than ${maxBytes / 1024 / 1024} MB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Undefined where the bytes are not what their encoding claims: the body is then read as it is, and judged as "not JSON". */
function decompress(wire: Buffer, encoding: string, maxBytes: number): Buffer | undefined {
  const options = { maxOutputLength: maxBytes }
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

/** Half the CPU of zlib's own choice, for 8 % more bytes. */
const GZIP_LEVEL = 3

/** A body as it is kept. */
export function keepText(text: string | Buffer): KeptBody {
  return gzipSync(text, { level: GZIP_LEVEL })
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
