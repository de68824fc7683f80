import { describe, expect } from 'vitest'
import type { PageRows } from '../../src/db/index.js'
import { test } from './support/database.js'
import { answer, planOf, rowsOf, takeNext } from './support/plans.js'

/** A page of so many records, of which so many carry `post.view_count`. */
function page(records: number, carried: number, added: readonly string[] = []): PageRows {
  const listed = [{ path: 'post.view_count', records, carried, enough: 10 }]
  return {
    ...rowsOf(() => undefined),
    fields: { added: new Map(added.map(path => [path, 1])), otherAdded: 0, listed },
  }
}

describe('fields that come as ever', () => {
  test('are written until they are expected, and then no more', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['feed']))
    const told: unknown[] = []
    for (const [n, carried] of [4, 0, 4, 4, 4, 4].entries()) {
      await answer(store, await takeNext(store, run), {
        rows: page(4, carried),
        step: { state: 'open', cursor: `c${n}` },
      })
      told.push(bench.value('select told from told_fields'))
    }
    expect(told).toEqual([4, 0, 4, 8, 10, 10])
    expect(bench.rows('select missing, missed_at from told_fields')).toEqual([
      { missing: 0, missed_at: null },
    ])
    expect(bench.column('select path from drift')).toEqual([])
    await bench.closeStore(store)
  })

  test('are counted anew from what was kept after a page that could not be stored', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['feed']))
    const lease = await takeNext(store, run)
    const broken = new Map([['s_1', { id: 's_1', text: { not: 'text' } as unknown as string }]])
    await expect(answer(store, lease, { rows: { ...page(10, 10), posts: broken } })).rejects.toThrow()
    expect(bench.rows('select * from told_fields')).toEqual([])
    await answer(store, lease, { rows: page(6, 6) })
    expect(bench.column('select told from told_fields')).toEqual([6])
    await bench.closeStore(store)
  })
})

describe('fields that are new', () => {
  test('are named in the order in which they come, a hundred of them, and keep their lines', async ({
    bench,
  }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['feed']))
    const names = (from: number, count: number): string[] =>
      Array.from({ length: count }, (_, n) => `post.f${from + n}`)
    for (const [n, added] of [names(0, 60), names(50, 60), names(0, 1)].entries()) {
      await answer(store, await takeNext(store, run), {
        rows: page(1, 1, added),
        step: { state: 'open', cursor: `c${n}` },
      })
    }
    expect(
      bench.rows(
        "select path, records from drift where path in ('post.f0', 'post.f99', 'post.f100', " +
          "'(other fields)') order by path",
      ),
    ).toEqual([
      { path: '(other fields)', records: 10 },
      { path: 'post.f0', records: 2 },
      { path: 'post.f99', records: 1 },
    ])
    expect(bench.value('select count(*) from drift')).toBe(101)
    await bench.closeStore(store)
  })
})
