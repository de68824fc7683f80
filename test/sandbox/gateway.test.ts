import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes } from '../../src/api/index.js'
import type { Sandbox } from '../../src/sandbox/index.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { data, get, idsIn, list, object, pageOf, postsIn } from './client.js'

let sandbox: Sandbox
let tikhub: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
  tikhub = { ...sandbox, url: sandbox.url.replace('/api/u1/v1/', '/api/v1/') }
})
afterAll(() => sandbox.stop())

const unknownUser = { user_id: 'user-000000000000000000000000' }

describe('envelopes', () => {
  it('answers on TikOmni’s prefix without, on TikHub’s with a cache_url', async () => {
    const { body: flat } = await get(sandbox, 'get_feed')
    const { body: full, headers } = await get(tikhub, 'get_feed')
    expect(flat).toMatchObject({ code: 200, router: '/api/u1/v1/sora2/get_feed' })
    expect(flat).not.toHaveProperty('cache_url')
    expect(full).toMatchObject({
      code: 200,
      router: '/api/v1/sora2/get_feed',
      request_id: headers.get('x-request-id'),
    })
    expect(full.cache_url).toMatch(
      /^https:\/\/cache\.tikhub\.io\/api\/v1\/cache\/public\/.*\?sign=[0-9a-f]{64}$/,
    )
  })

  it('refuses in each gateway’s dialect', async () => {
    expect((await get(sandbox, 'get_user_posts', unknownUser)).body).toMatchObject({
      code: 404,
      message: 'User not found.',
    })
    expect((await get(tikhub, 'get_user_posts', unknownUser)).body).toMatchObject({
      detail: { code: 404, params: unknownUser },
    })
  })

  it('repeats the parameters as strings', async () => {
    expect((await get(sandbox, 'search_users', { username: '7' })).body.params).toEqual({ username: '7' })
  })
})

describe('the key', () => {
  it('is taken from the header or from a cookie', async () => {
    expect((await get(sandbox, 'get_feed')).status).toBe(200)
    expect(
      (
        await get(
          sandbox,
          'get_feed',
          {},
          { headers: { cookie: `a=b; Authorization=Bearer%20${sandbox.key}` } },
        )
      ).status,
    ).toBe(200)
  })

  it('is refused when wrong or missing, and that is not billed', async () => {
    const before = sandbox.answered()
    const wrong = await get(sandbox, 'get_feed', {}, { headers: { authorization: 'Bearer wrong' } })
    const none = await get(tikhub, 'get_feed', {}, { headers: { authorization: '' } })
    expect([wrong.status, none.status]).toEqual([401, 401])
    expect(wrong.body).toMatchObject({ error: { code: 'invalid_api_key' } })
    expect(none.body).toMatchObject({ detail: { code: 401 } })
    expect(sandbox.answered().billed).toBe(before.billed)
    expect(sandbox.answered().requests).toBe(before.requests + 2)
  })
})

describe('refusals', () => {
  it.each([
    ['get_user_posts', {}, 'user_id'],
    ['get_user_profile', {}, 'user_id'],
    ['get_post_comments', {}, 'post_id'],
    ['get_comment_replies', {}, 'comment_id'],
    ['search_users', {}, 'username'],
    ['get_post_detail', {}, 'post_id'],
    ['get_task_status', {}, 'task_id'],
  ])('%s without its parameter is a 422 as FastAPI words it', async (route, params, name) => {
    const { status, body } = await get(sandbox, route, params)
    expect(status).toBe(422)
    expect(body).toEqual({ detail: [{ loc: ['query', name], msg: 'Field required', type: 'missing' }] })
  })

  it.each([
    ['get_user_profile', unknownUser],
    ['get_user_profile', { user_id: 'ch_00000000000000000000000000000000' }],
    ['get_post_detail', { post_id: 's_00000000000000000000000000000000' }],
    ['get_post_comments', { post_id: 'nonsense' }],
    ['get_comment_replies', { comment_id: '00000000000000000000000000000000' }],
    ['get_post_remix_list', { post_url: 'https://sora.chatgpt.com/p/nothing' }],
    ['get_no_such_thing', {}],
  ])('%s of something unknown is a 404', async (route, params) => {
    expect((await get(sandbox, route, params)).status).toBe(404)
  })

  it('refuses cursors that are no cursors or belong to another listing, without asking for a retry', async () => {
    const other = pageOf(await data(sandbox, 'get_feed')).next
    for (const cursor of [
      'rubbish',
      '!!!',
      Buffer.from('[]').toString('base64'),
      Buffer.from('{"offset":-1}').toString('base64'),
      other,
    ]) {
      const { status, text } = await get(sandbox, 'get_cameo_leaderboard', { cursor })
      expect(status).toBe(400)
      expect(text).not.toMatch(/retry/i)
    }
  })

  it('refuses the wrong method', async () => {
    expect((await get(sandbox, 'get_feed', {}, { method: 'POST' })).status).toBe(405)
  })
})

describe('single answers', () => {
  it('finds a post by id and by URL, with its parent and a taste of its remixes', async () => {
    const posts = postsIn(pageOf(await data(sandbox, 'get_feed')).items)
    const id = String(posts[0]?.id)
    const byUrl = await data(sandbox, 'get_post_detail', {
      post_url: `https://sora.chatgpt.com/p/${id}?a=b#c`,
    })
    expect(object(byUrl.post).id).toBe(id)
    expect(byUrl).toHaveProperty('profile.username')
    expect(object((await data(sandbox, 'get_post_detail', { post_id: id })).post).text).toBe(posts[0]?.text)
  })

  it('signs media anew at every fetch, with an expiry to come', async () => {
    const url = async (): Promise<URL> => {
      const [post] = postsIn(pageOf(await data(sandbox, 'get_feed')).items)
      return new URL(String(list(post?.attachments)[0]?.url))
    }
    const [first, second] = [await url(), await url()]
    expect(first.pathname).toBe(second.pathname)
    expect(first.searchParams.get('sig')).not.toBe(second.searchParams.get('sig'))
    expect(Date.parse(first.searchParams.get('se') ?? '')).toBeGreaterThan(Date.now() + 5 * 86_400_000)
  })

  it('reshapes a post into download info', async () => {
    const [post] = postsIn(pageOf(await data(sandbox, 'get_feed')).items)
    const info = await data(sandbox, 'get_video_download_info', { post_id: String(post?.id) })
    expect(info).toMatchObject({
      post_id: post?.id,
      title: post?.text,
      stats: { comment_count: post?.reply_count },
      created_at: post?.posted_at,
    })
  })
})

describe('the generation routes', () => {
  it('create a task that has already succeeded', async () => {
    const body = JSON.stringify({ prompt: 'a cat' })
    const made = await get(sandbox, 'create_video', {}, { method: 'POST', body })
    const { id } = object(made.body.data)
    expect(id).toMatch(/^task_[0-9a-z]{26}$/)
    expect(await data(sandbox, 'get_task_status', { task_id: String(id) })).toMatchObject({
      status: 'succeeded',
      progress_pct: 1,
    })
    expect(object((await data(sandbox, 'get_task_detail', { task_id: String(id) })).post)).not.toHaveProperty(
      'shared_by',
    )
  })

  it('refuse a task without a prompt, an id of another kind, and an upload without a file', async () => {
    expect((await get(sandbox, 'create_video', {}, { method: 'POST', body: '{}' })).body).toMatchObject({
      detail: [{ loc: ['body', 'prompt'] }],
    })
    expect((await get(sandbox, 'get_task_status', { task_id: 'gen_1' })).status).toBe(422)
    expect((await get(sandbox, 'upload_image', {}, { method: 'POST', body: 'x' })).status).toBe(422)
  })

  it('take an image', async () => {
    const form = new FormData()
    form.set('file', new Blob(['pixels']), 'cat.png')
    const { body } = await get(sandbox, 'upload_image', {}, { method: 'POST', body: form })
    expect(body.data).toMatchObject({ filename: 'cat.png', mime_type: 'image/png' })
  })
})

describe('transport', () => {
  it.each(['gzip', 'br'])('compresses with %s when asked', async encoding => {
    const { headers, body } = await get(
      sandbox,
      'get_feed',
      {},
      { headers: { 'accept-encoding': encoding, authorization: `Bearer ${sandbox.key}` } },
    )
    expect(headers.get('content-encoding')).toBe(encoding)
    expect(idsIn(postsIn(pageOf(object(body.data)).items)).length).toBe(15)
  })

  it('counts requests by route and bills 200 at the price of the route table', async () => {
    const fresh = await startSandbox()
    await get(fresh, 'get_feed')
    await get(fresh, 'get_feed', { cursor: 'rubbish' })
    await get(fresh, 'create_video', {}, { method: 'POST', body: '{"prompt":"a"}' })
    expect(fresh.answered()).toEqual({
      requests: 3,
      billed: 2,
      microUsd: routes.get_feed.price + routes.create_video.price,
      byRoute: { get_feed: 2, create_video: 1 },
    })
    await fresh.stop()
  })

  it('says where it listens for the gateway that is asked for', async () => {
    const other = await startSandbox({ gateway: 'tikhub' })
    expect(other.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/sora2$/)
    expect((await get(other, 'get_feed')).status).toBe(200)
    await other.stop()
  })
})
