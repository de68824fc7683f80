import { describe, expect } from 'vitest'
import type { Candidate, CrawlStore, ListedItem, OpenRun } from '../../src/db/index.js'
import { test, type Bench } from './support/database.js'
import { answer, finish, planOf, refuse, rowsOf, takeNext, type PageTold } from './support/plans.js'

const PLAN = planOf(['user a'])
const OTHER = planOf(['user a'], { collect: ['posts', 'followers'] })
const FULL = planOf(['user a'], { full: true })

const items = (ids: string): ListedItem[] =>
  ids
    .split(' ')
    .filter(id => id !== '')
    .map(id => ({ kind: 'post', id }))
/** A page that lists posts, and goes on at a cursor unless it is the last. */
const page = (ids: string, cursor: string | null = null): PageTold => ({
  rows: rowsOf(told => items(ids).forEach(({ id }) => told.list({ kind: 'post', id, hop: 0 }))),
  step: cursor === null ? { state: 'completed' } : { state: 'open', cursor },
})

async function opened(bench: Bench, plan = PLAN): Promise<{ store: CrawlStore; run: OpenRun }> {
  const store = bench.store()
  return { store, run: await store.openRun(plan) }
}

/** The process ends; another takes up the same file. */
async function reopened(
  bench: Bench,
  store: CrawlStore,
  plan = PLAN,
): Promise<{ store: CrawlStore; run: OpenRun }> {
  await bench.closeStore(store)
  return opened(bench, plan)
}

async function next(store: CrawlStore, run: OpenRun): Promise<Candidate> {
  const candidate = await store.next(run)
  if (candidate === undefined) throw new Error('no stream is ready')
  return candidate
}

const passes = (bench: Bench): unknown[] =>
  bench.rows("select pass, pass_state as state, cursor, pages from checkpoints where stream = 'posts'")

describe('a pass', () => {
  test('moves with each page, and completes once', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1 2', 'c1'))
    expect(passes(bench)).toEqual([{ pass: 1, state: 'open', cursor: 'c1', pages: 1 }])
    await answer(store, await takeNext(store, run), page('3'))
    expect(passes(bench)).toEqual([{ pass: 1, state: 'completed', cursor: null, pages: 2 }])
    expect(await store.next(run)).toBeUndefined()
    expect(bench.value("select completed_at is not null from checkpoints where stream = 'posts'")).toBe(1)
  })

  test('goes on at its cursor after an interruption', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1', 'c1'))
    await takeNext(store, run)
    const later = await reopened(bench, store)
    const { candidate } = await takeNext(later.store, later.run)
    expect(candidate.checkpoint).toMatchObject({
      pass: 1,
      passState: 'open',
      cursor: 'c1',
      pages: 1,
      items: 1,
    })
  })

  test('goes on at its cursor whichever run continues it', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1', 'c1'))
    const other = await reopened(bench, store, OTHER)
    const leases = [await takeNext(other.store, other.run), await takeNext(other.store, other.run)]
    expect(leases.map(({ candidate }) => [candidate.stream, candidate.checkpoint.cursor]).toSorted()).toEqual(
      [
        ['followers', null],
        ['posts', 'c1'],
      ],
    )
  })

  test('of a finished run is over: the next run begins a new one', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1'))
    await finish(store, run)
    const again = await store.openRun(PLAN)
    const { candidate } = await takeNext(store, again)
    expect(candidate).toMatchObject({
      alreadyRead: false,
      checkpoint: { pass: 2, passState: 'open', cursor: null, pages: 0, items: 0 },
    })
  })

  test('that another run has completed meanwhile needs no request', async ({ bench }) => {
    const { store } = await opened(bench)
    const other = await reopened(bench, store, OTHER)
    for (let n = 0; n < 2; n += 1)
      await answer(other.store, await takeNext(other.store, other.run), page('1'))
    const back = await reopened(bench, other.store)
    expect((await next(back.store, back.run)).alreadyRead).toBe(true)
  })

  test('keeps its cursor where its stream failed for this run, and not where it is over', async ({
    bench,
  }) => {
    for (const [endsPass, cursor, pass] of [
      [false, 'c1', 1],
      [true, null, 2],
    ] as const) {
      const name = `${endsPass}.db`
      const store = bench.store(name)
      const run = await store.openRun(PLAN)
      await answer(store, await takeNext(store, run), page('1', 'c1'))
      await refuse(
        store,
        await takeNext(store, run),
        { to: 'failed', reason: 'broken', endsPass },
        { status: 500 },
      )
      expect(await store.next(run)).toBeUndefined()
      await finish(store, run)
      const { candidate } = await takeNext(store, await store.openRun(PLAN))
      expect(candidate.checkpoint).toMatchObject({ cursor, pass })
    }
  })

  test('cut by a cap goes on where it was cut, within its run alone', async ({ bench }) => {
    const capped = planOf(['user a'], { maxPages: 1 })
    const { store, run } = await opened(bench, capped)
    await answer(store, await takeNext(store, run), { ...page('1'), step: { state: 'capped', cursor: 'c1' } })
    expect(await store.next(run)).toBeUndefined()
    expect((await store.troubled(run.id, 10)).map(({ state }) => state)).toEqual(['capped'])
    await finish(store, run)
    const { candidate } = await takeNext(store, await store.openRun(capped))
    expect(candidate.checkpoint).toMatchObject({ pass: 2, cursor: null, pages: 0 })
  })
})

describe('an interrupted pass that is as long as the cap of another run', () => {
  const CAPPED = planOf(['user a'], { maxPages: 1 })

  /** Reads two pages and stops; where `inherited`, the first of them was read by a run that has ended. */
  async function interrupted(bench: Bench, inherited: boolean): Promise<CrawlStore> {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1', 'c1'))
    if (inherited) {
      await refuse(
        store,
        await takeNext(store, run),
        { to: 'failed', reason: 'broken', endsPass: false },
        { status: 500 },
      )
      await finish(store, run)
    }
    const again = await store.openRun(PLAN)
    await answer(store, await takeNext(store, again), page('2', 'c2'))
    return store
  }

  test.for([[false], [true]])(
    'is not read again from its top by its own run, inherited or not: %j',
    async ([inherited], { bench }) => {
      const store = await interrupted(bench, inherited === true)
      const other = await reopened(bench, store, CAPPED)
      await other.store.skip(await next(other.store, other.run), 'capped')
      await finish(other.store, other.run)
      const back = await reopened(bench, other.store)
      expect((await takeNext(back.store, back.run)).candidate.checkpoint).toMatchObject({
        cursor: 'c2',
        pages: 2,
      })
    },
  )
})

describe('a pass that begins again', () => {
  test('is a new one, which knows how deep the last one came', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1', 'c1'))
    await answer(store, await takeNext(store, run), page('2', 'c2'))
    await refuse(store, await takeNext(store, run), { to: 'restart' }, { status: 400 })
    expect((await takeNext(store, run)).candidate.checkpoint).toMatchObject({
      pass: 2,
      cursor: null,
      pages: 0,
      items: 0,
      diedAtPage: 2,
    })
  })

  test('forgets the cursors that were used, and what it had found stays', async ({ bench }) => {
    const { store, run } = await opened(bench)
    const first = await takeNext(store, run)
    await answer(store, first, { ...page('1', 'c1'), rows: rowsOf(told => told.tell('posts', { id: '1' })) })
    const { streamId } = first.candidate
    const second = await takeNext(store, run)
    expect(await store.cursorWasUsed(streamId, 'c1')).toBe(true)
    expect(await store.cursorWasUsed(streamId, 'c2')).toBe(false)
    await refuse(store, second, { to: 'restart' }, { status: 400 })
    expect(await store.cursorWasUsed(streamId, 'c1')).toBe(false)
    expect(bench.column('select id from posts')).toEqual(['1'])
  })

  test('remembers its cursors over an interruption', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1', 'c1'))
    const { candidate } = await takeNext(store, run)
    const later = await reopened(bench, store)
    expect(await later.store.cursorWasUsed(candidate.streamId, 'c1')).toBe(true)
  })
})

describe('what is known of a listing', () => {
  /** Reads pages to an end and begins the next run. @returns its candidate */
  async function afterPass(
    bench: Bench,
    pages: readonly PageTold[],
    name?: string,
  ): Promise<{ store: CrawlStore; candidate: Candidate }> {
    const store = bench.store(name)
    const run = await store.openRun(PLAN)
    for (const one of pages) await answer(store, await takeNext(store, run), one)
    await finish(store, run)
    return { store, candidate: (await takeNext(store, await store.openRun(PLAN))).candidate }
  }
  const known = async (
    { store, candidate }: { store: CrawlStore; candidate: Candidate },
    ids: string,
  ): Promise<string[]> => [...(await store.known(candidate, items(ids)))].toSorted()

  test('is what completed passes of it have listed', async ({ bench }) => {
    expect(await known(await afterPass(bench, [page('1 2', 'c1'), page('3')]), '1 2 3 4')).toEqual([
      '1',
      '2',
      '3',
    ])
  })

  test('is not what a pass has listed that did not complete', async ({ bench }) => {
    expect(
      await known(
        await afterPass(bench, [
          page('1', 'c1'),
          { ...page('2'), step: { state: 'failed', reason: 'broken' } },
        ]),
        '1 2',
      ),
    ).toEqual([])
    expect(
      await known(
        await afterPass(bench, [{ ...page('1'), step: { state: 'capped', cursor: 'c' } }], 'capped.db'),
        '1',
      ),
    ).toEqual([])
  })

  test('is not what the pass in hand has listed itself', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1', 'c1'))
    expect(await known({ store, candidate: (await takeNext(store, run)).candidate }, '1')).toEqual([])
  })

  test('is not what was met elsewhere, nor another kind of item of the same id', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), { rows: rowsOf(told => told.tell('posts', { id: '1' })) })
    await finish(store, run)
    const { candidate } = await takeNext(store, await store.openRun(PLAN))
    expect([...(await store.known(candidate, items('1')))]).toEqual([])
    await answer(store, { requestId: 2, candidate }, page('1'))
    await finish(store, { id: candidate.runId, resumed: false, full: false })
    const later = await takeNext(store, await store.openRun(PLAN))
    expect([...(await store.known(later.candidate, [{ kind: 'user', id: '1' }]))]).toEqual([])
  })

  test('stays known when a later pass that does not complete lists it again', async ({ bench }) => {
    const { store, candidate } = await afterPass(bench, [page('1 2')])
    await answer(
      store,
      { requestId: 2, candidate },
      { ...page('3 1'), step: { state: 'failed', reason: 'broken' } },
    )
    await finish(store, { id: candidate.runId, resumed: false, full: false })
    const third = (await takeNext(store, await store.openRun(PLAN))).candidate
    expect(await known({ store, candidate: third }, '1 2 3')).toEqual(['1', '2'])
  })

  test('is the listing’s own: another user’s says nothing', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1'))
    await finish(store, run)
    const other = await takeNext(store, await store.openRun(planOf(['user b'])))
    expect([...(await store.known(other.candidate, items('1')))]).toEqual([])
  })
})

describe('a full run', () => {
  test('and an ordinary one never continue each other’s passes', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1', 'c1'))
    const full = await reopened(bench, store, FULL)
    expect((await takeNext(full.store, full.run)).candidate.checkpoint).toMatchObject({
      pass: 2,
      full: true,
      cursor: null,
      pages: 0,
    })
    const back = await reopened(bench, full.store)
    expect((await takeNext(back.store, back.run)).candidate.checkpoint).toMatchObject({
      pass: 1,
      full: false,
      cursor: 'c1',
      pages: 1,
    })
  })

  test('steps aside for ordinary ones, and goes on at its own cursor', async ({ bench }) => {
    const { store, run } = await opened(bench, FULL)
    await answer(store, await takeNext(store, run), page('1 2', 'c1'))
    const ordinary = await reopened(bench, store)
    await answer(ordinary.store, await takeNext(ordinary.store, ordinary.run), page('0 1', 'd1'))
    await answer(ordinary.store, await takeNext(ordinary.store, ordinary.run), page('2 3'))
    const back = await reopened(bench, ordinary.store, FULL)
    const lease = await takeNext(back.store, back.run)
    expect(lease.candidate.checkpoint).toMatchObject({ pass: 1, full: true, cursor: 'c1', pages: 1 })
    await answer(back.store, lease, page('3'))
    expect(await back.store.next(back.run)).toBeUndefined()
  })

  test('has read all that an interrupted ordinary pass was still to read', async ({ bench }) => {
    const { store, run } = await opened(bench)
    await answer(store, await takeNext(store, run), page('1', 'c1'))
    const full = await reopened(bench, store, FULL)
    await answer(full.store, await takeNext(full.store, full.run), page('1 2'))
    await finish(full.store, full.run)
    await finish(full.store, await full.store.openRun(PLAN))
    expect((await takeNext(full.store, await full.store.openRun(PLAN))).candidate.checkpoint).toMatchObject({
      pass: 3,
      cursor: null,
      pages: 0,
    })
  })

  test('is not spared what an ordinary run has just read', async ({ bench }) => {
    const { store } = await opened(bench, FULL)
    const ordinary = await reopened(bench, store)
    await answer(ordinary.store, await takeNext(ordinary.store, ordinary.run), page('1'))
    const back = await reopened(bench, ordinary.store, FULL)
    expect(await next(back.store, back.run)).toMatchObject({ stream: 'posts', alreadyRead: false })
  })

  test('spares an ordinary run what it has just read', async ({ bench }) => {
    const { store } = await opened(bench)
    const full = await reopened(bench, store, FULL)
    await answer(full.store, await takeNext(full.store, full.run), page('1'))
    const back = await reopened(bench, full.store)
    expect(await next(back.store, back.run)).toMatchObject({ stream: 'posts', alreadyRead: true })
  })
})
