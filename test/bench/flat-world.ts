/**
 * A platform of one size for every figure: as many followers, posts and comments as are asked for, computed
 * from numbers. Links are short, since what is measured grows with rows.
 */

export interface FlatExtent {
  /** Users whose listings are read. */
  readonly users: number
  readonly followersOfEach: number
  readonly postsOfEach: number
  /** One post in so many has comments. */
  readonly commentedEvery: number
  readonly commentsOfEach: number
  /** Everybody who follows and comments. */
  readonly crowd: number
}

/** 10 million follows, a million posts, three million comments. */
export const WHOLE: FlatExtent = {
  users: 5_000,
  followersOfEach: 2_000,
  postsOfEach: 200,
  commentedEvery: 8,
  commentsOfEach: 24,
  crowd: 500_000,
}

/** The beginning of it: fewer users are read, the crowd stays as large. */
export const scaled = (part: number): FlatExtent => ({
  ...WHOLE,
  users: Math.max(1, Math.round(WHOLE.users * part)),
})

const PAGE = { get_user_followers: 50, get_user_posts: 30, get_post_comments: 30 }

/** Eight hexadecimal digits that look like chance, the same for the same number (a mixer of splitmix). */
function digits(n: number, salt: number): string {
  let z = Math.imul(n ^ Math.imul(salt, 0x9e3779b9), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 15), 0xc2b2ae35) ^ Math.imul(n, 0x27d4eb2f)
  return ((z ^ (z >>> 13)) >>> 0).toString(16).padStart(8, '0')
}

const below = (n: number, salt: number, limit: number): number => Number.parseInt(digits(n, salt), 16) % limit
/** As long as the platform's, and the number is in it, so that it can be told from it. */
export const userId = (n: number): string =>
  `user-${digits(n, 1)}${digits(n, 2)}${n.toString(16).padStart(8, '0')}`
const postId = (n: number): string =>
  `s_${digits(n, 3)}${digits(n, 4)}${digits(n, 5)}${n.toString(16).padStart(8, '0')}`
const commentId = (n: number): string =>
  `${digits(n, 6)}${digits(n, 7)}${digits(n, 8)}${n.toString(16).padStart(8, '0')}`
const numberIn = (id: string): number => Number.parseInt(id.slice(-8), 16)
const FIRST = 1_760_000_000

function profile(n: number): object {
  return {
    user_id: userId(n),
    username: `name.${n}`,
    display_name: `Person ${n}`,
    description: n % 3 === 0 ? `makes films of the sea, number ${n}` : null,
    profile_picture_url: `https://videos.example.org/avatars/${digits(n, 9)}.webp`,
    verified: false,
    follower_count: below(n, 10, 5_000),
    following_count: below(n, 11, 500),
    post_count: below(n, 12, 90),
    likes_received_count: below(n, 13, 10_000),
    cameo_count: n % 17,
    permalink: `https://sora.chatgpt.com/profile/name.${n}`,
    created_at: FIRST + n,
    updated_at: FIRST + n + 100,
    is_following: false,
    is_blocked: false,
  }
}

function post(author: number, n: number, { commentedEvery, commentsOfEach }: FlatExtent): object {
  const id = postId(n)
  const comments = n % commentedEvery === 0 ? commentsOfEach : 0
  const file = (name: string): string => `https://videos.example.org/${id}/${name}`
  const media = {
    kind: 'sora',
    generation_id: `gen_${digits(n, 14)}${digits(n, 15)}`,
    width: 352,
    height: 640,
    n_frames: 300,
  }
  const attachment = {
    id: `${id}-attachment-0`,
    ...media,
    url: file('md.mp4'),
    downloadable_url: file('raw.mp4'),
    encodings: {
      thumbnail: { path: file('t.webp') },
      gif: { path: file('g.gif') },
      md: { path: file('md.mp4') },
    },
  }
  const counts = {
    like_count: below(n, 16, 900),
    dislike_count: 0,
    view_count: below(n, 17, 90_000),
    unique_view_count: below(n, 18, 50_000),
    reply_count: comments,
    recursive_reply_count: comments,
    remix_count: 0,
  }
  const text =
    `number ${n}: a kite over a harbour in the rain, seen from the roof of a slow tram, while gulls ` +
    'discuss the weather'
  return {
    post: {
      id,
      shared_by: userId(author),
      posted_at: FIRST + n,
      updated_at: FIRST + n + 50,
      text,
      ...counts,
      attachments: [attachment],
      preview_image_url: file('p.webp'),
      parent_post_id: null,
      root_post_id: null,
      permalink: `https://sora.chatgpt.com/p/${id}`,
      cameo_profiles: null,
      emoji: null,
    },
    profile: profile(author),
  }
}

function comment(under: number, n: number, { crowd }: FlatExtent): object {
  const author = below(n, 19, crowd)
  return {
    post: {
      id: commentId(n),
      shared_by: userId(author),
      posted_at: FIRST + n,
      text: `comment ${n}: what a kite`,
      like_count: n % 9,
      reply_count: 0,
      recursive_reply_count: 0,
      parent_post_id: postId(under),
    },
    profile: profile(author),
  }
}

/** The answer to a request, as JSON. */
export function answer(route: string, params: Readonly<Record<string, unknown>>, extent: FlatExtent): string {
  const page = Number(params['cursor'] ?? 0)
  if (route === 'get_user_followers') {
    const user = numberIn(String(params['user_id']))
    return listing(page, PAGE[route], extent.followersOfEach, i =>
      profile(below(user * extent.followersOfEach + i, 20, extent.crowd)),
    )
  }
  if (route === 'get_user_posts') {
    const user = numberIn(String(params['user_id']))
    return listing(page, PAGE[route], extent.postsOfEach, i =>
      post(user, user * extent.postsOfEach + i, extent),
    )
  }
  if (route !== 'get_post_comments') throw new Error(`nothing is served at ${route}`)
  const under = numberIn(String(params['post_id']))
  const own = (under / extent.commentedEvery) * extent.commentsOfEach
  return envelope({
    children: slice(page, PAGE[route], extent.commentsOfEach, i => comment(under, own + i, extent)),
  })
}

const envelope = (data: object): string => JSON.stringify({ code: 200, message: 'Request successful.', data })
const listing = (page: number, size: number, length: number, item: (i: number) => object): string =>
  envelope(slice(page, size, length, item))

function slice(
  page: number,
  size: number,
  length: number,
  item: (i: number) => object,
): { items: object[]; cursor: string | null } {
  const from = page * size
  const items = Array.from({ length: Math.min(size, length - from) }, (_, i) => item(from + i))
  return { items, cursor: from + size < length ? String(page + 1) : null }
}
