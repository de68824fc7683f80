import { afterEach, describe, expect, test } from 'vitest'

import { expectedOf } from './oracle.js'
import { generateWorld, SMALL } from './generate.js'
import { listed, type Form, type Gateway, type Route, type World } from './model.js'
import { TEST_KEY, WorldServer, type ServerOptions } from './server.js'
import { crowd, starWith, story, userId } from './story.js'

const open: WorldServer[] = []

async function serve(options: ServerOptions): Promise<WorldServer> {
  const server = await WorldServer.start(options)
  open.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.close()))
})

interface PageBody {
  data: {
    items?: unknown[]
    children?: { items: unknown[]; cursor?: string | null; has_more?: boolean }
    cursor?: string | null
    has_more?: boolean
  }
}

async function get(
  server: WorldServer,
  route: string,
  params: Record<string, string>,
  key = TEST_KEY,
): Promise<Response> {
  const query = new URLSearchParams(params)
  return fetch(`${server.url}/${route}?${query}`, { headers: { authorization: `Bearer ${key}` } })
}

/** The simplest client there is: follow the cursor until it ends. */
async function walk(
  server: WorldServer,
  route: Route,
  params: Record<string, string>,
): Promise<{ items: unknown[]; pages: number }> {
  const items: unknown[] = []
  let cursor = ''
  for (let pages = 1; ; pages += 1) {
    const { data } = (await (await get(server, route, { ...params, cursor })).json()) as PageBody
    const list = data.children ?? data
    items.push(...(list.items ?? []))
    const next = list.cursor ?? data.cursor ?? ''
    if (next === '' || list.has_more === false) return { items, pages }
    cursor = next
  }
}

function paramsOf(route: Route, subject: string): Record<string, string> {
  if (route === 'get_feed' || route === 'get_cameo_leaderboard') return {}
  if (route === 'get_comment_replies') return { comment_id: subject }
  return route.startsWith('get_post_') ? { post_id: subject } : { user_id: subject }
}

async function walkAll(world: World, form: Form, gateway: Gateway): Promise<void> {
  const server = await serve({ world, form, gateway, pageSize: 3 })
  for (const key of world.listings.keys()) {
    const [route, subject] = key.split('|') as [Route, string]
    const { items, pages } = await walk(server, route, paramsOf(route, subject))
    const all = listed(world, route, subject)
    expect([key, items.length, pages]).toEqual([key, all.length, Math.max(1, Math.ceil(all.length / 3))])
  }
}

describe('the world server', () => {
  const open5 = { ...SMALL, privateUsers: 0, goneUsers: 0, gonePosts: 0 }

  test.each([
    ['native', 'tikhub'],
    ['contract', 'tikomni'],
  ] as const)('every listing is walked to its end in exactly its pages (%s, %s)', async (form, gateway) => {
    await walkAll(generateWorld(5, open5), form, gateway)
  })

  test('a wrong key is refused, in the error form of the gateway', async () => {
    const world = starWith(1)
    const hub = await serve({ world, gateway: 'tikhub' })
    const omni = await serve({ world, gateway: 'tikomni' })
    const wrong = await get(hub, 'get_feed', {}, 'nonsense')
    expect([wrong.status, await wrong.json()]).toMatchObject([401, { detail: { code: 401 } }])
    expect(await (await get(omni, 'get_feed', {}, 'nonsense')).json()).toMatchObject({ code: 401 })
  })

  test('private, gone, unknown and incomplete are refused as a gateway does', async () => {
    const server = await serve({
      world: story({
        users: [
          { name: 'shy', state: 'private' },
          { name: 'left', state: 'gone' },
        ],
      }),
    })
    const status = async (route: string, params: Record<string, string>): Promise<number> =>
      (await get(server, route, params)).status
    expect(await status('get_user_posts', { user_id: userId('shy') })).toBe(403)
    expect(await status('get_user_posts', { user_id: userId('left') })).toBe(404)
    expect(await status('get_nothing', {})).toBe(404)
    expect(await status('get_user_posts', {})).toBe(422)
    expect(await status('get_feed', { cursor: 'nonsense' })).toBe(400)
  })

  test('a cursor is anchored: what is added at the head repeats and hides nothing', async () => {
    const world = starWith(7)
    const server = await serve({ world })
    const params = { user_id: userId('star') }
    const first = (await (await get(server, 'get_user_followers', params)).json()) as PageBody
    listed(world, 'get_user_followers', userId('star')).unshift(userId('fan0'))
    const second = (await (
      await get(server, 'get_user_followers', { ...params, cursor: first.data.cursor ?? '' })
    ).json()) as PageBody
    const ids = [...(first.data.items ?? []), ...(second.data.items ?? [])].map(
      item => (item as { user_id: string }).user_id,
    )
    expect(ids).toEqual(crowd('fan', 7).map(userId).toReversed().slice(0, 6))
  })

  test('requests are recorded with route, parameters and cursor, and only 200 counts as billed', async () => {
    const server = await serve({ world: starWith(1) })
    await get(server, 'get_user_followers', { user_id: userId('star'), cursor: '' })
    await get(server, 'get_feed', {}, 'nonsense')
    await server.until(() => server.answered.length === 2)
    expect(server.seen[0]).toMatchObject({
      route: 'get_user_followers',
      params: { user_id: userId('star') },
      cursor: '',
    })
    expect(server.billed).toHaveLength(1)
  })

  test('an override changes status, headers and body, drops the connection, or leaves the answer alone', async () => {
    const server = await serve({ world: starWith(1) })
    server.override = ({ n }) =>
      [
        { status: 429, headers: { 'retry-after': '1' } },
        { status: 200, raw: '<html>' },
        { status: 200, drop: 'before' as const },
      ][n - 1]
    const limited = await get(server, 'get_feed', {})
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await (await get(server, 'get_feed', {})).text()).toBe('<html>')
    await expect(get(server, 'get_feed', {})).rejects.toThrow()
    expect((await get(server, 'get_feed', {})).status).toBe(200)
  })

  test('a body cut in the middle cannot be read', async () => {
    const server = await serve({
      world: starWith(1),
      override: (_seen, answer) => ({ ...answer, drop: 'middle' }),
    })
    await expect(
      get(server, 'get_user_followers', { user_id: userId('star') }).then(response => response.text()),
    ).rejects.toThrow()
  })

  test('the same seed makes the same world', () => {
    const at = (seed: number): string => JSON.stringify([...generateWorld(seed).posts.values()])
    expect(at(3)).toBe(at(3))
    expect(at(3)).not.toBe(at(4))
  })

  test('random worlds have what the program must cope with', () => {
    const world = generateWorld(1)
    const { reads } = expectedOf({ world, form: 'native' }, ['feed', 'leaderboard'], { depth: 2 })
    const states = new Set([...reads.values()].map(({ state }) => state))
    expect([...states].toSorted()).toEqual(['gone', 'open', 'private'])
    expect([...world.posts.values()].some(post => post.reply_count === 0)).toBe(true)
    expect([...world.posts.values()].some(post => post.reply_count === null)).toBe(true)
  })
})
