import {
  listingKey,
  mustGet,
  type Route,
  type World,
  type WorldAttachment,
  type WorldComment,
  type WorldPost,
  type WorldUser,
} from './model.js'
import { Random } from './random.js'
import { NAMES, TEXTS } from './texts.js'

export interface Size {
  users: number
  characters: number
  posts: number
  /** Upper bounds for one entity; the number drawn is between 0 and this. */
  commentsPerPost: number
  repliesPerComment: number
  followsPerUser: number
  feed: number
  leaderboard: number
  privateUsers: number
  goneUsers: number
  gonePosts: number
}

export const TINY: Size = {
  users: 5,
  characters: 1,
  posts: 8,
  commentsPerPost: 4,
  repliesPerComment: 3,
  followsPerUser: 3,
  feed: 5,
  leaderboard: 4,
  privateUsers: 0,
  goneUsers: 0,
  gonePosts: 0,
}

export const SMALL: Size = {
  users: 24,
  characters: 4,
  posts: 40,
  commentsPerPost: 8,
  repliesPerComment: 5,
  followsPerUser: 8,
  feed: 14,
  leaderboard: 8,
  privateUsers: 2,
  goneUsers: 2,
  gonePosts: 2,
}

/**
 * So many people who know so few that a crawl at depth 2 leaves most of them alone: here every hop counts.
 */
export const SPARSE: Size = {
  users: 200,
  characters: 12,
  posts: 130,
  commentsPerPost: 4,
  repliesPerComment: 2,
  followsPerUser: 2,
  feed: 4,
  leaderboard: 4,
  privateUsers: 8,
  goneUsers: 4,
  gonePosts: 4,
}

export const MEDIUM: Size = {
  ...SMALL,
  users: 120,
  characters: 15,
  posts: 260,
  followsPerUser: 14,
  feed: 60,
  leaderboard: 30,
}

const FIRST_SECOND = 1_759_000_000

/**
 * A time in float seconds. The part below the millisecond stays away from its borders, where the nearest
 * double of a decimal fraction may lie on either side of the truncation.
 */
function time(random: Random): number {
  const second = FIRST_SECOND + random.int(9_000_000)
  if (random.chance(0.2)) return second
  return second + (random.int(1_000) * 1_000 + 100 + random.int(800)) / 1_000_000
}

function makeUser(random: Random, index: number, id: string): WorldUser {
  return {
    id,
    username: `${random.pick(NAMES)}${index}`,
    display_name: random.maybe(0.2, random.pick(TEXTS)),
    bio: random.maybe(0.3, random.pick(TEXTS)),
    profile_picture_url: random.maybe(0.2, `https://cdn.openai.com/avatars/${id}.webp`),
    banner_image_url: random.maybe(0.5, `https://cdn.openai.com/banners/${id}.webp`),
    follower_count: null,
    following_count: null,
    post_count: 0,
    like_count: random.maybe(0.2, random.int(5_000_000)),
    view_count: random.maybe(0.2, random.int(90_000_000)),
    cameo_count: 0,
    is_verified: random.maybe(0.2, random.chance(0.3)),
    created_at: random.maybe(0.2, time(random)),
    social_links: random.maybe(0.5, { website: `https://example.org/${id}`, note: random.pick(TEXTS) }),
    owner_user_id: null,
    state: 'open',
  }
}

function makeUsers(random: Random, size: Size): WorldUser[] {
  const people = Array.from({ length: size.users }, (_, index) =>
    makeUser(random, index, `user-${random.alnum(24)}`),
  )
  const characters = Array.from({ length: size.characters }, (_, index) => {
    const character = makeUser(random, size.users + index, `ch_${random.hex(32)}`)
    character.owner_user_id = random.maybe(0.2, random.pick(people).id)
    return character
  })
  const closed = random.sample(people, size.privateUsers + size.goneUsers)
  for (const [index, user] of closed.entries()) user.state = index < size.privateUsers ? 'private' : 'gone'
  return [...people, ...characters]
}

function makeAttachments(random: Random, postId: string): WorldAttachment[] {
  return Array.from({ length: random.pick([0, 1, 1, 1, 2, 3]) }, (_, index) => ({
    id: `${postId}-attachment-${index}`,
    kind: 'sora',
    generation_id: random.maybe(0.2, `gen_${random.alnum(20)}`),
    width: random.maybe(0.1, 352),
    height: random.maybe(0.1, 640),
    duration_s: random.maybe(0.5, random.int(40) / 4),
    n_frames: random.maybe(0.2, 30 * random.int(20) + random.int(30)),
    path: `https://videos.openai.com/${postId}/${index}`,
    expires: random.maybe(0.2, `2026-01-0${1 + random.int(9)}T0${random.int(10)}:15:30Z`),
    encodings: random.pick(['all', 'some', 'none'] as const),
  }))
}

function makePost(random: Random, users: readonly WorldUser[], earlier: readonly WorldPost[]): WorldPost {
  const id = `s_${random.hex(32)}`
  const authors = users.filter(user => user.id.startsWith('user-'))
  const parent = earlier.length > 0 && random.chance(0.4) ? random.pick(earlier) : null
  return {
    id,
    user_id: random.pick(authors).id,
    text: random.maybe(0.1, random.pick(TEXTS)),
    posted_at: random.maybe(0.1, time(random)),
    updated_at: random.maybe(0.3, time(random)),
    like_count: random.maybe(0.1, random.int(10_000)),
    dislike_count: random.maybe(0.3, random.int(10)),
    view_count: random.maybe(0.1, random.int(1_000_000)),
    unique_view_count: random.maybe(0.3, random.int(500_000)),
    reply_count: 0,
    recursive_reply_count: 0,
    remix_count: 0,
    permalink: random.maybe(0.1, `https://sora.chatgpt.com/p/${id}`),
    preview_image_url: random.maybe(0.2, `https://ogimg.chatgpt.com/?postId=${id}`),
    parent_post_id: parent?.id ?? null,
    root_post_id: parent === null ? null : (parent.root_post_id ?? parent.id),
    emoji: random.maybe(0.3, random.pick(['\u{1FA81}', '\u{1F431}\u200D\u{1F4BB}', '\uD83D'])),
    is_featured: random.maybe(0.6, random.chance(0.5)),
    cameos: random.sample(users, random.pick([0, 0, 1, 2])).map(user => user.id),
    attachments: makeAttachments(random, id),
    authorBy: random.pick(['both', 'both', 'shared_by', 'profile'] as const),
    embeds: {
      parent: random.chance(0.6),
      remixes: random.pick(['items', 'list', 'empty', 'null'] as const),
      ancestors: random.pick(['items', 'empty', 'null'] as const),
    },
    state: 'open',
  }
}

function makeComment(
  random: Random,
  users: readonly WorldUser[],
  postId: string,
  parent: string | null,
): WorldComment {
  return {
    id: random.hex(32),
    post_id: postId,
    parent_comment_id: parent,
    user_id: random.pick(users).id,
    text: random.maybe(0.1, random.pick(TEXTS)),
    posted_at: random.maybe(0.1, time(random)),
    like_count: random.maybe(0.1, random.int(500)),
    reply_count: 0,
    tombstoned: random.chance(0.05),
    authorBy: random.pick(['both', 'both', 'profile'] as const),
  }
}

function addComments(random: Random, world: World, size: Size, post: WorldPost): void {
  const users = [...world.users.values()]
  const add = (parent: string | null): string => {
    const comment = makeComment(random, users, post.id, parent)
    world.comments.set(comment.id, comment)
    return comment.id
  }
  const first = Array.from({ length: random.chance(0.3) ? 0 : random.int(size.commentsPerPost + 1) }, () =>
    add(null),
  )
  world.listings.set(listingKey('get_post_comments', post.id), first)
  let all = first.length
  for (const id of first) {
    const replies = Array.from(
      { length: random.chance(0.5) ? 0 : random.int(size.repliesPerComment + 1) },
      () => add(id),
    )
    world.listings.set(listingKey('get_comment_replies', id), replies)
    mustGet(world.comments, id).reply_count = random.maybe(0.1, replies.length)
    all += replies.length
  }
  post.reply_count = random.maybe(0.1, first.length)
  post.recursive_reply_count = post.reply_count === null ? null : random.maybe(0.1, all)
}

function push(world: World, route: Route, subject: string, id: string): void {
  const key = listingKey(route, subject)
  const list = world.listings.get(key) ?? []
  list.unshift(id)
  world.listings.set(key, list)
}

function addListings(random: Random, world: World, size: Size): void {
  for (const post of world.posts.values()) {
    push(world, 'get_user_posts', post.user_id, post.id)
    if (post.parent_post_id !== null) push(world, 'get_post_remix_list', post.parent_post_id, post.id)
    for (const cameo of post.cameos) push(world, 'get_user_cameo_appearances', cameo, post.id)
  }
  const users = [...world.users.values()]
  for (const user of users) {
    const others = users.filter(other => other !== user)
    for (const target of random.sample(others, random.int(size.followsPerUser + 1))) {
      push(world, 'get_user_following', user.id, target.id)
      push(world, 'get_user_followers', target.id, user.id)
    }
  }
  world.listings.set(listingKey('get_feed'), random.sample([...world.posts.keys()], size.feed))
  world.listings.set(
    listingKey('get_cameo_leaderboard'),
    random.sample([...world.users.keys()], size.leaderboard),
  )
}

/**
 * A told 0 would gate the follower listings, but only where it is seen before the listing is opened, which
 * depends on the order of answers. So a count of 0 is left untold here; the gate itself has its own test.
 */
function setCounters(random: Random, world: World): void {
  const length = (route: Route, id: string): number => world.listings.get(listingKey(route, id))?.length ?? 0
  for (const user of world.users.values()) {
    user.follower_count = length('get_user_followers', user.id) || null
    user.following_count = length('get_user_following', user.id) || null
    user.post_count = random.maybe(0.1, length('get_user_posts', user.id))
    user.cameo_count = random.maybe(0.1, length('get_user_cameo_appearances', user.id))
  }
  for (const post of world.posts.values()) {
    post.remix_count = random.maybe(0.1, length('get_post_remix_list', post.id))
  }
}

/** The world that belongs to a seed. */
export function generateWorld(seed: number, size: Size = SMALL): World {
  const random = new Random(seed)
  const users = makeUsers(random, size)
  const posts: WorldPost[] = []
  while (posts.length < size.posts) posts.push(makePost(random, users, posts))
  for (const post of random.sample(posts, size.gonePosts)) post.state = 'gone'
  const world: World = {
    users: new Map(users.map(user => [user.id, user])),
    posts: new Map(posts.map(post => [post.id, post])),
    comments: new Map(),
    listings: new Map(),
  }
  for (const post of posts) addComments(random, world, size, post)
  addListings(random, world, size)
  setCounters(random, world)
  return world
}
