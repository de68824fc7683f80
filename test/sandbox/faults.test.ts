import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaultKind, Sandbox } from '../../src/sandbox/index.js'
import { faultMixes, startSandbox } from '../../src/sandbox/index.js'
import { Faults } from '../../src/sandbox/faults.js'
import type { Json } from './client.js'
import { get, idsIn, object, pageOf, postsIn, walk } from './client.js'

let calm: Sandbox
let wanted: string[]
beforeAll(async () => {
  calm = await startSandbox()
  wanted = await everything(calm)
})
afterAll(() => calm.stop())

describe.each(Object.entries(faultMixes))('the mix %s', (name, mix) => {
  it('lets a patient client finish every listing, with nothing lost', async () => {
    // The waits of the slow mix are not what is tested; one listing shows them.
    const sandbox = await startSandbox({ faults: mix, seed: 1 })
    if (name === 'slow') {
      const start = performance.now()
      await patient(sandbox, 'get_feed', {})
      expect(performance.now() - start).toBeGreaterThan(14 * 150)
    } else expect(await everything(sandbox)).toEqual(wanted)
    await sandbox.stop()
  })

  it('throws the same faults for the same seed', () => {
    const script = (seed: number): (FaultKind | undefined)[] => {
      const faults = new Faults(seed, mix)
      return Array.from(
        { length: 500 },
        (_, n) => faults.throwFor({ subject: `subject ${n % 50}`, cursor: String(n) }).kind,
      )
    }
    expect(script(3)).toEqual(script(3))
    const thrown = new Set(script(3).filter(kind => kind !== undefined))
    expect(thrown).toEqual(new Set(Object.keys(mix.odds)))
  })

  it('says in a line what it is', () => expect(mix.about).toMatch(/^[a-z].{10,}/))
})

describe('a fault', () => {
  const only = (kind: FaultKind): Promise<Sandbox> =>
    startSandbox({ faults: { about: kind, slow: 0, odds: { [kind]: 1 } } })
  const answers = async (kind: FaultKind, params = {}): Promise<Awaited<ReturnType<typeof get>>[]> => {
    const sandbox = await only(kind)
    const got = []
    for (let n = 0; n < 60; n += 1)
      got.push(await get(sandbox, 'search_users', { username: `sam${n}`, ...params }))
    await sandbox.stop()
    return got
  }

  it('of the rate limit says when to come back, in all three ways', async () => {
    const limited = (await answers('rateLimited')).filter(({ status }) => status === 429)
    const ways = new Set(
      limited.map(({ headers }) =>
        headers.get('x-ratelimit-reset') === null ? headers.get('retry-after') : 'reset',
      ),
    )
    expect(limited.length).toBeGreaterThan(40)
    expect(ways.has('1') && ways.has('reset') && [...ways].some(way => (way ?? '').endsWith('GMT'))).toBe(
      true,
    )
  })

  it('of the server has many numbers', async () => {
    expect(new Set((await answers('serverError')).map(({ status }) => status))).toEqual(
      new Set([200, 500, 502, 503, 504]),
    )
  })

  it('page is HTML', async () => {
    const pages = (await answers('htmlPage')).filter(({ text }) => text.startsWith('<!DOCTYPE html>'))
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200, 502, 503]))
    expect(pages.every(({ headers }) => headers.get('content-type')?.startsWith('text/html'))).toBe(true)
  })

  it('inside a 200 is the platform’s error object', async () => {
    expect((await answers('errorInside'))[0]?.body.data).toMatchObject({ error: { code: 'server_error' } })
  })

  it('that asks for a retry is a 400', async () => {
    expect((await answers('pleaseRetry'))[0]).toMatchObject({
      status: 400,
      body: { message: 'Request failed. Please retry.' },
    })
  })

  it('resets and cuts, and a cut answer is billed', async () => {
    const reset = await only('reset')
    await expect(get(reset, 'get_feed')).rejects.toThrow(/fetch failed/)
    expect(reset.answered()).toMatchObject({ requests: 1, billed: 0 })
    await reset.stop()
    const cut = await only('cutBody')
    const first = await get(cut, 'get_feed').catch(() => undefined)
    expect(first?.body ?? {}).toEqual({})
    expect(cut.answered()).toMatchObject({ requests: 1, billed: 1 })
    await cut.stop()
  })

  it('of an empty page comes at most twice in a row, with new cursors', async () => {
    const sandbox = await only('emptyPage')
    const sizes: number[] = []
    const cursors = new Set<string>()
    for (let cursor = '', n = 0; n < 7; n += 1) {
      const page = pageOf(object((await get(sandbox, 'get_feed', { cursor })).body.data))
      sizes.push(page.items.length)
      cursors.add(page.next)
      cursor = page.next
    }
    expect(sizes).toEqual([0, 0, 15, 0, 0, 15, 0])
    expect(cursors.size).toBe(7)
    await sandbox.stop()
  })

  it('of a dead cursor comes once per listing; after a restart the cursor works', async () => {
    const sandbox = await only('deadCursor')
    const { next } = pageOf(object((await get(sandbox, 'get_feed')).body.data))
    const dead = await get(sandbox, 'get_feed', { cursor: next })
    expect(dead.status).toBe(400)
    expect(dead.text).not.toMatch(/retry/i)
    expect((await get(sandbox, 'get_feed', { cursor: next })).status).toBe(200)
    await sandbox.stop()
  })
})

/** Ids of the feed, of the leaderboard and of what ten users have; refused listings are empty. */
async function everything(sandbox: Sandbox): Promise<string[]> {
  const ids = idsIn(postsIn(await patient(sandbox, 'get_feed', {})))
  const users = idsIn(await patient(sandbox, 'get_cameo_leaderboard', {}))
  for (const user_id of users.slice(0, 10)) {
    for (const route of ['get_user_posts', 'get_user_cameo_appearances'])
      ids.push(...idsIn(postsIn(await patient(sandbox, route, { user_id }))))
    ids.push(...idsIn(await patient(sandbox, 'get_user_followers', { user_id })))
  }
  for (const post_id of ids.slice(0, 20))
    ids.push(...idsIn(postsIn(await patient(sandbox, 'get_post_comments', { post_id }))))
  return [...users, ...ids]
}

/** Reads a listing the way a good client would: five tries a page, one restart when a cursor dies. */
async function patient(sandbox: Sandbox, route: string, params: Record<string, string>): Promise<Json[]> {
  if (sandbox === calm) return walk(sandbox, route, params).catch(() => [])
  let items: Json[] = []
  let restarts = 0
  for (let cursor = ''; ;) {
    const payload = await tried(sandbox, route, { ...params, cursor })
    if (payload === 'refused') return []
    if (payload === 'dead') {
      restarts += 1
      if (restarts > 1) throw new Error(`${route} died twice`)
      items = []
      cursor = ''
      continue
    }
    const page = pageOf(payload)
    items.push(...page.items)
    if (page.next === '') return items
    cursor = page.next
  }
}

async function tried(
  sandbox: Sandbox,
  route: string,
  params: Record<string, string>,
): Promise<Json | 'dead' | 'refused'> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const got = await get(sandbox, route, params).catch(() => undefined)
    if (got?.status === 403 || got?.status === 404) return 'refused'
    if (got?.status === 400 && !/retry/i.test(got.text)) return 'dead'
    if (got?.status === 200 && got.body.data !== undefined && !Object.hasOwn(object(got.body.data), 'error'))
      return object(got.body.data)
    await sleep(1)
  }
  throw new Error(`${route} ${JSON.stringify(params)} cannot be reached`)
}
