import { execFile } from 'node:child_process'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { ApiClient, type RefusalReply } from '../../src/api/index.js'
import { selfSigned } from './support/certificates.js'
import { ask, EMPTY_PAGE, KEY, PREFIX } from './support/gateway.js'

const servers: Server[] = []
const clients: ApiClient[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const client of clients.splice(0)) await client.close()
  for (const server of servers.splice(0)) await new Promise(resolve => server.close(resolve))
})

async function listen(server: Server): Promise<number> {
  servers.push(server.on('connection', (socket: Socket) => sockets.push(socket)))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** What comes of a request to a place where nothing of it may arrive. */
async function refusedBy(origin: string, timeoutMs = 20_000): Promise<RefusalReply> {
  const client = new ApiClient({ url: origin + PREFIX, key: KEY, rate: 1_000, concurrency: 1, timeoutMs })
  clients.push(client)
  const reply = await ask(client, 'get_feed', {})
  if (reply.kind !== 'refusal') throw new Error('a page came')
  return reply
}

/** The TLS record of an alert, which ends a handshake. */
const alert = (number: number): Buffer => Buffer.from([21, 3, 3, 0, 2, 2, number])
const answering = (bytes: Buffer | string): Server =>
  createServer(socket => socket.on('error', () => undefined).once('data', () => socket.end(bytes)))

describe('nothing was sent, and nothing is billed,', () => {
  const NEVER = { status: null, fate: 'never-sent', cost: 0 }

  test('where nobody vouches for the certificate: a person has to look', async () => {
    const seen: string[] = []
    const server = createTlsServer(selfSigned(), (request, response) => {
      seen.push(request.url ?? '')
      response.end('{}')
    })
    const reply = await refusedBy(`https://127.0.0.1:${await listen(server)}`)
    expect(reply).toMatchObject({ ...NEVER, code: 'insecure' })
    expect(reply.message).toContain('self-signed certificate')
    expect(reply.message).toContain('NODE_EXTRA_CA_CERTS')
    expect(seen).toEqual([])
  })

  test.for([
    ['another protocol', '220 mail.example ESMTP ready\r\n', 'wrong version number'],
    ['another version of TLS', alert(70), 'protocol version'],
    ['other ciphers', alert(40), 'handshake failure'],
    ['another host', alert(112), 'unrecognized name'],
  ] as const)('where %s is spoken', async ([, bytes, words]) => {
    const reply = await refusedBy(`https://127.0.0.1:${await listen(answering(Buffer.from(bytes)))}`)
    expect(reply).toMatchObject({ ...NEVER, code: 'insecure' })
    expect(reply.message).toContain(words)
    expect(reply.message).not.toMatch(/openssl|\.c:/)
  })

  test.for([
    ['is reset', (): Server => createServer(socket => socket.once('data', () => socket.resetAndDestroy()))],
    ['is closed', (): Server => createServer(socket => socket.once('data', () => socket.end()))],
    ['fails on the other side', (): Server => answering(alert(80))],
  ] as const)('where the handshake %s: it may go well the next time', async ([, start]) => {
    expect(await refusedBy(`https://127.0.0.1:${await listen(start())}`)).toMatchObject({
      ...NEVER,
      code: 'unreachable',
    })
  })

  test('where time is up before the handshake is done', async () => {
    const server = createServer(socket => void setTimeout(() => socket.destroy(), 400))
    expect(await refusedBy(`https://127.0.0.1:${await listen(server)}`, 300)).toMatchObject({
      ...NEVER,
      code: 'unreachable',
      timedOut: true,
    })
  })

  test('where no more connections can be opened: more attempts would not help', async () => {
    const server = createHttpServer((_, response) => response.end(JSON.stringify(EMPTY_PAGE)))
    const url = `http://127.0.0.1:${await listen(server)}${PREFIX}`
    const script = `
      import { openSync } from 'node:fs'
      import { ApiClient } from ${JSON.stringify(fileURLToPath(new URL('../../dist/api/index.js', import.meta.url)))}
      const client = new ApiClient({ url: ${JSON.stringify(url)}, key: ${JSON.stringify(KEY)}, rate: 1000, concurrency: 2 })
      const ask = async () => client.send(await client.gate.turn(new AbortController().signal), 'get_feed', {})
      await ask()
      try { for (;;) openSync('/dev/null') } catch {}
      const replies = await Promise.all([ask(), ask()])
      process.stdout.write(JSON.stringify(replies.map(({ kind, code, fate, cost, status }) => ({ kind, code, fate, cost, status }))))
      process.exit()`
    const { stdout } = await promisify(execFile)('/bin/sh', [
      '-c',
      'ulimit -n 400; exec "$0" --input-type=module -e "$1"',
      process.execPath,
      script,
    ])
    const replies = JSON.parse(stdout) as { kind: string }[]
    const refused = replies.filter(({ kind }) => kind === 'refusal')
    expect(refused.length).toBeGreaterThan(0)
    for (const reply of refused) expect(reply).toMatchObject({ ...NEVER, code: 'no-descriptors' })
  })
})
