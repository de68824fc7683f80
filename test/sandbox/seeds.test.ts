import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/index.js'
import { startSandbox } from '../../src/sandbox/index.js'
import type { Json } from './client.js'
import { data, get, list, object, pageOf } from './client.js'

const seeds = readFileSync(new URL('../../data/seeds.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

it('every example seed names something of the default world', async () => {
  expect(seeds).toEqual(expect.arrayContaining(['feed', 'leaderboard', 'search:sam']))
  for (const seed of seeds) expect(await hits(seed), seed).toBeGreaterThan(0)
})

it('search:sam finds several users, the exact name first, and each @name exactly one', async () => {
  const found = list((await data(sandbox, 'search_users', { username: 'sam' })).items).map(
    item => object(item.profile).username,
  )
  expect(found[0]).toBe('sam')
  expect(found.length).toBeGreaterThan(3)
  const names = seeds.filter(seed => seed.startsWith('@'))
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) {
    const items = list((await data(sandbox, 'search_users', { username: name.slice(1) })).items)
    expect(items.filter(item => object(item.profile).username === name.slice(1)).length).toBe(1)
  }
})

it('a crawl of the example seeds one hop deep takes some hundreds of requests', async () => {
  const before = sandbox.answered().requests
  await crawlEverythingNamed()
  const took = sandbox.answered().requests - before
  expect(took).toBeGreaterThan(300)
  expect(took).toBeLessThan(900)
})

async function hits(seed: string): Promise<number> {
  const routes: [RegExp, string, string][] = [
    [/^feed$/, 'get_feed', ''],
    [/^leaderboard$/, 'get_cameo_leaderboard', ''],
    [/^search:(.*)$/, 'search_users', 'username'],
    [/^@(.*)$/, 'search_users', 'username'],
    [/^(user-.*)$/, 'get_user_posts', 'user_id'],
    [/^(s_.*)$/, 'get_post_detail', 'post_id'],
    [/^(https:.*)$/, 'get_post_detail', 'post_url'],
  ]
  const [pattern, route, param] = routes.find(([known]) => known.test(seed)) ?? [/$/, 'none', '']
  const payload = await data(sandbox, route, param === '' ? {} : { [param]: pattern.exec(seed)?.[1] ?? '' })
  return payload.post === undefined ? list(payload.items).length : 1
}

/**
 * In a world of 50 users the seeds reach everybody within a hop; so this reads all users and posts, as a
 * crawl would.
 */
async function crawlEverythingNamed(): Promise<void> {
  for (const seed of seeds.filter(line => /^(search|@|s_|https)/.test(line))) await hits(seed)
  await read('get_feed', {})
  const posts = new Map<string, Json>()
  for (const { user_id: userId } of await read('get_cameo_leaderboard', {})) {
    const user = { user_id: String(userId) }
    await get(sandbox, 'get_user_profile', user)
    for (const route of ['get_user_followers', 'get_user_following']) await read(route, user)
    const wrappers = [
      ...(await read('get_user_posts', user)),
      ...(await read('get_user_cameo_appearances', user)),
    ]
    for (const { post } of wrappers) posts.set(String(object(post).id), object(post))
  }
  for (const [id, post] of posts) {
    if (post.reply_count === 0) continue
    const comments = await read('get_post_comments', { post_id: id })
    for (const { post: comment } of comments) {
      if (object(comment).reply_count !== 0)
        await read('get_comment_replies', { comment_id: String(object(comment).id) })
    }
  }
}

async function read(route: string, params: Record<string, string>): Promise<Json[]> {
  const items: Json[] = []
  for (let cursor = ''; ;) {
    const { status, body } = await get(sandbox, route, { ...params, cursor })
    if (status !== 200) return items
    const page = pageOf(object(body.data))
    items.push(...page.items)
    if (page.next === '') return items
    cursor = page.next
  }
}
