import { describe, expect } from 'vitest'
import type { PageRows } from '../../src/db/index.js'
import { nextMillisecond } from './support/clock.js'
import { test, type Bench } from './support/database.js'
import { answer, finish, planOf, rowsOf, takeNext, type PageTold } from './support/plans.js'

/**
 * Tells the store one page after another, each at a later time; a listing whose next cursor never comes
 * twice.
 */
async function tell(
  bench: Bench,
  pages: readonly (PageRows | PageTold)[],
  seed: 'feed' | 'leaderboard' = 'feed',
): Promise<void> {
  const store = bench.store()
  const run = await store.openRun(planOf([seed]))
  for (const [n, page] of pages.entries()) {
    const told = 'users' in page ? { rows: page } : page
    await answer(store, await takeNext(store, run), { step: { state: 'open', cursor: `c${n}` }, ...told })
    await nextMillisecond()
  }
  await bench.closeStore(store)
}

const posts = (...rows: { id: string }[]): PageRows =>
  rowsOf(page => rows.forEach(row => page.tell('posts', row)))
const users = (...rows: { id: string }[]): PageRows =>
  rowsOf(page => rows.forEach(row => page.tell('users', row)))
const named = (id: string, told: object): { id: string } => ({ id, ...told })
const post = (told: object): { id: string } => named('s_1', told)
const user = (told: object): { id: string } => named('user-a', told)

describe('the history of counters', () => {
  test('has a row for a post only when a counter changed', async ({ bench }) => {
    await tell(bench, [
      posts(post({ text: 'no counter yet' })),
      posts(post({ like_count: 1, view_count: 10 })),
      posts(post({ like_count: 1, view_count: 10, text: 'other' })),
      posts(post({ like_count: null, view_count: undefined })),
      posts(post({ like_count: 0 })),
      posts(post({ like_count: 1, reply_count: 2 })),
    ])
    expect(
      bench.rows(
        'select post_id, like_count, view_count, reply_count from post_metrics order by observed_at',
      ),
    ).toEqual([
      { post_id: 's_1', like_count: 1, view_count: 10, reply_count: null },
      { post_id: 's_1', like_count: 0, view_count: 10, reply_count: null },
      { post_id: 's_1', like_count: 1, view_count: 10, reply_count: 2 },
    ])
    expect(bench.rows('select like_count, view_count, reply_count, text from posts')).toEqual([
      { like_count: 1, view_count: 10, reply_count: 2, text: 'other' },
    ])
  })

  test('has a row for a user only when a counter changed', async ({ bench }) => {
    await tell(bench, [
      users(user({ follower_count: 3 })),
      users(user({ username: 'kite', follower_count: 3 })),
      users(user({ follower_count: 2, cameo_count: 1 })),
    ])
    expect(
      bench.rows('select user_id, follower_count, cameo_count from user_metrics order by observed_at'),
    ).toEqual([
      { user_id: 'user-a', follower_count: 3, cameo_count: null },
      { user_id: 'user-a', follower_count: 2, cameo_count: 1 },
    ])
  })

  test('has the time at which the new values were seen', async ({ bench }) => {
    await tell(bench, [posts(post({ like_count: 1 })), posts(post({ like_count: 2 }))])
    const [first, second] = bench.rows('select observed_at from post_metrics order by observed_at')
    expect(bench.rows('select first_seen_at, last_seen_at from posts')).toEqual([
      { first_seen_at: first?.['observed_at'], last_seen_at: second?.['observed_at'] },
    ])
    expect(String(first?.['observed_at'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })
})

describe('the history of handles', () => {
  test('has every handle with the times between which it was seen', async ({ bench }) => {
    await tell(bench, [
      users(user({ username: 'old' })),
      users(user({ username: 'old' })),
      users(user({ username: 'new' })),
      users(user({ display_name: 'nothing of the handle' })),
      users(user({ username: 'old' })),
    ])
    const rows = bench.rows(
      'select username, first_seen_at < last_seen_at as lasted from usernames order by username',
    )
    expect(rows).toEqual([
      { username: 'new', lasted: 0 },
      { username: 'old', lasted: 1 },
    ])
    expect(bench.value('select username from users')).toBe('old')
  })

  test('keeps apart who had the same handle', async ({ bench }) => {
    await tell(bench, [users(user({ username: 'kite' }), named('user-b', { username: 'kite' }))])
    expect(bench.column('select user_id from usernames order by user_id')).toEqual(['user-a', 'user-b'])
  })
})

describe('rankings', () => {
  const ranked = (...ids: (string | undefined)[]): PageTold => ({
    ranks: 'feed',
    served: ids.length,
    rows: rowsOf(page =>
      ids.forEach(id => page.list(id === undefined ? undefined : { kind: 'post', id, hop: 0 })),
    ),
  })
  const list = (bench: Bench, run = 1): unknown[] =>
    bench
      .rows('select position, item_id from rankings where run_id = ? order by position', run)
      .map(row => Object.values(row).join(' '))

  test('have the places as served, from 1, over all pages; a record set aside leaves its place empty', async ({
    bench,
  }) => {
    await tell(bench, [ranked('s_b', 's_a', undefined), ranked(), ranked(undefined, 's_c')])
    expect(list(bench)).toEqual(['1 s_b', '2 s_a', '5 s_c'])
  })

  test('have an item in each place in which it stood', async ({ bench }) => {
    await tell(bench, [ranked('s_a', 's_a'), ranked('s_a')])
    expect(list(bench)).toEqual(['1 s_a', '2 s_a', '3 s_a'])
  })

  test('begin anew where the pass begins anew, and keep what other runs have seen', async ({ bench }) => {
    const store = bench.store()
    const first = await store.openRun(planOf(['feed']))
    await answer(store, await takeNext(store, first), ranked('s_old'))
    await finish(store, first)
    const second = await store.openRun(planOf(['feed']))
    await answer(store, await takeNext(store, second), {
      ...ranked('s_1', 's_2'),
      step: { state: 'open', cursor: 'c' },
    })
    const lease = await takeNext(store, second)
    await store.commitRefusal({
      lease,
      settlement: { state: 'answered', status: 400, cost: 0, error: 'dead' },
      body: null,
      step: { to: 'restart' },
    })
    await answer(store, await takeNext(store, second), ranked('s_3'))
    expect([list(bench, first.id), list(bench, second.id)]).toEqual([['1 s_old'], ['1 s_3']])
  })

  test('are of their own list', async ({ bench }) => {
    await tell(bench, [{ ...ranked('user-a'), ranks: 'leaderboard' }], 'leaderboard')
    expect(bench.rows('select list, item_id from rankings')).toEqual([
      { list: 'leaderboard', item_id: 'user-a' },
    ])
  })
})

describe('signed links', () => {
  test('are the newest ones, and no change', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['feed']))
    const attachment = (url: string): PageRows =>
      rowsOf(page => {
        page.tell('posts', post({ preview_image_url: url }))
        page.tell('users', user({ profile_picture_url: url }))
        page.tell(
          'attachments',
          named('s_1-attachment-0', { post_id: 's_1', position: 0, url, url_expires_at: url }),
        )
      })
    const put = async (url: string, n: number): Promise<unknown> =>
      answer(store, await takeNext(store, run), {
        rows: attachment(url),
        step: { state: 'open', cursor: `c${n}` },
      })
    expect(await put('one', 1)).toEqual({ inserted: 3, updated: 0, unchanged: 0, rejected: 0 })
    expect(await put('two', 2)).toEqual({ inserted: 0, updated: 0, unchanged: 3, rejected: 0 })
    await bench.closeStore(store)
    expect(
      bench.rows('select url, preview_image_url, profile_picture_url from attachments, posts, users'),
    ).toEqual([{ url: 'two', preview_image_url: 'two', profile_picture_url: 'two' }])
  })
})
