import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/index.js'
import { startSandbox } from '../../src/sandbox/index.js'
import type { Json } from './client.js'
import { get, idsIn, list, pages, postsIn, walk } from './client.js'

let sandbox: Sandbox
let users: Json[]
let openUsers: Json[]
let posts: Json[]

beforeAll(async () => {
  sandbox = await startSandbox()
  users = await walk(sandbox, 'get_cameo_leaderboard')
  const answers = await Promise.all(
    users.map(user => get(sandbox, 'get_user_followers', { user_id: String(user.user_id) })),
  )
  openUsers = users.filter((_, n) => answers[n]?.status === 200)
  posts = postsIn(await walk(sandbox, 'get_feed'))
})
afterAll(() => sandbox.stop())

const byUser = async (route: string, among: Json[]): Promise<Map<string, Json[]>> =>
  new Map(
    await Promise.all(
      among.map(
        async user =>
          [String(user.user_id), await walk(sandbox, route, { user_id: String(user.user_id) })] as const,
      ),
    ),
  )
const pairs = (relation: Map<string, string[]>, flip = false): string[] =>
  [...relation].flatMap(([a, others]) => others.map(b => (flip ? `${b} ${a}` : `${a} ${b}`))).toSorted()
const unique = (ids: string[]): void => expect(new Set(ids).size).toBe(ids.length)

describe('the default world', () => {
  it('has 50 users, all on the leaderboard, and 200 posts, all in the feed, each once', () => {
    unique(idsIn(users))
    unique(idsIn(posts))
    expect([users.length, posts.length]).toEqual([50, 200])
  })

  it('ranks the leaderboard by cameo_count', () => {
    const counts = users.map(user => Number(user.cameo_count))
    expect(counts).toEqual(counts.toSorted((a, b) => b - a))
    expect(counts[0]).toBeGreaterThan(20)
  })

  it('has private and closed accounts and character accounts with an owner', async () => {
    const refusals = await Promise.all(
      users.map(user => get(sandbox, 'get_user_following', { user_id: String(user.user_id) })),
    )
    expect(refusals.filter(({ status }) => status === 403).length).toBe(2)
    expect(refusals.filter(({ status }) => status === 404).length).toBe(1)
    const characters = users.filter(user => String(user.user_id).startsWith('ch_'))
    expect(characters.length).toBe(3)
    for (const character of characters)
      expect(idsIn(users)).toContain(idsIn(list([character.owner_profile]))[0])
  })
})

describe('relations', () => {
  it('lists as followers exactly those who list the user as followed', async () => {
    const open = new Set(idsIn(openUsers))
    const followers = await byUser('get_user_followers', openUsers)
    const following = await byUser('get_user_following', openUsers)
    const known = (map: Map<string, Json[]>): Map<string, string[]> =>
      new Map([...map].map(([id, people]) => [id, idsIn(people).filter(other => open.has(other))]))
    expect(pairs(known(followers))).toEqual(pairs(known(following), true))
    expect(pairs(known(followers)).length).toBeGreaterThan(150)
    for (const user of openUsers) {
      const id = String(user.user_id)
      unique(idsIn(followers.get(id) ?? []))
      expect(user.follower_count).toBe(followers.get(id)?.length)
      expect(user.following_count).toBe(following.get(id)?.length)
      expect(idsIn(followers.get(id) ?? [])).not.toContain(id)
    }
  })

  it('shows in cameo lists exactly the posts whose cameo_profiles name the user, newest first', async () => {
    const cameos = await byUser('get_user_cameo_appearances', openUsers)
    const listed = new Map([...cameos].map(([id, items]) => [id, idsIn(postsIn(items))]))
    const open = new Set(listed.keys())
    const named = new Map(
      posts.map(post => [String(post.id), idsIn(list(post.cameo_profiles)).filter(id => open.has(id))]),
    )
    expect(pairs(listed)).toEqual(pairs(named, true))
    for (const user of openUsers) expect(user.cameo_count).toBe(listed.get(String(user.user_id))?.length)
    for (const items of cameos.values()) expect(newestFirst(postsIn(items))).toBe(true)
    expect(posts.some(post => post.cameo_profiles === null)).toBe(true)
  })

  it('lists each post under its author, newest first, as many as post_count says', async () => {
    const written = await byUser('get_user_posts', openUsers)
    for (const user of openUsers) {
      const items = written.get(String(user.user_id)) ?? []
      expect(items.length).toBe(user.post_count)
      expect(newestFirst(postsIn(items))).toBe(true)
      for (const { profile } of items) expect(idsIn(list([profile]))).toEqual([user.user_id])
    }
    expect(Math.max(...openUsers.map(user => Number(user.post_count)))).toBeGreaterThan(30)
  })

  it('lists as remixes exactly the posts that name the post as parent', async () => {
    const remixes = new Map<string, string[]>()
    for (const post of posts) {
      const ids = idsIn(postsIn(await walk(sandbox, 'get_post_remix_list', { post_id: String(post.id) })))
      unique(ids)
      expect(post.remix_count).toBe(ids.length)
      remixes.set(String(post.id), ids)
    }
    const parents = new Map(
      posts
        .filter(post => post.parent_post_id !== null)
        .map(post => [String(post.id), [String(post.parent_post_id)]]),
    )
    expect(pairs(remixes)).toEqual(pairs(parents, true))
    expect(Math.max(...[...remixes.values()].map(ids => ids.length))).toBeGreaterThan(10)
    expect(posts.some(post => Array.isArray(post.parent_path) && post.parent_path.length > 1)).toBe(true)
  })

  it('counts comments and replies as the listings list them', async () => {
    for (const post of posts) {
      const comments = postsIn(await walk(sandbox, 'get_post_comments', { post_id: String(post.id) }))
      unique(idsIn(comments))
      expect(post.reply_count).toBe(comments.length)
      const replied = comments.filter(comment => comment.reply_count !== 0)
      const replies = await Promise.all(
        replied.map(comment => walk(sandbox, 'get_comment_replies', { comment_id: String(comment.id) })),
      )
      for (const [n, comment] of replied.entries()) {
        expect(comment.reply_count).toBe(replies[n]?.length)
        for (const reply of postsIn(replies[n] ?? []))
          expect(reply).toMatchObject({ parent_post_id: comment.id, root_post_id: post.id })
      }
      expect(post.recursive_reply_count).toBe(comments.length + replies.flat().length)
    }
  })

  it('cuts every listing into full pages of the contract’s size', async () => {
    const sizes = async (route: string, params = {}): Promise<number[]> =>
      (await pages(sandbox, route, params)).map(page => page.length)
    expect((await sizes('get_feed')).slice(0, -1).every(size => size === 15)).toBe(true)
    expect(await sizes('get_cameo_leaderboard')).toEqual([10, 10, 10, 10, 10])
    const busiest = openUsers.toSorted((a, b) => Number(b.post_count) - Number(a.post_count))[0]
    expect((await sizes('get_user_posts', { user_id: String(busiest?.user_id) }))[0]).toBe(30)
  })
})

function newestFirst(told: Json[]): boolean {
  const times = told.map(post => Number(post.posted_at))
  return times.every((time, n) => n === 0 || time < (times[n - 1] ?? 0))
}
