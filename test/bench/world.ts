/**
 * A made-up platform, computed from numbers: the same at every start, with records as large as real ones
 * (signed links and all).
 */
import { createHash } from 'node:crypto'

/** How much a crawl of it reads. */
export interface Extent {
  /** Users who are crawled; each has the following. */
  readonly users: number
  readonly postPages: number
  readonly followerPages: number
  readonly followingPages: number
  /** Pages of posts by others in which the user appears; none of these has comments. */
  readonly cameoPages: number
  /** Of a user's posts, one in so many has comments: a page of them. */
  readonly commentedEvery: number
}

export const POSTS_A_PAGE = 30
export const PEOPLE_A_PAGE = 50
export const COMMENTS_A_PAGE = 10

/** 1,000 pages: 200 of posts, 400 of followers, 400 of comments. */
export const STUDY: Extent = {
  users: 80,
  postPages: 10,
  followerPages: 20,
  followingPages: 0,
  cameoPages: 0,
  commentedEvery: 15,
}
/** 4,020 pages: 120 each of posts, followers and following, 60 of appearances, 3,600 of comments. */
export const MIX: Extent = {
  users: 60,
  postPages: 2,
  followerPages: 2,
  followingPages: 2,
  cameoPages: 1,
  commentedEvery: 1,
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
/** Signatures are random, so that nothing compresses them. */
const signature = (text: string): string => createHash('sha512').update(text).digest('base64url')

export const userId = (n: number): string => `user-${hash(`u${n}`).slice(0, 24)}`
export const postId = (user: number, n: number): string => `s_${hash(`p${user}/${n}`).slice(0, 32)}`
const commentId = (under: string, n: number): string => hash(`c${under}/${n}`).slice(0, 32)

/** Users who are crawled, and a crowd that follows and comments. */
const CROWD = 15_000
const someone = (text: string): number => 1000 + (Number.parseInt(hash(text).slice(0, 8), 16) % CROWD)

const signed = (path: string): string =>
  `https://videos.openai.com/az/vg-assets/${path}?se=2026-12-30T00%3A00%3A00Z&sp=r&sv=2026-02-06&sr=b&skoid=3d249c53-07fa-4ba4-9b65-0bf8eb4ea46a&sktid=a48cca56-e6da-484e-a814-9c849652bcb3&skt=2026-11-20T01%3A02%3A03Z&ske=2026-12-30T01%3A07%3A03Z&sks=b&skv=2026-02-06&sig=${signature(path).slice(0, 43)}%3D&ac=oaivgprodscus2`

const at = (text: string): number =>
  1_760_000_000 + (Number.parseInt(hash(text).slice(0, 8), 16) % 20_000_000) + 0.123456

export function profile(n: number): object {
  return {
    user_id: userId(n),
    username: `creator.${n}`,
    display_name: `Creator number ${n}`,
    description: n % 3 === 0 ? `makes films of the sea, number ${n}` : null,
    profile_picture_url: signed(`avatars/${n}.webp`),
    cover_photo_url: null,
    verified: n % 50 === 0,
    follower_count: n * 7 + 1,
    following_count: n * 3 + 1,
    post_count: n % 90,
    reply_count: n % 11,
    likes_received_count: n * 31,
    remix_count: n % 13,
    cameo_count: n % 17,
    character_count: 0,
    can_cameo: true,
    can_message: false,
    plan_type: 'free',
    permalink: `https://sora.chatgpt.com/profile/creator.${n}`,
    location: null,
    website: null,
    created_at: at(`joined ${n}`),
    updated_at: at(`updated ${n}`),
    is_following: false,
    is_blocked: false,
    owner_profile: null,
  }
}

function attachment(id: string): object {
  const encodings = Object.fromEntries(
    ['source', 'source_wm', 'md', 'ld', 'gif', 'thumbnail'].map(name => [
      name,
      { path: signed(`${id}/${name}.mp4`), size: 1_234_567, duration_secs: null, ssim: 0.98 },
    ]),
  )
  const media = {
    kind: 'sora',
    tags: ['sora'],
    generation_id: `gen_${id.slice(2, 28)}`,
    generation_type: 'video_gen',
    width: 352,
    height: 640,
    n_frames: 300,
  }
  return {
    id: `${id}-attachment-0`,
    ...media,
    url: signed(`${id}/md.mp4`),
    downloadable_url: signed(`${id}/raw.mp4`),
    encodings: { ...encodings, unfurl: null },
  }
}

export function post(author: number, n: number, { commentedEvery }: Extent): object {
  const id = postId(author, n)
  const comments = n % commentedEvery === 0 ? COMMENTS_A_PAGE : 0
  return {
    post: {
      id,
      shared_by: userId(author),
      posted_at: at(id),
      updated_at: at(`${id} again`),
      posted_to_public: true,
      text:
        `number ${n}: a kite over a harbour in the rain, seen from the roof of a slow tram, while ` +
        'gulls discuss the weather',
      caption: null,
      like_count: n * 3,
      dislike_count: 0,
      view_count: n * 41,
      unique_view_count: n * 31,
      reply_count: comments,
      recursive_reply_count: comments,
      remix_count: 0,
      attachments: [attachment(id)],
      preview_image_url: signed(`${id}/preview.webp`),
      parent_post_id: null,
      root_post_id: null,
      parent_path: null,
      tombstoned_at: null,
      permalink: `https://sora.chatgpt.com/p/${id}`,
      text_facets: [],
      cameo_profiles: n % 3 === 0 ? [profile(someone(`cameo ${id}`))] : null,
      remix_posts: { items: [], cursor: null },
      ancestors: { items: [], cursor: null },
      parent_post: null,
      emoji: '🪁',
      is_featured: null,
      user_liked: false,
      permissions: { share_intent: 'public', share_setting: 'public' },
    },
    profile: profile(author),
    reposter_profile: null,
  }
}

export const follower = (user: number, n: number): object => profile(someone(`follower ${user}/${n}`))
export const followed = (user: number, n: number): object => profile(someone(`followed ${user}/${n}`))

/** A post by somebody of the crowd in which the user appears. */
export function appearance(user: number, n: number): object {
  const others = { ...STUDY, commentedEvery: Number.POSITIVE_INFINITY }
  const shown = post(someone(`host ${user}/${n}`), user * 1000 + n, others) as { post: object }
  return { ...shown, post: { ...shown.post, cameo_profiles: [profile(user)] } }
}

export function comment(under: string, n: number): object {
  const id = commentId(under, n)
  const author = someone(id)
  return {
    post: {
      id,
      shared_by: userId(author),
      posted_at: at(id),
      text: `comment ${n}: what a kite`,
      text_facets: [],
      like_count: n,
      dislike_count: 0,
      view_count: n,
      reply_count: 0,
      recursive_reply_count: 0,
      remix_count: 0,
      parent_post_id: under,
      root_post_id: under,
      tombstoned_at: null,
      attachments: [],
      permalink: `https://sora.chatgpt.com/p/${id}`,
    },
    profile: profile(author),
    reposter_profile: null,
    children: { items: [], cursor: null },
  }
}
