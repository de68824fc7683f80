import { describe, expect } from 'vitest'
import type { CrawlStore, OpenRun, RunPlan } from '../../src/db/index.js'
import { test, type Bench } from './support/database.js'
import { answer, planOf, planWith, refuse, rowsOf, seedOf, takeNext, type PageTold } from './support/plans.js'

/** A page that lists posts of these ids, and goes on. */
const page = (n: number, ...posts: string[]): PageTold => ({
  step: { state: 'open', cursor: `c${n}` },
  rows: rowsOf(told => posts.forEach(id => told.member('post', id, 0))),
})

/** Sends requests one after another; each reads on. @returns how many each seed's subject had */
async function send(store: CrawlStore, run: OpenRun, requests: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let n = 0; n < requests; n += 1) {
    const lease = await takeNext(store, run)
    const { id } = lease.candidate.subject
    counts[id] = (counts[id] ?? 0) + 1
    await answer(store, lease, page(lease.requestId))
  }
  return counts
}

async function withRun(bench: Bench, plan: RunPlan): Promise<{ store: CrawlStore; run: OpenRun }> {
  const store = bench.store()
  return { store, run: await store.openRun(plan) }
}

describe('the next stream', () => {
  test('is of the seed with the fewest requests', async ({ bench }) => {
    const plan = planOf(['user a', 'user b', 'user c'])
    const { store, run } = await withRun(bench, plan)
    expect(await send(store, run, 3)).toEqual({ a: 1, b: 1, c: 1 })
    expect(await send(store, run, 6)).toEqual({ a: 2, b: 2, c: 2 })
  })

  test('is fair over all invocations of the run, small caps included', async ({ bench }) => {
    const plan = planOf(['user a', 'user b', 'user c'])
    const total: Record<string, number> = {}
    for (let invocation = 0; invocation < 6; invocation += 1) {
      const { store, run } = await withRun(bench, plan)
      for (const [id, count] of Object.entries(await send(store, run, 2)))
        total[id] = (total[id] ?? 0) + count
      await bench.closeStore(store)
    }
    expect(total).toEqual({ a: 4, b: 4, c: 4 })
  })

  test('does not starve a small seed beside a huge one', async ({ bench }) => {
    const { store, run } = await withRun(
      bench,
      planOf(['user huge', 'user small'], { collect: ['posts', 'comments'] }),
    )
    const order: string[] = []
    for (let n = 0; n < 12; n += 1) {
      const lease = await takeNext(store, run)
      const { id } = lease.candidate.subject
      order.push(id)
      const posts = Array.from({ length: 50 }, (_, k) => `${id}${n}-${k}`)
      await answer(
        store,
        lease,
        id === 'small'
          ? { rows: rowsOf(told => told.member('post', 's-only', 0)) }
          : page(n, ...(id === 'huge' ? posts : [])),
      )
    }
    expect(order.slice(0, 4)).toContain('small')
    expect(order.slice(0, 6)).toContain('s-only')
  })

  test('counts what was sent, whether or not it was answered', async ({ bench }) => {
    const { store, run } = await withRun(bench, planOf(['user a', 'user b']))
    const first = await takeNext(store, run)
    await refuse(store, first, { to: 'ready', attempts: 1, round: 0 }, { status: 500 })
    expect((await takeNext(store, run)).candidate.subject.id).not.toBe(first.candidate.subject.id)
  })
})

describe('among the streams that are ready, the next', () => {
  test('is the shallowest there is, whoever asks', async ({ bench }) => {
    const { store, run } = await withRun(bench, planOf(['user a', 'user b'], { depth: 1 }))
    const follow = (id: string): PageTold => ({
      rows: rowsOf(told => told.member('user', id, 1)),
      step: { state: 'open', cursor: `c-${id}` },
    })
    const first = await takeNext(store, run)
    await answer(store, first, follow('deep-1'))
    await answer(store, await takeNext(store, run), follow('deep-2'))
    const third = await takeNext(store, run)
    expect([third.candidate.depth, third.candidate.subject.id]).toEqual([0, first.candidate.subject.id])
    await answer(store, third)
    await answer(store, await takeNext(store, run))
    const deep = [await takeNext(store, run), await takeNext(store, run)]
    expect(deep.map(({ candidate }) => candidate.depth)).toEqual([1, 1])
    expect(deep.map(({ candidate }) => candidate.subject.id).toSorted()).toEqual(['deep-1', 'deep-2'])
  })

  test('is one that was put back only when nothing else is ready', async ({ bench }) => {
    const { store, run } = await withRun(bench, planOf(['user a', 'user b']))
    const first = await takeNext(store, run)
    await refuse(store, first, { to: 'ready', attempts: 0, round: 1 }, { status: 500 })
    for (let n = 0; n < 3; n += 1) {
      const lease = await takeNext(store, run)
      expect(lease.candidate.streamId).not.toBe(first.candidate.streamId)
      await answer(store, lease, n < 2 ? page(n) : {})
    }
    const last = await takeNext(store, run)
    expect(last.candidate).toMatchObject({ streamId: first.candidate.streamId, round: 1, attempts: 0 })
  })

  test('is none that is in flight or backs off, until it is released', async ({ bench }) => {
    const { store, run } = await withRun(bench, planOf(['user a']))
    const lease = await takeNext(store, run)
    expect(await store.next(run)).toBeUndefined()
    await refuse(store, lease, { to: 'delayed', attempts: 2, round: 0 }, { status: 500 })
    expect(await store.next(run)).toBeUndefined()
    await store.release(run.id, lease.candidate.streamId)
    expect(await store.next(run)).toMatchObject({ streamId: lease.candidate.streamId, attempts: 2 })
  })

  test('counts for the seed by which it is nearest, under its own options', async ({ bench }) => {
    const plan = planWith(
      [seedOf('user a', 0), seedOf('user b', 1)],
      [
        { collect: ['posts'], depth: 0, maxPages: 1 },
        { collect: ['posts', 'followers'], depth: 1, maxPages: 7 },
      ],
    )
    const { store, run } = await withRun(bench, plan)
    const seen: string[] = []
    for (let candidate = await store.next(run); candidate !== undefined; candidate = await store.next(run)) {
      const lease = await store.reserve(candidate, 'get_user_posts', 1)
      seen.push(`${candidate.stream} ${candidate.subject.id} ${candidate.maxPages}`)
      await answer(store, lease, {
        rows: rowsOf(
          told =>
            candidate?.stream === 'followers' && candidate.subject.id === 'b' && told.member('user', 'a', 1),
        ),
      })
    }
    expect(seen.toSorted()).toEqual(['followers a 7', 'followers b 7', 'posts a 1', 'posts b 7'])
  })
})
