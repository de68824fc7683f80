import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/index.js'
import { startSandbox } from '../../src/sandbox/index.js'
import type { Json } from './client.js'
import { data, idsIn, object, pageOf, postsIn, walk } from './client.js'

let native: Sandbox
let contract: Sandbox
let busy: Json
let remixed: Json
beforeAll(async () => {
  ;[native, contract] = await Promise.all([startSandbox(), startSandbox({ form: 'contract' })])
  const posts = postsIn(await walk(native, 'get_feed'))
  busy = posts.toSorted((a, b) => Number(b.reply_count) - Number(a.reply_count))[0] ?? {}
  remixed = posts.toSorted((a, b) => Number(b.remix_count) - Number(a.remix_count))[0] ?? {}
})
afterAll(() => Promise.all([native.stop(), contract.stop()]))

describe('the two forms tell the same world', () => {
  it('in profiles', async () => {
    const leader = pageOf(await data(native, 'get_cameo_leaderboard')).items[0] ?? {}
    const params = { user_id: String(leader.user_id) }
    const flat = await data(native, 'get_user_profile', params)
    const told = object((await data(contract, 'get_user_profile', params)).profile)
    expect([told.bio, told.is_verified, told.like_count, told.follower_count, told.banner_image_url]).toEqual(
      [flat.description, flat.verified, flat.likes_received_count, flat.follower_count, flat.cover_photo_url],
    )
    expect(flat).not.toHaveProperty('bio')
    expect(told).not.toHaveProperty('description')
  })

  it('in comments: wrapped posts, or flat records with posted_by', async () => {
    const params = { post_id: String(busy.id) }
    const wrapped = await walk(native, 'get_post_comments', params)
    const flat = await walk(contract, 'get_post_comments', params)
    expect(idsIn(flat)).toEqual(idsIn(postsIn(wrapped)))
    expect(flat.map(comment => comment.posted_by)).toEqual(postsIn(wrapped).map(post => post.shared_by))
    for (const comment of flat) expect(comment.id).toMatch(/^[0-9a-f]{32}$/)
  })

  it('in remixes: wrapped, or flat', async () => {
    const params = { post_id: String(remixed.id) }
    const wrapped = await walk(native, 'get_post_remix_list', params)
    const flat = await walk(contract, 'get_post_remix_list', params)
    expect(idsIn(flat)).toEqual(idsIn(postsIn(wrapped)))
    for (const post of flat) expect(post).toHaveProperty('shared_by')
  })

  it('in how a page ends: has_more, or null, an empty cursor and none at all', async () => {
    const first = object((await data(contract, 'get_post_comments', { post_id: String(busy.id) })).children)
    expect(first.has_more).toBe(true)
    const endings = new Set<unknown>()
    for (const post of postsIn(await walk(native, 'get_feed'))) {
      const { children } = await data(native, 'get_post_comments', { post_id: String(post.id) })
      const { cursor } = object(children)
      endings.add(typeof cursor === 'string' && cursor !== '' ? 'more' : cursor)
    }
    expect(endings).toEqual(new Set([null, '', undefined, 'more']))
  })

  it('and null where the platform has nothing to say', async () => {
    const posts = postsIn(await walk(native, 'get_feed'))
    for (const name of ['parent_post_id', 'cameo_profiles', 'is_featured', 'emoji', 'parent_path']) {
      expect(new Set(posts.map(post => post[name] === null)), name).toEqual(new Set([true, false]))
    }
    expect(posts.some(post => !Object.hasOwn(post, 'shared_by'))).toBe(true)
    expect(posts.every(post => String(post.posted_at).includes('.'))).toBe(true)
  })
})
