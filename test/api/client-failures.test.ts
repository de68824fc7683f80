import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { ApiClient, keptText, type RefusalReply, type Reply } from '../../src/api/index.js'
import { MAX_BODY_BYTES } from '../../src/api/body.js'
import { ask as askClient, EMPTY_PAGE, Gateway, json, KEY, PREFIX, test } from './support/gateway.js'

/** The price of a read route, in millionths of a dollar. */
const PRICE = 50_000

function refusal(reply: Reply): RefusalReply {
  if (reply.kind !== 'refusal') throw new Error('a page came')
  return reply
}

const headers = (response: ServerResponse): void =>
  void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })

/** Ways in which an answer can fail to come, each on a server of its own. */
const broken: [string, (response: ServerResponse) => void][] = [
  ['the connection is reset before an answer', response => void response.socket?.resetAndDestroy()],
  ['the connection is closed before an answer', response => void response.socket?.destroy()],
  [
    'the connection is reset inside the headers',
    response => {
      response.socket?.write('HTTP/1.1 200 OK\r\ncontent-ty', () => response.socket?.resetAndDestroy())
    },
  ],
  [
    'the connection is closed inside the headers',
    response => void response.socket?.end('HTTP/1.1 200 OK\r\ncontent-ty'),
  ],
  ['what comes is not HTTP', response => void response.socket?.end('220 mail.example ESMTP ready\r\n')],
  [
    'the connection is reset inside the body',
    response => {
      headers(response)
      response.write('{"code":200,"data":{"items":[', () => response.socket?.resetAndDestroy())
    },
  ],
  [
    'the body is shorter than it was said to be',
    response => {
      headers(response)
      response.write('{"code":200,"data":{"items":[', () => response.socket?.end())
    },
  ],
  [
    'a chunked body has no end',
    response => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"code":200,"data":{"items":[', () => response.socket?.end())
    },
  ],
]

describe('an answer of which nobody knows whether it was billed', () => {
  for (const [how, answer] of broken) {
    test(`is retried, and counts at its price, where ${how}`, async ({ serve }) => {
      const { gateway, ask } = await serve((_, response) => answer(response))
      const reply = refusal(await ask('get_user_posts', { user_id: 'user-a' }))
      expect(reply).toMatchObject({ code: 'unreachable', status: null, fate: 'unknown', cost: PRICE })
      expect(reply.message).not.toBe('')
      expect(gateway.arrived, 'the client itself never retries').toHaveLength(1)
    })
  }

  test('is one for which the server takes too long', async ({ serve }) => {
    const { ask } = await serve(() => undefined, { timeoutMs: 60 })
    expect(refusal(await ask('get_feed', {}))).toMatchObject({
      code: 'unreachable',
      status: null,
      fate: 'unknown',
      cost: PRICE,
      message: 'no answer within 0.06 s',
    })
  })

  test('is one whose body comes so slowly that it takes too long in all', async ({ serve }) => {
    const { ask } = await serve(
      (_, response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write(' '), 10)
        response.on('close', () => clearInterval(drip))
      },
      { timeoutMs: 80 },
    )
    expect(refusal(await ask('get_feed', {}))).toMatchObject({
      status: null,
      fate: 'unknown',
      cost: PRICE,
      message: 'no answer within 0.08 s',
    })
  })

  test('leaves the client usable: the next request is answered', async ({ serve }) => {
    const answers = broken.map(([, answer]) => answer)
    const { ask } = await serve((_, response) => {
      const next = answers.shift()
      if (next === undefined) json(response, EMPTY_PAGE)
      else next(response)
    })
    for (let n = 0; n < broken.length; n += 1) expect((await ask('get_feed', {})).kind).toBe('refusal')
    expect((await ask('get_feed', {})).kind).toBe('page')
  })

  test('costs nothing where the route is free', async ({ serve }) => {
    const { ask } = await serve((_, response) => void response.socket?.destroy())
    expect(refusal(await ask('get_task_status', { task_id: 'task_01k7' })).cost).toBe(0)
  })
})

describe('a request that never arrived', () => {
  test('costs nothing, where nobody listens', async ({ serve }) => {
    const { gateway, ask } = await serve(() => undefined)
    await gateway.close()
    expect(refusal(await ask('get_feed', {}))).toMatchObject({
      code: 'unreachable',
      status: null,
      fate: 'never-sent',
      cost: 0,
    })
  })

  test('costs nothing, where the host has no address', async () => {
    const client = new ApiClient({
      url: `http://no-such-host.invalid${PREFIX}`,
      key: KEY,
      rate: 1_000,
      concurrency: 1,
      timeoutMs: 20_000,
    })
    try {
      expect(refusal(await askClient(client, 'get_feed', {}))).toMatchObject({
        code: 'unreachable',
        fate: 'never-sent',
        cost: 0,
      })
    } finally {
      await client.close()
    }
  })

  test('is not what a connection is that was accepted and then closed: nobody knows what became of that', async () => {
    const server = createServer(socket => socket.destroy())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const client = new ApiClient({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`,
      key: KEY,
      rate: 1_000,
      concurrency: 1,
      timeoutMs: 5_000,
    })
    try {
      expect(refusal(await askClient(client, 'get_feed', {}))).toMatchObject({
        fate: 'unknown',
        cost: PRICE,
      })
    } finally {
      await client.close()
      await new Promise(resolve => server.close(resolve))
    }
  })
})

describe('a body that is too much', () => {
  test('is not read past 32 MB', async ({ serve }) => {
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    let sent = 0
    const { ask } = await serve(
      (_, response) => {
        response.writeHead(200)
        const more = (): void => {
          while (!response.destroyed && sent < 256 * chunk.length) {
            sent += chunk.length
            if (!response.write(chunk)) return void response.once('drain', more)
          }
          response.end()
        }
        response.on('error', () => undefined)
        more()
      },
      { timeoutMs: 30_000 },
    )
    const reply = refusal(await ask('get_feed', {}))
    expect(reply).toMatchObject({
      code: 'malformed-answer',
      status: 200,
      fate: 'answered',
      cost: PRICE,
      message: 'the body is larger than 32 MB',
    })
    expect(reply.fingerprint, 'two such answers end the retries').toBeDefined()
    expect(sent).toBeLessThan(64 * chunk.length)
    expect(MAX_BODY_BYTES).toBe(32 * 1024 * 1024)
  })

  test('is not unpacked past 32 MB: a gzip bomb', async ({ serve }) => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, '{'), { level: 9 })
    const { ask } = await serve(
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      { timeoutMs: 30_000 },
    )
    const before = process.memoryUsage.rss()
    const reply = refusal(await ask('get_feed', {}))
    expect(reply).toMatchObject({
      code: 'malformed-answer',
      status: 200,
      fate: 'answered',
      cost: PRICE,
      message: 'the body unpacks to more than 32 MB',
    })
    expect(reply.fingerprint, 'two such answers end the retries').toBeDefined()
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024)
  })

  test('changes nothing about a status that says enough', async ({ serve }) => {
    const { ask } = await serve(
      (_, response) =>
        response
          .writeHead(404, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(40 * 1024 * 1024, '{'))),
      { timeoutMs: 30_000 },
    )
    expect(refusal(await ask('get_feed', {}))).toMatchObject({
      code: 'gone',
      status: 404,
      fate: 'answered',
      cost: 0,
    })
  })

  test('is read where it is large and allowed', async ({ serve }) => {
    const page = {
      code: 200,
      data: { items: [{ user_id: 'user-a', bio: 'x'.repeat(20 * 1024 * 1024) }], cursor: null },
    }
    const { ask } = await serve((_, response) => json(response, page), { timeoutMs: 30_000 })
    expect((await ask('get_feed', {})).kind).toBe('page')
  })
})

describe('a 200 that cannot be read', () => {
  const cut = gzipSync(Buffer.from(JSON.stringify(EMPTY_PAGE).repeat(20))).subarray(0, 30)
  const bodies: [string, Record<string, string>, Buffer | string][] = [
    ['gzip that is cut off', { 'content-encoding': 'gzip' }, cut],
    ['text that claims to be gzip', { 'content-encoding': 'gzip' }, 'hello'],
    ['text that claims to be brotli', { 'content-encoding': 'br' }, 'hello'],
    ['JSON that is cut off', {}, '{"code":200,"data":{"items":['],
    ['nothing', {}, ''],
    ['HTML', { 'content-type': 'text/html' }, '<!DOCTYPE html><html><title>Just a moment…</title></html>'],
    ['bytes that are no UTF-8', {}, Buffer.from([0xff, 0xfe, 0x00, 0xd8])],
  ]

  for (const [what, more, body] of bodies) {
    test(`is retried, billed, and kept: ${what}`, async ({ serve }) => {
      const { ask } = await serve((_, response) => response.writeHead(200, more).end(body))
      const reply = refusal(await ask('get_feed', {}))
      expect(reply).toMatchObject({ code: 'malformed-answer', status: 200, fate: 'answered', cost: PRICE })
      expect(reply.fingerprint).toBeDefined()
      expect(() => keptText(reply.kept ?? Buffer.alloc(0))).not.toThrow()
    })
  }

  test('is read all the same where it is JSON and only claims to be gzip', async ({ serve }) => {
    const { ask } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(JSON.stringify(EMPTY_PAGE)),
    )
    expect((await ask('get_feed', {})).kind).toBe('page')
  })
})

describe('a redirect', () => {
  test('is not followed, so that the key stays with its host', async ({ serve }) => {
    const elsewhere = await Gateway.start((_, response) => json(response, EMPTY_PAGE))
    for (const status of [301, 302, 303, 307, 308]) {
      const { ask } = await serve((_, response) =>
        response.writeHead(status, { location: `${elsewhere.origin}/get_feed` }).end(),
      )
      expect(refusal(await ask('get_feed', {}))).toMatchObject({
        status,
        code: 'redirected',
        cost: 0,
        message: `HTTP ${status} to ${elsewhere.origin}/get_feed`,
      })
    }
    expect(elsewhere.arrived).toEqual([])
    await elsewhere.close()
  })
})
