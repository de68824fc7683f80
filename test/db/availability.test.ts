import { describe, expect } from 'vitest'
import type { Candidate, CrawlStore, Lease, OpenRun } from '../../src/db/index.js'
import { test, type Bench } from './support/database.js'
import {
  answer,
  finish,
  nameOf,
  planOf,
  refuse,
  rowsOf,
  take,
  takeNext,
  type SeedName,
} from './support/plans.js'

const COLLECT = ['posts', 'followers']

async function opened(
  bench: Bench,
  seeds: SeedName[] = ['user a'],
  collect = COLLECT,
): Promise<{ store: CrawlStore; run: OpenRun }> {
  const store = bench.store()
  return { store, run: await store.openRun(planOf(seeds, { collect })) }
}

/** Takes everything that is ready, by name. */
async function takeAll(store: CrawlStore, run: OpenRun): Promise<Map<string, Lease>> {
  const leases = new Map<string, Lease>()
  for (let candidate = await store.next(run); candidate !== undefined; candidate = await store.next(run))
    leases.set(nameOf(candidate), await take(store, candidate))
  return leases
}

const lease = (leases: Map<string, Lease>, name: string): Lease => {
  const found = leases.get(name)
  if (found === undefined) throw new Error(`${name} is not among ${[...leases.keys()].join(', ')}`)
  return found
}
const users = (bench: Bench): unknown[] => bench.rows('select id, unavailable from users order by id')
const states = async (store: CrawlStore, run: OpenRun): Promise<string[]> =>
  (await store.troubled(run.id, 100))
    .map(({ stream, subject, state }) => `${stream} ${subject} ${state}`)
    .toSorted()
const GONE = { to: 'unavailable', as: 'gone' } as const
const PRIVATE = { to: 'unavailable', as: 'private' } as const

describe('an entity that the API refuses', () => {
  test('is recorded as unavailable, as what, and is no failure', async ({ bench }) => {
    const { store, run } = await opened(bench, ['user a', 'user b'], ['posts'])
    const leases = await takeAll(store, run)
    await refuse(store, lease(leases, 'posts a'), GONE)
    await refuse(store, lease(leases, 'posts b'), PRIVATE, { status: 403 })
    expect(users(bench)).toEqual([
      { id: 'a', unavailable: 'gone' },
      { id: 'b', unavailable: 'private' },
    ])
    expect(await store.tally(run.id)).toMatchObject({ open: 0, failed: 0, done: 2 })
    expect(await store.next(run)).toBeUndefined()
  })

  test('keeps what is known of it', async ({ bench }) => {
    const { store, run } = await opened(bench, ['user a'], ['posts', 'profile'])
    const leases = await takeAll(store, run)
    await answer(store, lease(leases, 'profile a'), {
      rows: rowsOf(page => page.tell('users', Object.assign({ id: 'a' }, { username: 'kite' }))),
    })
    await refuse(store, lease(leases, 'posts a'), GONE)
    expect(bench.rows('select id, username, unavailable from users')).toEqual([
      { id: 'a', username: 'kite', unavailable: 'gone' },
    ])
  })

  test('is available again with the next answer of the route that refused it, and not of another', async ({
    bench,
  }) => {
    const { store, run } = await opened(bench)
    const leases = await takeAll(store, run)
    await refuse(store, lease(leases, 'followers a'), PRIVATE)
    await answer(store, lease(leases, 'posts a'))
    expect(users(bench)).toEqual([{ id: 'a', unavailable: 'private' }])
    await finish(store, run)
    const second = await store.openRun(planOf(['user a'], { collect: COLLECT }))
    const again = await takeAll(store, second)
    await answer(store, lease(again, 'posts a'))
    expect(users(bench)).toEqual([{ id: 'a', unavailable: 'private' }])
    await answer(store, lease(again, 'followers a'))
    expect(users(bench)).toEqual([{ id: 'a', unavailable: null }])
  })

  test('stays unavailable while one of two routes refuses it', async ({ bench }) => {
    const { store, run } = await opened(bench)
    const leases = await takeAll(store, run)
    await refuse(store, lease(leases, 'followers a'), PRIVATE)
    await refuse(store, lease(leases, 'posts a'), GONE)
    await finish(store, run)
    const second = await store.openRun(planOf(['user a'], { collect: COLLECT }))
    const again = await takeAll(store, second)
    await answer(store, lease(again, 'posts a'))
    expect(users(bench)).toEqual([{ id: 'a', unavailable: 'private' }])
  })

  test('has its other listings read, and is asked again in the next run', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await refuse(store, await takeNext(store, run), GONE)
    expect(nameOf((await takeNext(store, run)).candidate)).toBe('posts a')
    await finish(store, run)
    expect(
      [
        ...(await takeAll(store, await store.openRun(planOf(['user a'], { collect: COLLECT })))).keys(),
      ].toSorted(),
    ).toEqual(['followers a', 'posts a'])
  })

  test('is a post, whether its detail or its comments were refused', async ({ bench }) => {
    const { store, run } = await opened(bench, ['link p'], ['comments'])
    await refuse(store, await takeNext(store, run), GONE)
    expect(bench.rows('select id, unavailable from posts')).toEqual([{ id: 'p', unavailable: 'gone' }])
    await answer(store, await takeNext(store, run))
    expect(bench.rows('select unavailable from posts')).toEqual([{ unavailable: 'gone' }])
  })

  test('shows whether it was read at all: its listing makes its row', async ({ bench }) => {
    const { store, run } = await opened(bench, ['user a'], ['posts'])
    await answer(store, await takeNext(store, run))
    expect(users(bench)).toEqual([{ id: 'a', unavailable: null }])
  })
})

describe('a 404 of a route that has never answered', () => {
  test('marks nothing, and is no failure', async ({ bench }) => {
    const { store, run } = await opened(bench, ['user a'], ['posts'])
    await refuse(store, await takeNext(store, run), { to: 'doubtful' })
    expect(users(bench)).toEqual([])
    expect(await states(store, run)).toEqual(['posts a doubtful'])
    expect(await store.tally(run.id)).toMatchObject({ open: 0, failed: 0, done: 1 })
  })

  test('marks its entity once the route has answered for another', async ({ bench }) => {
    const { store, run } = await opened(bench, ['user a', 'user b', 'user c'], ['posts'])
    const leases = await takeAll(store, run)
    await refuse(store, lease(leases, 'posts a'), { to: 'doubtful' })
    await refuse(store, lease(leases, 'posts b'), { to: 'doubtful' })
    await answer(store, lease(leases, 'posts c'))
    expect(users(bench)).toEqual([
      { id: 'a', unavailable: 'gone' },
      { id: 'b', unavailable: 'gone' },
      { id: 'c', unavailable: null },
    ])
    expect(await states(store, run)).toEqual(['posts a unavailable', 'posts b unavailable'])
  })

  test('is not settled by another route’s answer', async ({ bench }) => {
    const { store, run } = await opened(bench)
    const leases = await takeAll(store, run)
    await refuse(store, lease(leases, 'followers a'), { to: 'doubtful' })
    await answer(store, lease(leases, 'posts a'))
    expect(users(bench)).toEqual([{ id: 'a', unavailable: null }])
    expect(await states(store, run)).toEqual(['followers a doubtful'])
  })
})

describe('a route that finds nothing that others serve', () => {
  /** Doubts about the followers of users; `served` ones are told of by another listing. */
  async function doubts(
    bench: Bench,
    served: string[],
    unserved: string[],
  ): Promise<{ store: CrawlStore; run: OpenRun }> {
    const { store, run } = await opened(
      bench,
      [...served, ...unserved].map((id): SeedName => `user ${id}`),
    )
    const leases = await takeAll(store, run)
    for (const id of served)
      await answer(store, lease(leases, `posts ${id}`), { rows: rowsOf(page => page.tell('users', { id })) })
    for (const id of [...served, ...unserved])
      await refuse(store, lease(leases, `followers ${id}`), { to: 'doubtful' })
    return { store, run }
  }

  test('is counted by the entities that another route has served', async ({ bench }) => {
    const { store, run } = await doubts(bench, ['a', 'b', 'c'], ['x', 'y'])
    expect(await store.doubtfulStreams(run.id, 'followers')).toBe(3)
    expect(await store.doubtfulStreams(run.id, 'posts')).toBe(0)
  })

  test('is not counted by entities of which others say that they are gone', async ({ bench }) => {
    const { store, run } = await opened(bench, ['user a', 'user b', 'user live'])
    const leases = await takeAll(store, run)
    await answer(store, lease(leases, 'posts live'))
    for (const id of ['a', 'b']) {
      await refuse(store, lease(leases, `posts ${id}`), GONE)
      await refuse(store, lease(leases, `followers ${id}`), { to: 'doubtful' })
    }
    expect(await store.doubtfulStreams(run.id, 'followers')).toBe(0)
  })

  test('fails with all its streams when it is condemned, and no entity is marked', async ({ bench }) => {
    const { store, run } = await doubts(bench, ['a', 'b', 'c', 'd', 'e'], [])
    await store.condemn(run.id, 'followers', 'the route is gone')
    expect(await states(store, run)).toEqual(['a', 'b', 'c', 'd', 'e'].map(id => `followers ${id} failed`))
    expect(await store.tally(run.id)).toMatchObject({ open: 0, failed: 5, done: 5 })
    expect(bench.column('select distinct unavailable from users')).toEqual([null])
    expect((await store.troubled(run.id, 1))[0]?.reason).toBe('the route is gone')
  })

  test('takes nothing else with it: streams in flight and of other routes go on', async ({ bench }) => {
    const { store, run } = await opened(bench, ['user a', 'user b'])
    const leases = await takeAll(store, run)
    await refuse(store, lease(leases, 'followers a'), { to: 'ready', attempts: 0, round: 0 }, { status: 429 })
    await store.condemn(run.id, 'followers', 'the route is gone')
    expect(await states(store, run)).toEqual(['followers a failed'])
    await answer(store, lease(leases, 'posts a'))
    await answer(store, lease(leases, 'posts b'))
    await refuse(store, lease(leases, 'followers b'), { to: 'failed', reason: 'condemned', endsPass: true })
    expect(await store.tally(run.id)).toMatchObject({ open: 0, failed: 2, done: 2 })
  })
})

describe('a post that a seed names', () => {
  test('is in scope whether or not its detail can be had', async ({ bench }) => {
    const { store, run } = await opened(bench, ['link p', 'link q'], ['comments'])
    const details = await takeAll(store, run)
    await refuse(store, lease(details, 'detail p'), GONE)
    await refuse(store, lease(details, 'detail q'), { to: 'failed', reason: 'broken', endsPass: false })
    const rest: Candidate[] = []
    for (let candidate = await store.next(run); candidate !== undefined; candidate = await store.next(run)) {
      rest.push(candidate)
      await take(store, candidate)
    }
    expect(rest.map(nameOf).toSorted()).toEqual(['comments p', 'comments q'])
  })
})
