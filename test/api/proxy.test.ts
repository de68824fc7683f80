import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type AddressInfo, type Server as NetServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ApiClient, type Reply } from '../../src/api/index.js'
import { proxyFor } from '../../src/proxy.js'
import { selfSigned } from './support/certificates.js'
import { ask, EMPTY_PAGE, KEY, PREFIX } from './support/gateway.js'

const listen = async (server: NetServer): Promise<number> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A proxy that leads every host to one port of this machine, or refuses with a status. */
class TestProxy {
  readonly asked: string[] = []
  readonly authorizations: (string | undefined)[] = []
  refuses: number | undefined
  targetPort = 0
  readonly server: Server

  constructor() {
    this.server = createServer((incoming, response) => {
      this.#note('GET', incoming)
      if (this.refuses !== undefined) return void response.writeHead(this.refuses).end()
      const onward = httpRequest({
        port: this.targetPort,
        path: new URL(incoming.url ?? '').pathname,
        headers: incoming.headers,
      })
      onward
        .on('response', answer => answer.pipe(response.writeHead(answer.statusCode ?? 500, answer.headers)))
        .end()
    })
    this.server.on('connect', (incoming, socket) => {
      this.#note('CONNECT', incoming)
      socket.on('error', () => undefined)
      if (this.refuses !== undefined) return void socket.end(`HTTP/1.1 ${this.refuses} No\r\n\r\n`)
      const onward = connect(this.targetPort, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      onward
        .on('error', () => socket.destroy())
        .pipe(socket)
        .pipe(onward)
    })
  }

  #note(method: string, incoming: IncomingMessage): void {
    this.asked.push(`${method} ${incoming.url}`)
    this.authorizations.push(incoming.headers['proxy-authorization'])
  }
}

describe('a proxy', () => {
  let proxy: TestProxy
  let port: number
  const open: { close: () => unknown }[] = []

  beforeEach(async () => {
    proxy = new TestProxy()
    port = await listen(proxy.server)
  })
  afterEach(async () => {
    for (const it of open.splice(0)) await it.close()
    proxy.server.closeAllConnections()
    proxy.server.close()
  })

  async function askThrough(url: string, credentials = ''): Promise<Reply> {
    const environment = { HTTP_PROXY: `http://${credentials}127.0.0.1:${port}` }
    const client = new ApiClient({
      url: url + PREFIX,
      key: KEY,
      rate: 1_000,
      concurrency: 2,
      timeoutMs: 5_000,
      proxy: proxyFor(new URL(url), environment),
    })
    open.push(client)
    return ask(client, 'get_feed', {})
  }

  test('is asked for addresses of http, and brings its user and password', async () => {
    const gateway = createServer((_, response) => response.end(JSON.stringify(EMPTY_PAGE)))
    open.push(gateway)
    proxy.targetPort = await listen(gateway)
    expect((await askThrough('http://api.gateway.invalid', 'me:p%40ss@')).kind).toBe('page')
    expect(proxy.asked).toEqual([`GET http://api.gateway.invalid${PREFIX}/get_feed`])
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`])
  })

  test('makes a tunnel for https, through which it sees neither key nor path', async () => {
    const gateway = createTlsServer(selfSigned(), (_, response) => response.end(JSON.stringify(EMPTY_PAGE)))
    open.push(gateway)
    proxy.targetPort = await listen(gateway)
    const reply = await askThrough('https://api.gateway.invalid')
    expect(proxy.asked).toEqual(['CONNECT api.gateway.invalid:443'])
    expect(reply).toMatchObject({ code: 'insecure', fate: 'never-sent', cost: 0 })
    expect(reply).toMatchObject({
      message: expect.stringContaining(`through the proxy http://127.0.0.1:${port} of HTTP_PROXY`),
    })
  })

  test.for([
    ['https', 407, 'proxy-refused'],
    ['https', 403, 'proxy-refused'],
    ['https', 502, 'unreachable'],
    ['http', 407, 'proxy-refused'],
  ] as const)('that refuses %s with %i is named, and nothing was sent', async ([protocol, status, code]) => {
    proxy.refuses = status
    const reply = await askThrough(`${protocol}://api.gateway.invalid`, 'me:hunter22@')
    expect(reply).toMatchObject({ code, status: null, fate: 'never-sent', cost: 0 })
    const { message } = reply as { message: string }
    expect(message).toContain(`http://127.0.0.1:${port} of HTTP_PROXY answered HTTP ${status}`)
    expect(message).not.toContain('hunter22')
  })

  test('that is not there is named, and nothing was sent', async () => {
    await new Promise(resolve => proxy.server.close(resolve))
    for (const protocol of ['http', 'https']) {
      const reply = await askThrough(`${protocol}://api.gateway.invalid`)
      expect(reply).toMatchObject({
        code: 'unreachable',
        fate: 'never-sent',
        cost: 0,
        message: expect.stringMatching(/ECONNREFUSED.*through the proxy/),
      })
    }
  })
})
