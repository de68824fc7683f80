import { describe, expect } from 'vitest'
import type { CrawlStore, OpenRun } from '../../src/db/index.js'
import { test, type Bench } from './support/database.js'
import { answer, finish, planOf, PRICE, refuse, takeNext } from './support/plans.js'

const TWO = planOf(['user a', 'user b'])

async function opened(bench: Bench): Promise<{ store: CrawlStore; run: OpenRun }> {
  const store = bench.store()
  return { store, run: await store.openRun(TWO) }
}

const ledger = (bench: Bench): unknown[] =>
  bench.rows(
    'select id, route, cursor, state, status, cost_microusd as cost, error from requests order by id',
  )
const entry = (id: number, told: object): unknown => ({
  id,
  route: 'get_user_posts',
  cursor: null,
  state: 'reserved',
  status: null,
  cost: PRICE,
  error: null,
  ...told,
})

describe('the ledger', () => {
  test('has a request before it is sent, at its price', async ({ bench }) => {
    const { store, run } = await opened(bench)
    const lease = await takeNext(store, run)
    expect(lease.requestId).toBe(1)
    expect(ledger(bench)).toEqual([entry(1, {})])
    expect(bench.value('select settled_at from requests')).toBeNull()
    expect(await store.tally(run.id)).toMatchObject({ requests: 1, cost: PRICE })
  })

  test('has what became of it', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), { step: { state: 'open', cursor: 'c==' } })
    const again = { to: 'ready', attempts: 1, round: 0 } as const
    await refuse(store, await takeNext(store, run), again, { status: 503, error: 'server-error: busy' })
    await refuse(store, await takeNext(store, run), again, {
      state: 'unknown',
      status: null,
      cost: PRICE,
      error: 'unreachable: reset',
    })
    await refuse(store, await takeNext(store, run), again, {
      state: 'never-sent',
      status: null,
      cost: 0,
      error: 'unreachable: refused',
    })
    expect(ledger(bench)).toEqual([
      entry(1, { state: 'answered', status: 200 }),
      expect.objectContaining({
        id: 2,
        state: 'answered',
        status: 503,
        cost: 0,
        error: 'server-error: busy',
      }),
      expect.objectContaining({ id: 3, state: 'unknown', status: null, cost: PRICE }),
      expect.objectContaining({ id: 4, state: 'never-sent', cost: 0 }),
    ])
    expect(bench.column('select count(*) from requests where settled_at is null')).toEqual([0])
    expect(
      bench.column(
        'select distinct cursor from requests where stream_id = (select stream_id from requests ' +
          'where id = 1) order by id',
      ),
    ).toEqual([null, 'c=='])
  })

  test('counts what was sent and what it cost or may have cost, and not what was never sent', async ({
    bench,
  }) => {
    const { store, run } = await opened(bench)
    const again = { to: 'ready', attempts: 1, round: 0 } as const
    await answer(store, await takeNext(store, run), { step: { state: 'open', cursor: 'c' } })
    await refuse(store, await takeNext(store, run), again, { status: 500 })
    await refuse(store, await takeNext(store, run), again, { state: 'unknown', status: null, cost: PRICE })
    await refuse(store, await takeNext(store, run), again, { state: 'never-sent', status: null })
    await takeNext(store, run)
    expect(await store.tally(run.id)).toMatchObject({ requests: 4, cost: 3 * PRICE })
  })

  test('calls unknown, at their price, the requests that a dead process had in flight', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), { step: { state: 'open', cursor: 'c' } })
    await takeNext(store, run)
    await takeNext(store, run)
    await bench.closeStore(store)
    const next = bench.store()
    expect(ledger(bench)).toEqual([
      entry(1, { state: 'answered', status: 200 }),
      expect.objectContaining({
        id: 2,
        state: 'unknown',
        status: null,
        cost: PRICE,
        error: expect.any(String) as string,
      }),
      expect.objectContaining({ id: 3, state: 'unknown', status: null, cost: PRICE }),
    ])
    const again = await next.openRun(TWO)
    expect(again).toMatchObject({ id: run.id, resumed: true })
    expect(await next.tally(again.id)).toMatchObject({ open: 2, requests: 3, cost: 3 * PRICE })
  })
})

describe('over runs and invocations, the ledger', () => {
  test('goes on counting where it was, over the invocations of a run', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await takeNext(store, run)
    await bench.closeStore(store)
    const next = bench.store()
    expect((await takeNext(next, await next.openRun(TWO))).requestId).toBe(2)
  })

  test('counts each run for itself', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run))
    await finish(store, run)
    const second = await store.openRun(TWO)
    expect(second).toMatchObject({ resumed: false })
    expect(await store.tally(second.id)).toMatchObject({ requests: 0, cost: 0 })
    expect(await store.tally(run.id)).toMatchObject({ requests: 1, cost: PRICE })
  })

  test('remembers which routes have answered, in a run and ever', async ({ bench }) => {
    const { store, run } = await opened(bench)
    const proof = (route: string, id = run.id): Promise<unknown> => store.routeHasAnswered(route, id)
    expect(await proof('get_user_posts')).toEqual({ inRun: false, ever: false, any: false })
    await refuse(store, await takeNext(store, run), { to: 'unavailable', as: 'gone' })
    expect(await proof('get_user_posts')).toEqual({ inRun: false, ever: false, any: false })
    await answer(store, await takeNext(store, run))
    expect(await proof('get_user_posts')).toEqual({ inRun: true, ever: true, any: true })
    expect(await proof('get_feed')).toEqual({ inRun: false, ever: false, any: true })
    await finish(store, run)
    const second = await store.openRun(TWO)
    expect(await proof('get_user_posts', second.id)).toEqual({ inRun: false, ever: true, any: true })
  })
})
