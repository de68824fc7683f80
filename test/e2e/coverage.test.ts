import { describe, expect } from 'vitest'

import { test } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { mustGet } from '../support/world/model.js'
import { type Override } from '../support/world/server.js'
import { crowd, postId, story, userId } from '../support/world/story.js'
import { expectExit } from './judge.js'
import { coverage, coverageText, FOLLOWERS, listings, only, star, TOLD } from './coverages.js'

describe.concurrent('the reason for every listing that is not complete', { timeout: 120_000 }, () => {
  test('none, where all was read', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    expectExit(await bench.crawl(server, TOLD), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({
      told: 9,
      held: 9,
      set_aside: 0,
      pages: 3,
      state: 'complete',
      reason: null,
    })
    expect((await coverage(bench)).incomplete).toEqual([])
  })

  test('capped, after how many pages; and complete once the cap is gone', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    expectExit(await bench.crawl(server, [...FOLLOWERS, '--max-pages', '2']), 0)
    expect(await only(bench, userId('star'))).toMatchObject({
      held: 6,
      pages: 2,
      state: 'capped',
      reason: 'cut after 2 pages',
    })
    expectExit(await bench.crawl(server, FOLLOWERS), 0)
    expect(await only(bench, userId('star'))).toMatchObject({ held: 9, state: 'complete', reason: null })
  })

  test('the feed that ends at 50 pages by itself', async ({ bench }) => {
    const server = await bench.serve({
      world: generateWorld(1, { ...SMALL, posts: 60, feed: 60 }),
      pageSize: 1,
    })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
    expect(await only(bench, 'feed')).toMatchObject({
      held: 50,
      state: 'capped',
      reason: 'cut after 50 pages',
    })
  })

  test('budget, for what was begun and what was not; nothing once the same command has gone on', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: star(9) })
    const args = [userId('star'), userId('fan0'), '--collect', 'followers,following', '--concurrency', '1']
    expectExit(await bench.crawl(server, [...args, '--max-requests', '2']), 4)
    const states = (await listings(bench)).map(({ state }) => state)
    expect(states.toSorted()).toEqual(['budget', 'budget', 'budget', 'complete'])
    const reasons = (await coverage(bench)).incomplete.map(({ reason }) => reason)
    expect(reasons.toSorted()).toEqual(['1 page read', 'not begun', 'not begun'])
    expectExit(await bench.crawl(server, args), 0)
    expect((await coverage(bench)).incomplete).toEqual([])
  })

  test('budget, where the balance is empty', async ({ bench }) => {
    const server = await bench.serve({
      world: star(9),
      override: ({ n }) => (n > 1 ? { status: 402, message: 'insufficient credits' } : undefined),
    })
    expectExit(await bench.crawl(server, FOLLOWERS), 4)
    expect(await only(bench, userId('star'))).toMatchObject({
      held: 3,
      state: 'budget',
      reason: '1 page read',
    })
  })

  test('a second run that is cut short does not claim pages of the first, and says that there was one', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: star(9) })
    const args = [userId('fan0'), userId('star'), '--collect', 'followers,following', '--concurrency', '1']
    expectExit(await bench.crawl(server, args), 0)
    expectExit(await bench.crawl(server, [...args, '--max-requests', '1']), 4)
    const { incomplete } = await coverage(bench)
    expect(incomplete.length).toBe(3)
    const today = new Date().toISOString().slice(0, 10)
    for (const { state, reason } of incomplete)
      expect([state, reason]).toEqual(['budget', `not begun; read to its end on ${today}`])
  })

  test('in progress, while a crawl is reading', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    let release = (): void => {}
    const gate = new Promise<undefined>(resolve => {
      release = () => {
        resolve(undefined)
      }
    })
    server.override = async ({ n }) => (n > 2 ? gate : undefined)
    const crawl = bench.startCrawl(server, FOLLOWERS)
    await server.until(() => server.seen.length === 3)
    expect(await only(bench, userId('star'))).toMatchObject({
      held: 6,
      state: 'in progress',
      reason: '2 pages read',
    })
    release()
    expectExit(await crawl.done, 0)
    expect(await only(bench, userId('star'))).toMatchObject({ held: 9, state: 'complete' })
  })

  test('in progress, after a kill -9 and after Ctrl-C, which is named', async ({ bench }) => {
    const server = await bench.serve({ world: star(12) })
    let release = (): void => {}
    const gate = new Promise<undefined>(resolve => {
      release = () => {
        resolve(undefined)
      }
    })
    server.override = async ({ n }) => (n > 2 ? gate : undefined)
    const killed = bench.startCrawl(server, FOLLOWERS)
    await server.until(() => server.seen.length === 3)
    killed.kill('SIGKILL')
    await killed.done
    expect(await only(bench, userId('star'))).toMatchObject({
      held: 6,
      state: 'in progress',
      reason: '2 pages read',
    })
    const asked = bench.startCrawl(server, FOLLOWERS)
    await server.until(() => server.seen.length === 4)
    asked.kill('SIGINT')
    await asked.said(/Stopping/)
    release()
    expectExit(await asked.done, 4)
    expect(await only(bench, userId('star'))).toMatchObject({
      held: 9,
      state: 'in progress',
      reason: '3 pages read; stopped: interrupted',
    })
  })

  test('failed, with what the API said', async ({ bench }) => {
    const server = await bench.serve({
      world: star(9),
      override: ({ n }) => (n === 2 ? { status: 422, message: 'Field, "required"' } : undefined),
    })
    expectExit(await bench.crawl(server, FOLLOWERS), 3)
    expect(await only(bench, userId('star'))).toMatchObject({
      held: 3,
      state: 'failed',
      reason: 'HTTP 422: query: Field, "required"',
    })
  })

  test('private and gone, by listing', async ({ bench }) => {
    const world = star(3)
    mustGet(world.users, userId('fan0')).state = 'private'
    mustGet(world.users, userId('fan1')).state = 'gone'
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, [...FOLLOWERS, '--depth', '1', '--concurrency', '1']), 0)
    const states = Object.fromEntries((await listings(bench)).map(({ subject, state }) => [subject, state]))
    expect(states).toEqual({
      [userId('star')]: 'complete',
      [userId('fan0')]: 'private',
      [userId('fan1')]: 'gone',
      [userId('fan2')]: 'complete',
    })
  })

  test('not found, where the route has never answered', async ({ bench }) => {
    const world = star(1)
    mustGet(world.users, userId('star')).state = 'gone'
    const server = await bench.serve({ world })
    expectExit(await bench.crawl(server, [...FOLLOWERS, 'leaderboard']), 0)
    const { state, reason } = await only(bench, userId('star'))
    expect(state).toBe('not found')
    expect(reason).toMatch(/route .* never answered/)
  })

  test('a handle that nobody has', async ({ bench }) => {
    const server = await bench.serve({ world: star(1) })
    expectExit(await bench.crawl(server, ['@nobody']), 3)
    const { state, reason } = await only(bench, 'nobody')
    expect([state, reason]).toEqual(['failed', expect.stringMatching(/@nobody/)])
  })

  test('abandoned, where the run was given up', async ({ bench }) => {
    const server = await bench.serve({ world: star(9) })
    expectExit(await bench.crawl(server, [...FOLLOWERS, '--max-requests', '1']), 4)
    expectExit(await bench.crawl(server, ['leaderboard', '--collect', 'profile', '--restart']), 0)
    expect(await only(bench, userId('star'))).toMatchObject({
      held: 3,
      state: 'abandoned',
      reason: '1 page read',
    })
    expect(await only(bench, 'leaderboard')).toMatchObject({ held: 1, state: 'complete' })
  })

  test('a listing that differs from its counter although it was read to its end', async ({ bench }) => {
    const server = await bench.serve({ world: star(4, 7) })
    expectExit(await bench.crawl(server, TOLD), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({
      told: 7,
      held: 4,
      state: 'complete',
      reason: 'the platform counts 3 more than it lists',
    })
  })

  test('a listing that counters spared is as complete as when it was read', async ({ bench }) => {
    const world = story({
      users: [{ name: 'star' }, { name: 'fan' }],
      posts: [
        { name: 'kite', by: 'star' },
        { name: 'quiet', by: 'star' },
      ],
      comments: crowd('nice', 4).map(name => ({ name, by: 'fan', on: 'kite' })),
      feed: ['kite', 'quiet'],
    })
    const server = await bench.serve({ world })
    const args = ['feed', '--collect', 'comments']
    for (const requests of [3, 1]) {
      const before = server.seen.length
      expectExit(await bench.crawl(server, args), 0)
      expect(server.seen.length - before).toBe(requests)
      expect(await only(bench, postId('kite'))).toMatchObject({
        told: 4,
        held: 4,
        state: 'complete',
        reason: null,
      })
      expect(await only(bench, postId('quiet'))).toMatchObject({
        told: 0,
        held: 0,
        pages: 0,
        state: 'complete',
        reason: null,
      })
    }
  })
})

/** The last follower of the star comes without an id. */
const nameless: Override = (seen, answer) => {
  const items = (answer.data as { items?: object[] } | undefined)?.items
  if (
    seen.route !== 'get_user_followers' ||
    items === undefined ||
    !JSON.stringify(items).includes(userId('fan0'))
  )
    return undefined
  return {
    status: 200,
    data: {
      ...(answer.data as object),
      items: items.map(item =>
        JSON.stringify(item).includes(userId('fan0')) ? { ...item, user_id: 17 } : item,
      ) as never,
    },
  }
}

describe.concurrent('rows set aside', { timeout: 120_000 }, () => {
  test('count towards what the platform counts, also after a crawl that stopped above them', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: star(30), pageSize: 10, override: nameless })
    const expected = { told: 30, held: 29, set_aside: 1, state: 'complete', reason: null }
    expectExit(await bench.crawl(server, TOLD), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({ ...expected, pages: 3 })
    expect(await coverageText(bench)).toMatch(/^seed .* held +set aside +state$/m)
    expectExit(await bench.crawl(server, TOLD), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({ ...expected, pages: 1 })
    expect(bench.count('rejects')).toBe(1)
  })

  test('are forgiven by a full reading in which they can be read', async ({ bench }) => {
    const server = await bench.serve({ world: star(30), pageSize: 10, override: nameless })
    expectExit(await bench.crawl(server, TOLD), 0)
    server.override = undefined
    expectExit(await bench.crawl(server, [...TOLD, '--full']), 0)
    expect(await only(bench, userId('star'), 'followers')).toMatchObject({
      told: 30,
      held: 30,
      set_aside: 0,
      reason: null,
    })
  })
})
