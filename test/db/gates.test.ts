import { describe, expect } from 'vitest'
import type { Candidate, Counters, CrawlStore, OpenRun, RunPlan } from '../../src/db/index.js'
import { test, type Bench } from './support/database.js'
import { answer, finish, nameOf, planOf, rowsOf, take, takeNext, type PageTold } from './support/plans.js'

const NOTHING: Counters = { reply_count: null, recursive_reply_count: null, remix_count: null, follower_count: null, following_count: null }
const COMMENTS = planOf(['feed'], { collect: ['comments', 'replies'] })

/** A page that tells of a post, or of something beside it. */
const tells = (table: 'posts' | 'users' | 'comments', id: string, told: object, listed: 'post' | 'comment' | 'user' | null = null): PageTold => ({
  rows: rowsOf((page) => {
    page.tell(table, Object.assign({ id }, told))
    if (listed !== null) page.list({ kind: listed, id, hop: listed === 'user' ? 1 : 0 })
  }),
})

async function find(store: CrawlStore, run: OpenRun, name: string): Promise<Candidate> {
  for (let candidate = await store.next(run); candidate !== undefined; candidate = await store.next(run)) {
    if (nameOf(candidate) === name) return candidate
    await answer(store, await take(store, candidate))
  }
  throw new Error(`${name} is not ready`)
}

async function afterFeed(bench: Bench, page: PageTold, plan: RunPlan = COMMENTS): Promise<{ store: CrawlStore; run: OpenRun }> {
  const store = bench.store()
  const run = await store.openRun(plan)
  await answer(store, await takeNext(store, run), page)
  return { store, run }
}

describe('the counters of a stream’s subject', () => {
  test('are those of the post, as far as anybody told', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, tells('posts', 'p', { reply_count: 3, remix_count: 0 }, 'post'))
    expect((await find(store, run, 'comments p')).counters).toEqual({ ...NOTHING, reply_count: 3, remix_count: 0 })
  })

  test('are those of the comment', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, tells('posts', 'p', {}, 'post'))
    await answer(store, await take(store, await find(store, run, 'comments p')), tells('comments', 'c', { reply_count: 4 }, 'comment'))
    expect((await find(store, run, 'replies c')).counters).toEqual({ ...NOTHING, reply_count: 4 })
  })

  test('are, before the first request of a pass, what is compared after it completed', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, tells('posts', 'p', { reply_count: 3 }, 'post'))
    const lease = await take(store, await find(store, run, 'comments p'))
    await answer(store, lease, { ...tells('posts', 'p', { reply_count: 5 }), step: { state: 'open', cursor: 'c' } })
    await answer(store, await takeNext(store, run))
    await finish(store, run)
    const candidate = await find(store, await store.openRun(COMMENTS), 'comments p')
    expect(candidate.checkpoint.readCounters).toMatchObject({ reply_count: 3 })
    expect(candidate.counters).toMatchObject({ reply_count: 5 })
  })

  test('are not compared where the pass did not complete', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, tells('posts', 'p', { reply_count: 3 }, 'post'))
    await answer(store, await take(store, await find(store, run, 'comments p')), { step: { state: 'failed', reason: 'broken' } })
    await finish(store, run)
    expect((await find(store, await store.openRun(COMMENTS), 'comments p')).checkpoint.readCounters).toBeNull()
  })
})

describe('the counters of a user', () => {
  const FOLLOWERS = planOf(['leaderboard', 'user a'], { collect: ['followers', 'following'] })

  test('say nothing unless they were told to be 0, and in this run', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, tells('users', 'a', { follower_count: 0, following_count: 7 }), planOf(['leaderboard']))
    await finish(store, run)
    const second = await store.openRun(FOLLOWERS)
    expect((await find(store, second, 'followers a')).counters).toEqual(NOTHING)
    const third = await store.openRun({ ...FOLLOWERS, key: 'again' })
    await answer(store, await takeNext(store, third), tells('users', 'a', { follower_count: 0, following_count: 7 }))
    expect((await find(store, third, 'followers a')).counters).toEqual({ ...NOTHING, follower_count: 0 })
  })

  test('say so over the invocations of the run', async ({ bench }) => {
    const plan = planOf(['user a'], { collect: ['profile', 'followers'] })
    const store = bench.store()
    const run = await store.openRun(plan)
    const leases = [await takeNext(store, run), await takeNext(store, run)]
    const profile = leases.find(({ candidate }) => candidate.stream === 'profile')
    if (profile === undefined) throw new Error('the profile was to be read')
    await answer(store, profile, tells('users', 'a', { follower_count: 0 }))
    await bench.closeStore(store)
    const later = bench.store()
    expect(await later.next(await later.openRun(plan))).toMatchObject({ stream: 'followers', counters: { follower_count: 0 } })
  })
})

describe('a listing that a counter has spared', () => {
  test('is due again as soon as the counter moves', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, { ...tells('posts', 'p', { reply_count: 0 }, 'post'), step: { state: 'open', cursor: 'c' } })
    const feed = await takeNext(store, run)
    const comments = await find(store, run, 'comments p')
    await store.skip(comments, 'gated')
    expect(await store.next(run)).toBeUndefined()
    await answer(store, feed, tells('posts', 'p', { reply_count: 2 }))
    const again = await store.next(run)
    expect(again).toMatchObject({ stream: 'comments', counters: { reply_count: 2 } })
  })

  test('stays spared where something else of its subject changed', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, { ...tells('posts', 'p', { reply_count: 0 }, 'post'), step: { state: 'open', cursor: 'c' } })
    const feed = await takeNext(store, run)
    await store.skip(await find(store, run, 'comments p'), 'gated')
    await answer(store, feed, tells('posts', 'p', { text: 'edited' }))
    expect(await store.next(run)).toBeUndefined()
    expect(await store.tally(run.id)).toMatchObject({ open: 0, failed: 0, done: 2 })
  })
})
