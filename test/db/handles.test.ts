import { describe, expect } from 'vitest'
import type { CrawlStore, OpenRun } from '../../src/db/index.js'
import { test } from './support/database.js'
import { answer, finish, nameOf, planOf, readAll, rowsOf, takeNext, type PageTold } from './support/plans.js'

/** The answer of a search: users with their handles. */
const found = (...users: [id: string, username: string][]): PageTold => ({
  rows: rowsOf(page => {
    for (const [id, username] of users) {
      page.tell('users', Object.assign({ id }, { username }))
      page.list({ kind: 'user', id, hop: 1 })
    }
  }),
})

const ready = async (store: CrawlStore, run: OpenRun): Promise<string | undefined> => {
  const candidate = await store.next(run)
  return candidate && nameOf(candidate)
}

describe('a handle', () => {
  test('is found by one search, and its user is as deep as the seed', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['handle sam']))
    expect(await ready(store, run)).toBe('search sam')
    await answer(store, await takeNext(store, run), found(['user-1', 'samuel'], ['user-2', 'sam']))
    expect(await store.next(run)).toMatchObject({ stream: 'posts', subject: { id: 'user-2' }, depth: 0 })
    await answer(store, await takeNext(store, run))
    expect(await store.next(run)).toBeUndefined()
  })

  test('is never searched for again, whichever run asks', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['handle sam']))
    await readAll(store, run, ({ stream }) => (stream === 'search' ? found(['user-2', 'sam']) : {}))
    await finish(store, run)
    const later = await store.openRun(planOf(['handle sam', 'user other']))
    expect((await readAll(store, later)).toSorted()).toEqual(['posts other', 'posts user-2'])
  })

  test('is known by a search that was made for another reason', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['query sam']))
    await answer(store, await takeNext(store, run), found(['user-2', 'sam']))
    await finish(store, run)
    expect(await readAll(store, await store.openRun(planOf(['handle sam'])))).toEqual(['posts user-2'])
  })

  test('is of whom it matches to the letter, whoever else is found', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['handle Tom']))
    await answer(
      store,
      await takeNext(store, run),
      found(['user-3', 'tom'], ['user-4', 'Tom'], ['user-5', 'TOM']),
    )
    expect(await ready(store, run)).toBe('posts user-4')
  })

  test('that nobody has fails, and what was found is stored', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['handle sam']))
    await answer(store, await takeNext(store, run), found(['user-1', 'samuel']))
    expect(await store.next(run)).toBeUndefined()
    expect(await store.tally(run.id)).toMatchObject({ open: 0, failed: 1 })
    expect(await store.troubled(run.id, 1)).toMatchObject([
      {
        stream: 'search',
        subject: 'sam',
        state: 'failed',
        reason: expect.stringContaining('@sam') as string,
      },
    ])
    expect(bench.column('select id from users')).toEqual(['user-1'])
  })

  test('draws in no other user that its search finds; a search does', async ({ bench }) => {
    const store = bench.store()
    const page = found(['user-1', 'samuel'], ['user-2', 'sam'])
    const handle = await store.openRun(planOf(['handle sam'], { depth: 1 }))
    expect(await readAll(store, handle, ({ stream }) => (stream === 'search' ? page : {}))).toEqual([
      'search sam',
      'posts user-2',
    ])
    await finish(store, handle)
    const both = await store.openRun(planOf(['handle sam', 'query sam'], { depth: 1 }))
    expect(
      (await readAll(store, both, ({ stream }) => (stream === 'search' ? page : {}))).toSorted(),
    ).toEqual(['posts user-1', 'posts user-2', 'search sam'])
  })
})
