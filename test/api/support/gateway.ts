/** A real HTTP server that answers as a test says and remembers what arrived, and a client that asks it. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { test as base } from 'vitest'
import { ApiClient, type ParamsOf, type Reply, type RouteName } from '../../../src/api/index.js'

export const KEY = 'sk-test-4f1d0c9a77'
export const PREFIX = '/api/u1/v1/sora2'

/** One request as it came in. */
export interface Arrived {
  readonly method: string
  /** Path and query as they stood on the wire. */
  readonly target: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Which connection brought it, from 1. */
  readonly connection: number
}

export type Answer = (request: Arrived, response: ServerResponse) => void

export class Gateway {
  readonly arrived: Arrived[] = []
  readonly #server: Server
  readonly #sockets = new Map<Socket, number>()
  /** Connections that were opened so far, used or not. */
  opened = 0

  private constructor(answer: Answer) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('error', () => undefined)
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const target = request.url ?? ''
        const arrived: Arrived = {
          method: request.method ?? '',
          target,
          url: new URL(target, 'http://gateway.test'),
          headers: request.headers,
          body: Buffer.concat(chunks),
          connection: this.#sockets.get(request.socket) ?? 0,
        }
        this.arrived.push(arrived)
        answer(arrived, response)
      })
    })
    this.#server.on('connection', socket => {
      this.opened += 1
      this.#sockets.set(socket, this.opened)
    })
  }

  static async start(answer: Answer): Promise<Gateway> {
    const gateway = new Gateway(answer)
    await new Promise<void>(resolve => gateway.#server.listen(0, '127.0.0.1', resolve))
    return gateway
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

export interface Bench {
  readonly gateway: Gateway
  readonly client: ApiClient
  /** Takes a turn and sends. */
  readonly ask: <N extends RouteName>(name: N, params: ParamsOf<N>) => Promise<Reply>
}

export interface BenchOptions {
  readonly timeoutMs?: number
  readonly concurrency?: number
  readonly key?: string
}

export async function ask<N extends RouteName>(
  client: ApiClient,
  name: N,
  params: ParamsOf<N>,
): Promise<Reply> {
  const turn = await client.gate.turn(new AbortController().signal)
  if (turn === undefined) throw new Error('the gate gave no turn')
  return client.send(turn, name, params)
}

/** `serve` starts a gateway and a client for it; both end with the test. */
export const test = base.extend<{ serve: (answer: Answer, options?: BenchOptions) => Promise<Bench> }>({
  serve: async ({ task: _task }, use) => {
    const open: Bench[] = []
    await use(async (answer, { timeoutMs = 5_000, concurrency = 8, key = KEY } = {}) => {
      const gateway = await Gateway.start(answer)
      const client = new ApiClient({
        url: gateway.origin + PREFIX,
        key,
        rate: 100_000,
        concurrency,
        timeoutMs,
      })
      const bench: Bench = { gateway, client, ask: (name, params) => ask(client, name, params) }
      open.push(bench)
      return bench
    })
    for (const { client, gateway } of open) {
      await client.close()
      await gateway.close()
    }
  },
})

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export const EMPTY_PAGE = { code: 200, data: { items: [], cursor: null } }
