import { describe, expect } from 'vitest'
import type { Candidate, Counters, CrawlStore, OpenRun, RunPlan } from '../../src/db/index.js'
import { test, type Bench } from './support/database.js'
import { answer, finish, nameOf, planOf, rowsOf, take, takeNext, type PageTold } from './support/plans.js'

const NOTHING: Counters = {
  reply_count: null,
  recursive_reply_count: null,
  remix_count: null,
  follower_count: null,
  following_count: null,
}
const COMMENTS = planOf(['feed'], { collect: ['comments', 'replies'] })

/** A page that tells of a post, or of something beside it. */
const tells = (
  table: 'posts' | 'users' | 'comments',
  id: string,
  told: object,
  listed: 'post' | 'comment' | 'user' | null = null,
): PageTold => ({
  rows: rowsOf(page => {
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

async function afterFeed(
  bench: Bench,
  page: PageTold,
  plan: RunPlan = COMMENTS,
): Promise<{ store: CrawlStore; run: OpenRun }> {
  const store = bench.store()
  const run = await store.openRun(plan)
  await answer(store, await takeNext(store, run), page)
  return { store, run }
}

describe('the counters of a stream’s subject', () => {
  test('are those of the post, as far as anybody told', async ({ bench }) => {
    const { store, run } = await afterFeed(
      bench,
      tells('posts', 'p', { reply_count: 3, remix_count: 0 }, 'post'),
    )
    expect((await find(store, run, 'comments p')).counters).toEqual({
      ...NOTHING,
      reply_count: 3,
      remix_count: 0,
    })
  })

  test('are those of the comment', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, tells('posts', 'p', {}, 'post'))
    await answer(
      store,
      await take(store, await find(store, run, 'comments p')),
      tells('comments', 'c', { reply_count: 4 }, 'comment'),
    )
    expect((await find(store, run, 'replies c')).counters).toEqual({ ...NOTHING, reply_count: 4 })
  })

  test('are, before the first request of a pass, what is compared after it completed', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, tells('posts', 'p', { reply_count: 3 }, 'post'))
    const lease = await take(store, await find(store, run, 'comments p'))
    await answer(store, lease, {
      ...tells('posts', 'p', { reply_count: 5 }),
      step: { state: 'open', cursor: 'c' },
    })
    await answer(store, await takeNext(store, run))
    await finish(store, run)
    const candidate = await find(store, await store.openRun(COMMENTS), 'comments p')
    expect(candidate.checkpoint.readCounters).toMatchObject({ reply_count: 3 })
    expect(candidate.counters).toMatchObject({ reply_count: 5 })
  })

  test('are not compared where the pass did not complete', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, tells('posts', 'p', { reply_count: 3 }, 'post'))
    await answer(store, await take(store, await find(store, run, 'comments p')), {
      step: { state: 'failed', reason: 'broken' },
    })
    await finish(store, run)
    expect(
      (await find(store, await store.openRun(COMMENTS), 'comments p')).checkpoint.readCounters,
    ).toBeNull()
  })
})

describe('the counters of a user', () => {
  const FOLLOWERS = planOf(['leaderboard', 'user a'], { collect: ['followers', 'following'] })

  test('say nothing unless they were told to be 0, and in this run', async ({ bench }) => {
    const { store, run } = await afterFeed(
      bench,
      tells('users', 'a', { follower_count: 0, following_count: 7 }),
      planOf(['leaderboard']),
    )
    await finish(store, run)
    const second = await store.openRun(FOLLOWERS)
    expect((await find(store, second, 'followers a')).counters).toEqual(NOTHING)
    const third = await store.openRun({ ...FOLLOWERS, key: 'again' })
    await answer(
      store,
      await takeNext(store, third),
      tells('users', 'a', { follower_count: 0, following_count: 7 }),
    )
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
    expect(await later.next(await later.openRun(plan))).toMatchObject({
      stream: 'followers',
      counters: { follower_count: 0 },
    })
  })
})

describe('users told to have nobody', () => {
  test('and then to have some are read: those users, and no others', async ({ bench }) => {
    const people = (counts: Record<string, object>): PageTold => ({
      rows: rowsOf(page => {
        for (const [id, told] of Object.entries(counts)) {
          page.tell('users', Object.assign({ id }, told))
          page.list({ kind: 'user', id, hop: 1 })
        }
      }),
    })
    const none = { follower_count: 0, following_count: 0 }
    const plan = planOf(['leaderboard'], { collect: ['followers', 'following'], depth: 1 })
    const { store, run } = await afterFeed(
      bench,
      { ...people({ a: none, b: none, c: none }), step: { state: 'open', cursor: 'more' } },
      plan,
    )
    const leaderboard = await takeNext(store, run)
    const spared = async (): Promise<string[]> => {
      const streams: Candidate[] = []
      for (
        let candidate = await store.next(run);
        candidate !== undefined;
        candidate = await store.next(run)
      ) {
        await store.skip(candidate, 'gated')
        streams.push(candidate)
      }
      return streams
        .map(
          candidate =>
            `${nameOf(candidate)}: ${candidate.counters.follower_count}, ${candidate.counters.following_count}`,
        )
        .toSorted()
    }
    expect(await spared()).toHaveLength(6)
    await answer(
      store,
      leaderboard,
      people({
        a: { follower_count: 2, following_count: 0 },
        b: { follower_count: 0 },
        c: { following_count: 5 },
      }),
    )
    expect(await spared()).toEqual([
      'followers a: null, 0',
      'followers c: 0, null',
      'following a: null, 0',
      'following c: 0, null',
    ])
  })
})

describe('a listing that a counter has spared', () => {
  test('is due again as soon as the counter moves', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, {
      ...tells('posts', 'p', { reply_count: 0 }, 'post'),
      step: { state: 'open', cursor: 'c' },
    })
    const feed = await takeNext(store, run)
    const comments = await find(store, run, 'comments p')
    await store.skip(comments, 'gated')
    expect(await store.next(run)).toBeUndefined()
    await answer(store, feed, tells('posts', 'p', { reply_count: 2 }))
    const again = await store.next(run)
    expect(again).toMatchObject({ stream: 'comments', counters: { reply_count: 2 } })
  })

  test('stays spared where something else of its subject changed', async ({ bench }) => {
    const { store, run } = await afterFeed(bench, {
      ...tells('posts', 'p', { reply_count: 0 }, 'post'),
      step: { state: 'open', cursor: 'c' },
    })
    const feed = await takeNext(store, run)
    await store.skip(await find(store, run, 'comments p'), 'gated')
    await answer(store, feed, tells('posts', 'p', { text: 'edited' }))
    expect(await store.next(run)).toBeUndefined()
    expect(await store.tally(run.id)).toMatchObject({ open: 0, failed: 0, done: 2 })
  })
})

describe('a listing that its counters tell to be empty', () => {
  const EMPTY_BY = {
    comments: ['reply_count', 'recursive_reply_count'],
    remixes: ['remix_count'],
    replies: ['reply_count'],
  } as const
  const plan = (collect: readonly string[]): RunPlan => {
    const base = planOf(['feed'], { collect })
    return {
      ...base,
      streams: base.streams.map(stream => ({
        ...stream,
        emptyBy: EMPTY_BY[stream.name as keyof typeof EMPTY_BY] ?? [],
      })),
    }
  }

  test.for([
    ['0 and 0', { reply_count: 0, recursive_reply_count: 0 }, true],
    ['0, the other untold', { reply_count: 0 }, true],
    ['untold, the other 0', { recursive_reply_count: 0 }, true],
    ['0 and 2', { reply_count: 0, recursive_reply_count: 2 }, false],
    ['3 and 0', { reply_count: 3, recursive_reply_count: 0 }, false],
    ['untold', { like_count: 0 }, false],
  ] as const)(
    'is not taken up: comments of a post whose counters are %s',
    async ([, told, isEmpty], { bench }) => {
      const { store, run } = await afterFeed(bench, tells('posts', 'p', told, 'post'), plan(['comments']))
      expect((await store.next(run))?.stream).toBe(isEmpty ? undefined : 'comments')
      expect(await store.tally(run.id)).toMatchObject({ open: isEmpty ? 0 : 1, done: isEmpty ? 2 : 1 })
    },
  )

  test('is told by its own counter', async ({ bench }) => {
    const { store, run } = await afterFeed(
      bench,
      tells('posts', 'p', { reply_count: 4, remix_count: 0 }, 'post'),
      plan(['comments', 'remixes', 'replies']),
    )
    await answer(
      store,
      await take(store, await find(store, run, 'comments p')),
      tells('comments', 'c', { reply_count: 0 }, 'comment'),
    )
    expect(await store.next(run)).toBeUndefined()
  })

  test('is due as soon as the counter moves', async ({ bench }) => {
    const { store, run } = await afterFeed(
      bench,
      { ...tells('posts', 'p', { reply_count: 0 }, 'post'), step: { state: 'open', cursor: 'c' } },
      plan(['comments']),
    )
    await answer(store, await takeNext(store, run), tells('posts', 'p', { reply_count: 2 }))
    expect(await store.next(run)).toMatchObject({ stream: 'comments', counters: { reply_count: 2 } })
  })

  test('is due when the run goes on and another has been told otherwise in between', async ({ bench }) => {
    const told = {
      ...tells('posts', 'p', { reply_count: 0 }, 'post'),
      step: { state: 'open', cursor: 'c' },
    } as const
    const { store, run } = await afterFeed(bench, told, plan(['comments']))
    const other = await store.openRun({ ...planOf(['feed'], { collect: [] }), key: 'other' })
    await answer(store, await takeNext(store, other), tells('posts', 'p', { reply_count: 2 }, 'post'))
    await finish(store, other)
    const again = await store.openRun(plan(['comments']))
    expect(again).toMatchObject({ id: run.id, resumed: true })
    expect(await find(store, again, 'comments p')).toMatchObject({ counters: { reply_count: 2 } })
  })

  test('is left to the rules of the run where a pass of it was begun before', async ({ bench }) => {
    const { store, run } = await afterFeed(
      bench,
      tells('posts', 'p', { reply_count: 2 }, 'post'),
      plan(['comments']),
    )
    await answer(store, await take(store, await find(store, run, 'comments p')), {
      ...tells('posts', 'p', { reply_count: 0 }),
      step: { state: 'open', cursor: 'c' },
    })
    const other = await store.openRun({ ...plan(['comments']), key: 'other' })
    expect(await find(store, other, 'comments p')).toMatchObject({
      checkpoint: { passState: 'open' },
      counters: { reply_count: 0 },
    })
  })
})
