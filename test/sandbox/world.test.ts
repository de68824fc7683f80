import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/index.js'
import { startSandbox } from '../../src/sandbox/index.js'
import type { Json } from './client.js'
import { data, get, idsIn, list, object, pageOf, postsIn, settled, walk } from './client.js'

describe('a seed', () => {
  it('grows the same world on every server, and another seed another one', async () => {
    const [a, b, c] = await Promise.all([
      startSandbox({ seed: 7 }),
      startSandbox({ seed: 7 }),
      startSandbox({ seed: 8 }),
    ])
    const tell = async (sandbox: Sandbox): Promise<string> => {
      const feed = await get(sandbox, 'get_feed')
      const [first] = pageOf(object(feed.body.data)).items
      const comments = await get(sandbox, 'get_post_comments', { post_id: String(object(first?.post).id) })
      const leaders = await get(sandbox, 'get_cameo_leaderboard')
      return settled(feed.text + comments.text + leaders.text)
    }
    const [first, second, other] = await Promise.all([tell(a), tell(b), tell(c)])
    expect(first).toBe(second)
    expect(first).not.toBe(other)
    await Promise.all([a.stop(), b.stop(), c.stop()])
  })

  it.each([1, 2, 3, 17])('grows a world of %i users as well', async users => {
    const sandbox = await startSandbox({ users })
    expect((await walk(sandbox, 'get_cameo_leaderboard')).length).toBe(users)
    expect((await walk(sandbox, 'get_feed')).length).toBe(4 * users)
    await sandbox.stop()
  })

  it('refuses a world of no users', async () => {
    await expect(startSandbox({ users: 0 })).rejects.toThrow(/users must be/)
  })
})

describe.each([100_000, 1_000_000])('a world of %i users', users => {
  let sandbox: Sandbox
  let hub: Json
  beforeAll(async () => {
    sandbox = await startSandbox({ users })
    const leaders = pageOf(await data(sandbox, 'get_cameo_leaderboard')).items
    hub = leaders.toSorted((a, b) => Number(b.follower_count) - Number(a.follower_count))[0] ?? {}
  })
  afterAll(() => sandbox.stop())

  it('serves its first page within a second of being asked for', async () => {
    const start = performance.now()
    const other = await startSandbox({ users, seed: 5 })
    expect((await walk(other, 'search_users', { username: 'sam' })).length).toBeGreaterThan(0)
    expect((await data(other, 'get_feed')).items).toHaveLength(15)
    expect(performance.now() - start).toBeLessThan(1000)
    await other.stop()
  })

  it('has hubs whose followers come page by page, each of whom follows the hub', async () => {
    const user_id = String(hub.user_id)
    expect(Number(hub.follower_count)).toBeGreaterThan(users / 20)
    const seen = new Set<string>()
    for (let cursor = '', n = 0; n < 10; n += 1) {
      const page = pageOf(await data(sandbox, 'get_user_followers', { user_id, cursor }))
      for (const id of idsIn(page.items)) seen.add(id)
      cursor = page.next
    }
    expect(seen.size).toBe(500)
    let asked = 0
    for (const id of [...seen].filter((_, n) => n % 25 === 0)) {
      const { status } = await get(sandbox, 'get_user_following', { user_id: id })
      if (status !== 200) continue
      asked += 1
      expect(idsIn(await walk(sandbox, 'get_user_following', { user_id: id }))).toContain(user_id)
    }
    expect(asked).toBeGreaterThan(10)
  })

  it('is followed back: whomever a user follows lists the user', async () => {
    const fans = pageOf(await data(sandbox, 'get_user_followers', { user_id: String(hub.user_id) })).items
    const someone = fans.find(user => Number(user.following_count) > 3)
    const id = String(someone?.user_id)
    const followed = await walk(sandbox, 'get_user_following', { user_id: id })
    expect(followed.length).toBe(someone?.following_count)
    const small = followed.filter(user => Number(user.follower_count) < 2000)
    for (const user of small.slice(0, 3)) {
      const { status } = await get(sandbox, 'get_user_followers', { user_id: String(user.user_id) })
      if (status === 200)
        expect(idsIn(await walk(sandbox, 'get_user_followers', { user_id: String(user.user_id) }))).toContain(
          id,
        )
    }
  })

  it('finds each user by its exact name', async () => {
    const name = String(hub.username)
    const found = list((await data(sandbox, 'search_users', { username: name })).items).map(item =>
      object(item.profile),
    )
    expect(found.filter(user => user.username === name).map(user => user.user_id)).toEqual([hub.user_id])
  })

  it('keeps memory flat while it is read', async () => {
    const posts = await walk(sandbox, 'get_feed')
    expect(posts.length).toBe(1200)
    expect(new Set(idsIn(postsIn(posts))).size).toBe(1200)
    expect(process.memoryUsage().heapUsed).toBeLessThan(400 * 1024 * 1024)
  })
})

describe('the texts of the default world', () => {
  it('hold what tools choke on', async () => {
    const sandbox = await startSandbox()
    const posts = postsIn(await walk(sandbox, 'get_feed'))
    const comments: Json[] = []
    for (const post of posts) {
      if (post.reply_count !== 0)
        comments.push(...postsIn(await walk(sandbox, 'get_post_comments', { post_id: String(post.id) })))
    }
    const texts = [...posts, ...comments].map(told => told.text)
    expect(posts.some(post => post.text === null)).toBe(true)
    expect(texts).toContain('')
    expect(comments.some(comment => comment.tombstoned_at !== null && comment.text === null)).toBe(true)
    for (const kind of [
      /\0/,
      /^[=+@-]/,
      /<script>/,
      /\n/,
      /\t/,
      /"/,
      /‮/,
      /\u200d/,
      /[\u0600-\u06ff]/,
      /[\u3040-\u30ff]/,
      /^.{2000,}/s,
      /<@user-/,
    ]) {
      expect(
        texts.some(text => typeof text === 'string' && kind.test(text)),
        String(kind),
      ).toBe(true)
    }
    expect(texts.some(text => typeof text === 'string' && !text.isWellFormed())).toBe(true)
    await sandbox.stop()
  })
})
