import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { keptText, type Reply } from '../../src/api/index.js'
import { EMPTY_PAGE, json, KEY, PREFIX, test } from './support/gateway.js'

const PAGE = { code: 200, data: { items: [{ user_id: 'user-a', display_name: 'Zoë 🪁' }], cursor: 'next==' } }

function kept(reply: Reply): string {
  if (reply.kept === undefined) throw new Error('nothing was kept')
  return keptText(reply.kept)
}

describe('what the client sends', () => {
  test('names the route under the prefix, with the key, and asks for compressed JSON', async ({ serve }) => {
    const { gateway, ask } = await serve((_, response) => json(response, EMPTY_PAGE))
    await ask('get_user_posts', { user_id: 'user-xiCyLclE6KJcdTXyvVq3Ontc' })
    const [request] = gateway.arrived
    expect(request?.method).toBe('GET')
    expect(request?.url.pathname).toBe(`${PREFIX}/get_user_posts`)
    expect(Object.fromEntries(request?.url.searchParams ?? [])).toEqual({
      user_id: 'user-xiCyLclE6KJcdTXyvVq3Ontc',
    })
    expect(request?.headers.authorization).toBe(`Bearer ${KEY}`)
    expect(request?.headers.accept).toBe('application/json')
    expect(request?.headers['accept-encoding']).toMatch(/gzip/)
    expect(request?.headers['user-agent']).toBe('sora-crawl')
    expect(request?.headers.cookie).toBeUndefined()
  })

  test('encodes a cursor, so that = and + and / arrive as they were served', async ({ serve }) => {
    const { gateway, ask } = await serve((_, response) => json(response, EMPTY_PAGE))
    const cursor = 'eyJjdXQiOiJuZjJfdG9wXzdkIiwib2Zmc2V0IjoxNX0+/w=='
    await ask('get_feed', { cursor })
    const [request] = gateway.arrived
    expect(request?.target).not.toContain('==')
    expect(request?.target).not.toContain('+')
    expect(request?.url.searchParams.get('cursor')).toBe(cursor)
  })

  test('leaves the cursor out of a first request', async ({ serve }) => {
    const { gateway, ask } = await serve((_, response) => json(response, EMPTY_PAGE))
    await ask('get_feed', {})
    expect(gateway.arrived[0]?.target).toBe(`${PREFIX}/get_feed`)
  })

  test('carries text of any script, and characters that mean something in an address', async ({ serve }) => {
    const { gateway, ask } = await serve((_, response) => json(response, EMPTY_PAGE))
    const username = 'sam & samá #1 100% 猫?/=+🪁'
    await ask('search_users', { username })
    expect(gateway.arrived[0]?.url.searchParams.get('username')).toBe(username)
    expect([...(gateway.arrived[0]?.url.searchParams.keys() ?? [])]).toEqual(['username'])
  })

  test('never sends parameters that are not the route’s', async ({ serve }) => {
    const { gateway, ask } = await serve((_, response) => json(response, EMPTY_PAGE))
    await expect(ask('get_user_posts', { user_id: '' })).rejects.toThrow()
    expect(gateway.arrived).toEqual([])
  })

  test('reuses its connections from one request to the next', async ({ serve }) => {
    const { gateway, ask } = await serve((_, response) => json(response, EMPTY_PAGE))
    for (let n = 0; n < 40; n += 1) await ask('get_feed', {})
    expect(gateway.arrived).toHaveLength(40)
    // A second one may be opened in the instant in which the first is not yet known to be free again.
    expect(gateway.opened).toBeLessThanOrEqual(2)
  })

  test('opens no more connections than may be in flight, and has that many requests in flight', async ({
    serve,
  }) => {
    const waiting: (() => void)[] = []
    const { gateway, ask } = await serve(
      (_, response) => {
        waiting.push(() => json(response, EMPTY_PAGE))
        if (waiting.length === 3) for (const answer of waiting.splice(0)) answer()
      },
      { concurrency: 3 },
    )
    const replies = await Promise.all(Array.from({ length: 9 }, () => ask('get_feed', {})))
    expect(replies.every(({ kind }) => kind === 'page')).toBe(true)
    expect(gateway.opened).toBe(3)
  })

  test('goes on over a new connection where the server closes the old one after each answer', async ({
    serve,
  }) => {
    const { gateway, ask } = await serve((_, response) =>
      json(response, EMPTY_PAGE, 200, { connection: 'close' }),
    )
    for (let n = 0; n < 3; n += 1) expect((await ask('get_feed', {})).kind).toBe('page')
    expect(gateway.opened).toBe(3)
  })
})

describe('what the client reads', () => {
  const encodings: [string, (text: Buffer) => Buffer][] = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['identity', text => text],
  ]

  for (const [encoding, compress] of encodings) {
    test(`understands a body in ${encoding}, and keeps it as gzip`, async ({ serve }) => {
      const body = compress(Buffer.from(JSON.stringify(PAGE)))
      const { ask } = await serve((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(body),
      )
      const reply = await ask('get_user_followers', { user_id: 'user-b' })
      expect(reply).toMatchObject({
        kind: 'page',
        status: 200,
        cost: 50_000,
        page: { items: PAGE.data.items, next: 'next==' },
      })
      expect(JSON.parse(kept(reply))).toEqual(PAGE)
    })
  }

  test('keeps a gzip body as it came, to the byte', async ({ serve }) => {
    const body = gzipSync(Buffer.from(JSON.stringify(PAGE)), { level: 1 })
    const { ask } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
    )
    const reply = await ask('get_feed', {})
    expect(reply.kept?.equals(body)).toBe(true)
  })

  test('understands a body that comes in many small pieces, cut inside a character', async ({ serve }) => {
    const bytes = Buffer.from(JSON.stringify(PAGE))
    const { ask } = await serve((_, response) => {
      response.writeHead(200)
      for (const byte of bytes) response.write(Buffer.of(byte))
      response.end()
    })
    expect(await ask('get_feed', {})).toMatchObject({ kind: 'page', page: { items: PAGE.data.items } })
  })

  test('keeps refusals as well', async ({ serve }) => {
    const refusal = { code: 402, message: 'insufficient credits' }
    const { ask } = await serve((_, response) => json(response, refusal, 402))
    const reply = await ask('get_feed', {})
    expect(reply).toMatchObject({
      kind: 'refusal',
      code: 'balance-empty',
      status: 402,
      cost: 0,
      fate: 'answered',
    })
    expect(JSON.parse(kept(reply))).toEqual(refusal)
  })

  test('gives equal bodies equal fingerprints, and others others', async ({ serve }) => {
    const bodies = ['{"data":', '{"data":', '{"data":[']
    const { ask } = await serve((_, response) => response.writeHead(200).end(bodies.shift()))
    const prints = [await ask('get_feed', {}), await ask('get_feed', {}), await ask('get_feed', {})].map(
      reply => ('fingerprint' in reply ? reply.fingerprint : undefined),
    )
    expect(prints[0]).toBeDefined()
    expect(prints[1]).toBe(prints[0])
    expect(prints[2]).not.toBe(prints[0])
  })
})

describe('the key', () => {
  const echo = (key: string): string =>
    JSON.stringify({
      code: 200,
      params: { authorization: `Bearer ${key}` },
      data: { items: [], cursor: null },
    })

  for (const [name, encode] of [
    ['plain', (text: Buffer) => text],
    ['gzip', gzipSync],
  ] as const) {
    test(`is not kept where a ${name} body echoes it`, async ({ serve }) => {
      const headers: Record<string, string> = name === 'gzip' ? { 'content-encoding': 'gzip' } : {}
      const { ask } = await serve((_, response) =>
        response.writeHead(200, headers).end(encode(Buffer.from(echo(KEY)))),
      )
      const reply = await ask('get_feed', {})
      expect(reply.kind).toBe('page')
      expect(kept(reply)).not.toContain(KEY)
      expect(gunzipSync(reply.kept ?? Buffer.alloc(0)).includes(KEY)).toBe(false)
    })
  }

  test('is in no message where a refusal echoes it', async ({ serve }) => {
    const { ask } = await serve((_, response) =>
      json(
        response,
        { error: { code: 'invalid_api_key', message: `Incorrect API key provided: ${KEY}` } },
        401,
      ),
    )
    const reply = await ask('get_feed', {})
    expect(reply).toMatchObject({ kind: 'refusal', code: 'key-refused' })
    expect(JSON.stringify(reply)).not.toContain(KEY)
    expect(kept(reply)).not.toContain(KEY)
  })

  test('is not kept where a body echoes it as JSON escapes it', async ({ serve }) => {
    const key = 'sk/te"st\\4f1d'
    const { ask } = await serve((_, response) => response.writeHead(200).end(echo(key)), { key })
    expect(JSON.stringify(JSON.parse(kept(await ask('get_feed', {}))))).not.toContain(
      JSON.stringify(key).slice(1, -1),
    )
  })
})
