/**
 * The world as it is, before anybody serves or stores it. Names are those of the database; times are wire
 * seconds.
 */

export type Form = 'native' | 'contract'
export type Gateway = 'tikhub' | 'tikomni'

export type Route =
  | 'get_feed'
  | 'get_cameo_leaderboard'
  | 'search_users'
  | 'get_user_profile'
  | 'get_user_posts'
  | 'get_user_followers'
  | 'get_user_following'
  | 'get_user_cameo_appearances'
  | 'get_post_detail'
  | 'get_post_comments'
  | 'get_comment_replies'
  | 'get_post_remix_list'

/** Answered for everybody, refused as a private account, or not found. */
export type State = 'open' | 'private' | 'gone'

export interface WorldUser {
  id: string
  username: string
  display_name: string | null
  bio: string | null
  profile_picture_url: string | null
  banner_image_url: string | null
  follower_count: number | null
  following_count: number | null
  post_count: number | null
  like_count: number | null
  view_count: number | null
  cameo_count: number | null
  is_verified: boolean | null
  created_at: number | null
  social_links: Record<string, string> | null
  owner_user_id: string | null
  state: State
}

export interface WorldAttachment {
  id: string
  kind: string
  generation_id: string | null
  width: number | null
  height: number | null
  duration_s: number | null
  n_frames: number | null
  /** Path of the media; every signed link of the attachment is made from it. */
  path: string
  expires: string | null
  encodings: 'all' | 'some' | 'none'
}

export interface WorldPost {
  id: string
  user_id: string
  text: string | null
  posted_at: number | null
  updated_at: number | null
  like_count: number | null
  dislike_count: number | null
  view_count: number | null
  unique_view_count: number | null
  reply_count: number | null
  recursive_reply_count: number | null
  remix_count: number | null
  permalink: string | null
  preview_image_url: string | null
  parent_post_id: string | null
  root_post_id: string | null
  emoji: string | null
  is_featured: boolean | null
  cameos: string[]
  attachments: WorldAttachment[]
  /**
   * How an answer names the author. Only the flat remix list has no profile, so it always says `shared_by`.
   */
  authorBy: 'both' | 'shared_by' | 'profile'
  embeds: {
    parent: boolean
    remixes: 'items' | 'list' | 'empty' | 'null'
    ancestors: 'items' | 'empty' | 'null'
  }
  state: 'open' | 'gone'
}

export interface WorldComment {
  id: string
  post_id: string
  parent_comment_id: string | null
  user_id: string
  text: string | null
  posted_at: number | null
  like_count: number | null
  reply_count: number | null
  tombstoned: boolean
  authorBy: 'both' | 'profile'
}

export interface World {
  users: Map<string, WorldUser>
  posts: Map<string, WorldPost>
  comments: Map<string, WorldComment>
  /** Ids that a listing holds, in its order, by `listingKey`. */
  listings: Map<string, string[]>
}

export function listingKey(route: Route, subject = ''): string {
  return `${route}|${subject}`
}

/** The ids that a listing holds. A search is the one listing that is a question and not a list. */
export function listed(world: World, route: Route, subject = ''): string[] {
  if (route === 'search_users') {
    return [...world.users.values()]
      .filter(user => user.state !== 'gone' && user.username.includes(subject))
      .map(user => user.id)
  }
  return world.listings.get(listingKey(route, subject)) ?? []
}

/** What a route is about; `none` for the two that need no parameter. */
export const SUBJECTS: Record<Route, 'none' | 'query' | 'user' | 'post' | 'comment'> = {
  get_feed: 'none',
  get_cameo_leaderboard: 'none',
  search_users: 'query',
  get_user_profile: 'user',
  get_user_posts: 'user',
  get_user_followers: 'user',
  get_user_following: 'user',
  get_user_cameo_appearances: 'user',
  get_post_detail: 'post',
  get_post_comments: 'post',
  get_comment_replies: 'comment',
  get_post_remix_list: 'post',
}

/** Routes that answer in one piece, whatever the page size. */
export const UNPAGED: ReadonlySet<Route> = new Set(['search_users', 'get_user_profile', 'get_post_detail'])

export function mustGet<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key)
  if (value === undefined) throw new Error(`the world has no ${String(key)}`)
  return value
}

/** How an entity answers on its own routes. A comment answers as long as its post does. */
export function stateOf(world: World, route: Route, subject: string): State {
  const kind = SUBJECTS[route]
  if (kind === 'user') return world.users.get(subject)?.state ?? 'gone'
  if (kind === 'post') return world.posts.get(subject)?.state ?? 'gone'
  if (kind === 'comment') return world.comments.has(subject) ? 'open' : 'gone'
  return 'open'
}
