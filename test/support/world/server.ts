/** A real HTTP server that speaks a world: what the program is judged against. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'

import { dataOf } from './answers.js'
import { envelope, failure, PREFIX } from './gateway.js'
import { stateOf, SUBJECTS, type Form, type Gateway, type Route, type World } from './model.js'
import { hashOf, Random } from './random.js'
import { signedUrl, type Json, type Wire } from './wire.js'

export const TEST_KEY = 'sk-test-3f9c1d5ab7e24c60-secret'

/** One request as the server saw it. Times are monotonic milliseconds. */
export interface Seen {
  n: number
  route: string
  /** Everything in the query but the cursor. */
  params: Record<string, string>
  subject: string
  cursor: string
  at: number
  status: number | null
  answeredAt: number | null
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  /** Payload of a 200, put into the gateway's envelope. */
  data?: Json
  /** Text of any other status, put into the gateway's error form. */
  message?: string
  /** The body itself, instead of an envelope. */
  raw?: string
  /** Drop the connection: before anything was sent, or in the middle of the body. */
  drop?: 'before' | 'middle'
  /** Does what it likes with the connection, given what would have been the body. */
  act?: (response: ServerResponse, body: Buffer) => void
}

/**
 * Returns what to answer instead; undefined leaves the answer as it is. Awaited, so it can hold a request
 * back.
 */
export type Override = (seen: Seen, answer: Answer) => Answer | undefined | Promise<Answer | undefined>

export interface ServerOptions {
  world: World
  form?: Form
  gateway?: Gateway
  key?: string
  /** Items on a page: one number for all, or by route. */
  pageSize?: number | Partial<Record<Route, number>>
  /** Each answer waits a random time up to this. */
  latencyMs?: number
  freshUrls?: boolean
  override?: Override
}

export const DEFAULT_PAGE_SIZE = 3

export function pageSizeOf(option: ServerOptions['pageSize'], route: Route): number {
  if (typeof option === 'number') return option
  return option?.[route] ?? DEFAULT_PAGE_SIZE
}

function subjectOf(params: Record<string, string>): string {
  const fromUrl = params['post_url']?.split('/p/')[1]?.split(/[?#]/)[0]
  return params['user_id'] ?? params['post_id'] ?? params['comment_id'] ?? params['username'] ?? fromUrl ?? ''
}

export class WorldServer {
  readonly seen: Seen[] = []
  override: Override | undefined
  readonly world: World
  readonly gateway: Gateway
  readonly form: Form
  readonly #options: ServerOptions
  readonly #server: Server
  readonly #wire: Wire
  readonly #random = new Random(7)
  #watchers: (() => void)[] = []
  #signatures = 0

  private constructor(options: ServerOptions) {
    this.#options = options
    this.world = options.world
    this.gateway = options.gateway ?? 'tikhub'
    this.form = options.form ?? 'native'
    this.override = options.override
    this.#wire = { world: this.world, form: this.form, sign: (path, expires) => this.#sign(path, expires) }
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async start(options: ServerOptions): Promise<WorldServer> {
    const server = new WorldServer(options)
    await new Promise<void>(resolve => {
      server.#server.listen(0, '127.0.0.1', resolve)
    })
    return server
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}${PREFIX[this.gateway]}`
  }

  get answered(): Seen[] {
    return this.seen.filter(seen => seen.answeredAt !== null)
  }

  /** Only HTTP 200 is billed. */
  get billed(): Seen[] {
    return this.answered.filter(seen => seen.status === 200)
  }

  /** Resolves as soon as the condition holds; looked at after every request and every answer. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return
    await new Promise<void>(resolve => {
      const watch = (): void => {
        if (condition()) {
          this.#watchers = this.#watchers.filter(other => other !== watch)
          resolve()
        }
      }
      this.#watchers.push(watch)
    })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>(resolve => {
      this.#server.close(() => {
        resolve()
      })
    })
  }

  #sign(path: string, expires: string | null): string {
    this.#signatures += 1
    return signedUrl(path, expires, this.#options.freshUrls === true ? `fresh${this.#signatures}` : 'x')
  }

  #notice(): void {
    for (const watch of this.#watchers.slice()) watch()
  }

  #record(request: IncomingMessage): Seen {
    const url = new URL(request.url ?? '/', 'http://world')
    const { cursor = '', ...params } = Object.fromEntries(url.searchParams)
    const prefix = `${PREFIX[this.gateway]}/`
    const route = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : url.pathname
    const seen: Seen = {
      n: this.seen.length + 1,
      route,
      params,
      subject: subjectOf(params),
      cursor,
      at: performance.now(),
      status: null,
      answeredAt: null,
    }
    this.seen.push(seen)
    this.#notice()
    return seen
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = this.#record(request)
    const latency = this.#options.latencyMs ?? 0
    if (latency > 0) await new Promise(resolve => setTimeout(resolve, this.#random.next() * latency))
    const usual = this.#usual(seen, request)
    const answer = (await this.override?.(seen, usual)) ?? usual
    this.#send(seen, answer, request, response)
  }

  #usual(seen: Seen, request: IncomingMessage): Answer {
    if (request.headers.authorization !== `Bearer ${this.#options.key ?? TEST_KEY}`) {
      return { status: 401, message: 'Invalid API key.' }
    }
    if (request.method !== 'GET') return { status: 405, message: 'Method Not Allowed' }
    if (!Object.hasOwn(SUBJECTS, seen.route)) return { status: 404, message: 'Not Found' }
    const route = seen.route as Route
    if (SUBJECTS[route] !== 'none' && seen.subject === '') return { status: 422, message: 'Field required' }
    const state = stateOf(this.world, route, seen.subject)
    if (state === 'gone') return { status: 404, message: 'The requested item does not exist.' }
    if (state === 'private') return { status: 403, message: 'This account is private.' }
    const data = dataOf(
      this.#wire,
      route,
      seen.subject,
      seen.cursor,
      pageSizeOf(this.#options.pageSize, route),
    )
    return data === 'bad cursor' ? { status: 400, message: 'Invalid cursor.' } : { status: 200, data }
  }

  #bodyOf(seen: Seen, answer: Answer): string {
    if (answer.raw !== undefined) return answer.raw
    if (answer.status === 200) return JSON.stringify(envelope(this.gateway, seen, answer.data ?? null))
    return JSON.stringify(
      failure(this.gateway, seen, answer.status, answer.message ?? 'Something went wrong.'),
    )
  }

  #send(seen: Seen, answer: Answer, request: IncomingMessage, response: ServerResponse): void {
    if (answer.drop === 'before') {
      request.socket.destroy()
      return
    }
    const accepts = String(request.headers['accept-encoding'] ?? '')
    const codings = ['br', 'gzip'].filter(coding => accepts.includes(coding))
    // Not every answer is compressed the same way, as behind a real CDN.
    const coding = codings[hashOf(`${seen.route}${seen.n}`) % (codings.length + 1)]
    const plain = Buffer.from(this.#bodyOf(seen, answer))
    if (answer.act !== undefined) {
      answer.act(response, plain)
      return
    }
    const body = coding === 'br' ? brotliCompressSync(plain) : coding === 'gzip' ? gzipSync(plain) : plain
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': String(body.length),
      'x-request-id': `req-${seen.n}`,
      ...(coding === undefined ? {} : { 'content-encoding': coding }),
      ...answer.headers,
    })
    if (answer.drop === 'middle') {
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.destroy())
      return
    }
    response.on('finish', () => {
      seen.status = answer.status
      seen.answeredAt = performance.now()
      this.#notice()
    })
    response.end(body)
  }
}
