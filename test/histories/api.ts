/**
 * The smallest API that can be crawled: a real server whose answers come from whatever history is being
 * played.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  route: string
  subject: string
  cursor: string | null
}

export type Reply = { status: 200; data: unknown } | { status: 400 | 404; message: string }

export class TinyApi {
  answer: (asked: Asked) => Reply = () => ({ status: 404, message: 'nobody is playing' })
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://api')
      const query = url.searchParams
      const subject = query.get('user_id') ?? query.get('post_id') ?? query.get('comment_id') ?? ''
      const route = url.pathname.slice(url.pathname.lastIndexOf('/') + 1)
      const reply = this.answer({ route, subject, cursor: query.get('cursor') })
      const body =
        reply.status === 200
          ? { code: 200, data: reply.data }
          : { code: reply.status, message: reply.message }
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    this.#server.keepAliveTimeout = 60_000
  }

  static async start(): Promise<TinyApi> {
    const api = new TinyApi()
    await new Promise<void>(resolve => {
      api.#server.listen(0, '127.0.0.1', resolve)
    })
    return api
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/sora2`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>(resolve => {
      this.#server.close(() => {
        resolve()
      })
    })
  }
}
