import { describe, expect } from 'vitest'
import type { CrawlStore, OpenRun, RunPlan } from '../../src/db/index.js'
import { test, type Bench } from './support/database.js'
import {
  answer,
  finish,
  planOf,
  refuse,
  rowsOf,
  takeNext,
  type PageTold,
  type SeedName,
} from './support/plans.js'

const plan = (full: boolean, seeds: SeedName[] = ['user a']): RunPlan =>
  planOf(seeds, { collect: ['followers'], full })

/** A page of followers of a user. */
const followers = (of: string, ids: string, cursor: string | null = null): PageTold => ({
  rows: rowsOf(page => {
    for (const id of ids.split(' ').filter(Boolean)) {
      page.list({ kind: 'user', id, hop: 1 })
      page.edge('follow', id, of)
    }
  }),
  step: cursor === null ? { state: 'completed' } : { state: 'open', cursor },
})

const gone = (bench: Bench): unknown[] =>
  bench.column('select source_id from edges where gone_at is not null order by source_id')

/** Reads the followers of `a` to the end. */
async function read(store: CrawlStore, full: boolean, ...pages: PageTold[]): Promise<OpenRun> {
  const run = await store.openRun(plan(full))
  for (const page of pages) await answer(store, await takeNext(store, run), page)
  await finish(store, run)
  return run
}

describe('a relation', () => {
  test('is gone where a full pass that completed did not see it, and comes back when it is seen again', async ({
    bench,
  }) => {
    const store = bench.store()
    await read(store, false, followers('a', 'x y z'))
    await read(store, true, followers('a', 'x', 'c'), followers('a', 'z'))
    expect(gone(bench)).toEqual(['y'])
    expect(String(bench.value('select gone_at from edges where gone_at is not null'))).toMatch(/Z$/)
    await read(store, false, followers('a', 'y x'))
    expect(gone(bench)).toEqual([])
    expect(bench.value('select count(*) from edges')).toBe(3)
  })

  test('stays where the pass was not a full one', async ({ bench }) => {
    const store = bench.store()
    await read(store, false, followers('a', 'x y'))
    await read(store, false, followers('a', 'x'))
    expect(gone(bench)).toEqual([])
  })

  test('stays where the full pass did not complete', async ({ bench }) => {
    const store = bench.store()
    await read(store, false, followers('a', 'x y'))
    await read(store, true, { ...followers('a', 'x'), step: { state: 'failed', reason: 'broken' } })
    await read(store, true, { ...followers('a', 'x'), step: { state: 'capped', cursor: 'c' } })
    expect(gone(bench)).toEqual([])
  })
})

describe('a relation that a full pass did not see', () => {
  test('stays where a record was set aside: it may have been that one', async ({ bench }) => {
    const store = bench.store()
    await read(store, false, followers('a', 'x y'))
    const page = followers('a', 'x')
    await read(store, true, {
      ...page,
      rows: {
        ...(page.rows ?? rowsOf()),
        rejects: [{ reason: 'profile.user_id: expected an id, got null', raw: '{}' }],
      },
    })
    expect(gone(bench)).toEqual([])
  })

  test('stays where the full pass was restarted', async ({ bench }) => {
    const store = bench.store()
    await read(store, false, followers('a', 'x y'))
    const run = await store.openRun(plan(true))
    await answer(store, await takeNext(store, run), followers('a', 'x', 'c'))
    await refuse(store, await takeNext(store, run), { to: 'restart' }, { status: 400 })
    await answer(store, await takeNext(store, run), followers('a', 'x'))
    expect(gone(bench)).toEqual([])
  })

  test('stays where the full pass was interrupted', async ({ bench }) => {
    const store = bench.store()
    await read(store, false, followers('a', 'x y'))
    const run = await store.openRun(plan(true))
    await answer(store, await takeNext(store, run), followers('a', 'x', 'c'))
    await bench.closeStore(store)
    const later = bench.store()
    const again = await later.openRun(plan(true))
    expect(again.resumed).toBe(true)
    await answer(later, await takeNext(later, again), followers('a', ''))
    expect(gone(bench)).toEqual([])
  })

  test('stays where another stream has seen it since the pass began', async ({ bench }) => {
    const store = bench.store()
    await read(store, false, followers('a', 'x y'))
    const run = await store.openRun(plan(true, ['user a', 'user b']))
    const leases = [await takeNext(store, run), await takeNext(store, run)].toSorted((l, r) =>
      l.candidate.subject.id < r.candidate.subject.id ? -1 : 1,
    )
    const [ofA, ofB] = leases
    if (ofA === undefined || ofB === undefined) throw new Error('two listings were to be read')
    await answer(store, ofB, { rows: rowsOf(page => page.edge('follow', 'y', 'a')) })
    await answer(store, ofA, followers('a', 'x'))
    expect(gone(bench)).toEqual([])
  })

  test('is not judged where it is another user’s, or of another kind', async ({ bench }) => {
    const store = bench.store()
    await read(store, false, {
      rows: rowsOf(page => {
        page.edge('follow', 'y', 'a')
        page.edge('follow', 'y', 'b')
        page.edge('follow', 'a', 'y')
        page.edge('cameo', 'y', 'a')
      }),
    })
    await read(store, true, followers('a', 'x'))
    expect(bench.rows('select kind, source_id, target_id from edges where gone_at is not null')).toEqual([
      { kind: 'follow', source_id: 'y', target_id: 'a' },
    ])
  })

  test('gives no scope any more', async ({ bench }) => {
    const store = bench.store()
    await read(store, false, followers('a', 'x y'))
    await read(store, true, followers('a', 'x'))
    const deep = await store.openRun(planOf(['user a'], { collect: ['followers'], depth: 1 }))
    const subjects: string[] = []
    for (
      let candidate = await store.next(deep);
      candidate !== undefined;
      candidate = await store.next(deep)
    ) {
      subjects.push(candidate.subject.id)
      await store.skip(candidate, 'complete')
    }
    expect(subjects.toSorted()).toEqual(['a', 'x'])
  })
})
