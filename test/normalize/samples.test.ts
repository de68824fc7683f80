import { describe, expect, it } from 'vitest'
import { openEnvelope, type Page, type Shape } from '../../src/api/index.js'
import { comment, commentRow, edges, got, listed, members, post, told, user } from './support/read.js'

/* The samples of wire.md, section 7, as they stand there. */

const POSTS_PAGE = String.raw`{"code":200,"request_id":"11111111-aaaa-4bbb-8ccc-222222222222","message":"Request successful. This request will incur a charge.","message_zh":"...","support":"...","time":"2026-01-02 03:04:05","time_stamp":1767351845,"time_zone":"America/Los_Angeles","docs":"https://...","cache_message":"...","cache_message_zh":"...","cache_url":"https://cache.tikhub.io/api/v1/cache/public/33333333-aaaa-4bbb-8ccc-444444444444?sign=00ff","router":"/api/v1/sora2/get_user_posts","params":{"user_id":"user-EXAMPLE000000000000000001","cursor":""},"data":{"items":[{"post":{"id":"s_00000000000000000000000000000001","shared_by":"user-EXAMPLE000000000000000001","posted_at":1767000000.123456,"updated_at":1767000009.5,"posted_to_public":true,"text":"a kite over a harbour","caption":null,"like_count":3,"dislike_count":0,"view_count":40,"unique_view_count":31,"reply_count":2,"recursive_reply_count":5,"remix_count":1,"attachments":[{"id":"s_00000000000000000000000000000001-attachment-0","kind":"sora","tags":["sora"],"generation_id":"gen_example01","width":352,"height":640,"n_frames":300,"url":"https://videos.openai.com/a/md.mp4?se=2026-01-08T00%3A00%3A00Z&sig=x","downloadable_url":"https://videos.openai.com/a/raw.mp4?se=2026-01-08T00%3A00%3A00Z&sig=y","encodings":{"source":{"path":"https://videos.openai.com/a/raw.mp4?se=..."},"thumbnail":{"path":"https://videos.openai.com/a/t.webp?se=..."},"unfurl":null}}],"parent_post_id":null,"root_post_id":null,"parent_path":null,"tombstoned_at":null,"permalink":"https://sora.chatgpt.com/p/s_00000000000000000000000000000001","text_facets":[],"cameo_profiles":null,"remix_posts":{"items":[],"cursor":null},"ancestors":{"items":[],"cursor":null},"parent_post":null,"emoji":"🪁","is_featured":null},"profile":{"user_id":"user-EXAMPLE000000000000000001","username":"harbour.kite","display_name":null,"verified":false,"follower_count":12,"following_count":7,"post_count":4,"likes_received_count":90,"cameo_count":0,"can_cameo":false,"owner_profile":null,"permalink":"https://sora.chatgpt.com/profile/harbour.kite"},"reposter_profile":null}],"cursor":"eyJraW5kIjoic3YyX2NyZWF0ZWRfYXQiLCJjcmVhdGVkX2F0IjoxNzY3MDAwMDAwLjEyMzQ1Nn0="}}`
const NATIVE_COMMENTS = String.raw`{"data":{"post":{"id":"s_...01"},"profile":{},"children":{"items":[{"post":{"id":"0000000000000000000000000000c001","text":"nice","shared_by":"user-EXAMPLE000000000000000002","parent_post_id":"s_...01","root_post_id":"s_...01","posted_at":1767000100.25,"like_count":1,"reply_count":1,"recursive_reply_count":1,"tombstoned_at":null,"attachments":[]},"profile":{"user_id":"user-EXAMPLE000000000000000002","username":"gull"},"children":{"items":[],"cursor":null}}],"cursor":"eyJwb3N0X2lkIjoiLi4uIn0="}}}`
const CONTRACT_COMMENTS = String.raw`{"data":{"children":{"items":[{"id":"0000000000000000000000000000c001","text":"nice","posted_by":"user-EXAMPLE000000000000000002","posted_at":1767000100.25,"like_count":1,"reply_count":1,"profile":{"username":"gull","display_name":null,"profile_picture_url":"https://..."}}],"cursor":null,"has_more":false}}}`
const ERRORS = [
  '{"detail":{"code":400,"request_id":"5555","message":"Request failed. Please ' +
    'retry.","message_zh":"...","router":"/api/v1/sora2/get_feed","params":{"cursor":""}}}',
  '{"detail":[{"loc":["query","post_id"],"msg":"Field required","type":"missing"}]}',
  '{"code":402,"request_id":"6666","message":"insufficient ' +
    'credits","message_zh":"...","router":"/api/u1/v1/sora2/get_feed"}',
  '{"error":{"code":"invalid_api_key","message":"..."}}',
]

const COMMENT = '0000000000000000000000000000c001'
const GULL = 'user-EXAMPLE000000000000000002'

const one = (body: string, shape: Shape): { page: Page; record: unknown } => {
  const page = openEnvelope(body, shape)
  expect(page.items).toHaveLength(1)
  return { page, record: page.items[0] }
}

describe('the samples of the wire notes', () => {
  it('a TikHub page of posts', () => {
    const { page, record } = one(POSTS_PAGE, 'items')
    expect(page).toMatchObject({
      next: 'eyJraW5kIjoic3YyX2NyZWF0ZWRfYXQiLCJjcmVhdGVkX2F0IjoxNzY3MDAwMDAwLjEyMzQ1Nn0=',
      hasMore: undefined,
    })
    const harvest = listed(record)
    const id = 's_00000000000000000000000000000001'
    const author = 'user-EXAMPLE000000000000000001'
    expect(told(post(harvest, id))).toEqual({
      id,
      user_id: author,
      text: 'a kite over a harbour',
      posted_at: '2025-12-29T09:20:00.123Z',
      updated_at: '2025-12-29T09:20:09.500Z',
      like_count: 3,
      dislike_count: 0,
      view_count: 40,
      unique_view_count: 31,
      reply_count: 2,
      recursive_reply_count: 5,
      remix_count: 1,
      permalink: `https://sora.chatgpt.com/p/${id}`,
      emoji: '🪁',
    })
    expect(told(user(harvest, author))).toEqual({
      id: author,
      username: 'harbour.kite',
      is_verified: 0,
      follower_count: 12,
      following_count: 7,
      post_count: 4,
      like_count: 90,
      cameo_count: 0,
    })
    expect(told(got(harvest.attachments.get(`${id}-attachment-0`), 'attachment'))).toEqual({
      id: `${id}-attachment-0`,
      post_id: id,
      position: 0,
      kind: 'sora',
      generation_id: 'gen_example01',
      width: 352,
      height: 640,
      duration_s: 10,
      url: 'https://videos.openai.com/a/md.mp4?se=2026-01-08T00%3A00%3A00Z&sig=x',
      downloadable_url: 'https://videos.openai.com/a/raw.mp4?se=2026-01-08T00%3A00%3A00Z&sig=y',
      thumbnail_url: 'https://videos.openai.com/a/t.webp?se=...',
      url_expires_at: '2026-01-08T00:00:00.000Z',
    })
    expect([members(harvest), edges(harvest), harvest.drift, harvest.rejects]).toEqual([
      [`post ${id} +0`, `user ${author} +1`],
      [],
      [],
      [],
    ])
  })

  it('comments in both forms, which tell the same', () => {
    const native = one(NATIVE_COMMENTS, 'children')
    const contract = one(CONTRACT_COMMENTS, 'children')
    expect([native.page.next, contract.page.next, contract.page.hasMore]).toEqual([
      'eyJwb3N0X2lkIjoiLi4uIn0=',
      null,
      false,
    ])
    for (const { record } of [native, contract]) {
      const harvest = comment(record)
      expect(told(commentRow(harvest, COMMENT))).toEqual({
        id: COMMENT,
        post_id: 's_root',
        user_id: GULL,
        text: 'nice',
        posted_at: '2025-12-29T09:21:40.250Z',
        like_count: 1,
        reply_count: 1,
      })
      expect(user(harvest, GULL).username).toBe('gull')
      expect(members(harvest)).toEqual([`comment ${COMMENT} +0`, `user ${GULL} +1`])
      expect([harvest.drift, harvest.rejects]).toEqual([[], []])
    }
  })

  it.each(ERRORS)('an error is no page: %s', body => {
    expect(() => openEnvelope(body, 'items')).toThrow()
  })

  it('the contract’s task detail: a post without its author', () => {
    const harvest = listed({
      post: {
        id: 's_68ecb45b40988191b89a0af80135a33c',
        posted_at: 1_760_343_131.252443,
        updated_at: 1_760_343_140.655776,
        text: 'A cat is playing Minecraft',
        emoji: '🐱💻',
      },
    })
    expect(told(post(harvest, 's_68ecb45b40988191b89a0af80135a33c'))).toEqual({
      id: 's_68ecb45b40988191b89a0af80135a33c',
      posted_at: '2025-10-13T08:12:11.252Z',
      updated_at: '2025-10-13T08:12:20.655Z',
      text: 'A cat is playing Minecraft',
      emoji: '🐱💻',
    })
  })
})
