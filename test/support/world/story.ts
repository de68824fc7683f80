/** Small worlds with names instead of dice, for tests that count on their fingers. */
import {
  listingKey,
  mustGet,
  type Route,
  type World,
  type WorldComment,
  type WorldPost,
  type WorldUser,
} from './model.js'
import { hashOf, Random } from './random.js'

export const userId = (name: string): string => `user-${name.padEnd(24, '_')}`
export const postId = (name: string): string => `s_${new Random(hashOf(name)).hex(32)}`
export const commentId = (name: string): string => new Random(hashOf(name) ^ 1).hex(32)

type Named<T> = Partial<T> & { name: string }

/** Everything refers to everything else by its short name. */
export interface Plan {
  users: (Named<WorldUser> & { ownedBy?: string })[]
  posts?: (Named<WorldPost> & { by: string; remixOf?: string; with?: string[] })[]
  comments?: (Named<WorldComment> & { by: string; on: string; under?: string })[]
  /** Who follows whom, oldest first. */
  follows?: [string, string][]
  feed?: string[]
  leaderboard?: string[]
}

function makeUser({ name, ownedBy, ...given }: Plan['users'][number]): WorldUser {
  return {
    id: userId(name),
    username: name,
    display_name: name.toUpperCase(),
    bio: null,
    profile_picture_url: null,
    banner_image_url: null,
    follower_count: null,
    following_count: null,
    post_count: null,
    like_count: null,
    view_count: null,
    cameo_count: null,
    is_verified: false,
    created_at: 1_759_000_000.25,
    social_links: null,
    owner_user_id: ownedBy === undefined ? null : userId(ownedBy),
    state: 'open',
    ...given,
  }
}

function makePost({
  name,
  by,
  remixOf,
  with: cameos = [],
  ...given
}: NonNullable<Plan['posts']>[number]): WorldPost {
  return {
    id: postId(name),
    user_id: userId(by),
    text: name,
    posted_at: 1_760_000_000.5,
    updated_at: null,
    like_count: 3,
    dislike_count: 0,
    view_count: 40,
    unique_view_count: 31,
    reply_count: 0,
    recursive_reply_count: null,
    remix_count: 0,
    permalink: `https://sora.chatgpt.com/p/${postId(name)}`,
    preview_image_url: null,
    parent_post_id: remixOf === undefined ? null : postId(remixOf),
    root_post_id: null,
    emoji: null,
    is_featured: null,
    cameos: cameos.map(userId),
    attachments: [],
    authorBy: 'both',
    embeds: { parent: false, remixes: 'empty', ancestors: 'empty' },
    state: 'open',
    ...given,
  }
}

function makeComment({ name, by, on, under, ...given }: NonNullable<Plan['comments']>[number]): WorldComment {
  return {
    id: commentId(name),
    post_id: postId(on),
    parent_comment_id: under === undefined ? null : commentId(under),
    user_id: userId(by),
    text: name,
    posted_at: 1_761_000_000.75,
    like_count: 1,
    reply_count: 0,
    tombstoned: false,
    authorBy: 'both',
    ...given,
  }
}

/**
 * Builds every listing from the plan; counters that gate are what the listings hold, unless the plan tells
 * others.
 */
export function story(plan: Plan): World {
  const posts = (plan.posts ?? []).map(makePost)
  const comments = (plan.comments ?? []).map(makeComment)
  const world: World = {
    users: new Map(plan.users.map(makeUser).map(user => [user.id, user])),
    posts: new Map(posts.map(post => [post.id, post])),
    comments: new Map(comments.map(comment => [comment.id, comment])),
    listings: new Map([
      [listingKey('get_feed'), (plan.feed ?? []).map(postId)],
      [listingKey('get_cameo_leaderboard'), (plan.leaderboard ?? []).map(userId)],
    ]),
  }
  const add = (route: Route, subject: string, id: string): number => {
    const list = [id, ...(world.listings.get(listingKey(route, subject)) ?? [])]
    world.listings.set(listingKey(route, subject), list)
    return list.length
  }
  for (const post of posts) {
    add('get_user_posts', post.user_id, post.id)
    for (const cameo of post.cameos) add('get_user_cameo_appearances', cameo, post.id)
    if (post.parent_post_id !== null) {
      mustGet(world.posts, post.parent_post_id).remix_count = add(
        'get_post_remix_list',
        post.parent_post_id,
        post.id,
      )
    }
  }
  for (const comment of comments) {
    const { parent_comment_id: parent } = comment
    if (parent === null)
      mustGet(world.posts, comment.post_id).reply_count = add(
        'get_post_comments',
        comment.post_id,
        comment.id,
      )
    else mustGet(world.comments, parent).reply_count = add('get_comment_replies', parent, comment.id)
  }
  for (const [source, target] of plan.follows ?? []) {
    add('get_user_followers', userId(target), userId(source))
    add('get_user_following', userId(source), userId(target))
  }
  for (const { name, ...given } of plan.posts ?? []) {
    const { reply_count, remix_count } = given
    const post = mustGet(world.posts, postId(name))
    if (reply_count !== undefined) post.reply_count = reply_count
    if (remix_count !== undefined) post.remix_count = remix_count
  }
  return world
}

/** Names in a row: `crowd('fan', 7)` is fan0 to fan6. */
export function crowd(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index}`)
}

/** One star with so many followers and nothing else. */
export function starWith(followers: number): World {
  const fans = crowd('fan', followers)
  return story({
    users: ['star', ...fans].map(name => ({ name })),
    follows: fans.map((fan): [string, string] => [fan, 'star']),
    leaderboard: ['star'],
  })
}
