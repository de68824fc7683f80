/**
 * A world that goes on living between two crawls: people come, post, follow, comment and remix; some of it is
 * deleted.
 */
import {
  listingKey,
  mustGet,
  type Route,
  type World,
  type WorldComment,
  type WorldPost,
  type WorldUser,
} from './model.js'
import type { Random } from './random.js'

export interface Life {
  /** The share of what there is that happens anew: of posts, follows, comments, and half of it of people. */
  rate: number
  /** Nothing is deleted where false. */
  deletions?: boolean
  /** Whether counts of 0 are told; the generator leaves them untold (see `setCounters`). */
  zeros?: boolean
}

/** As many as a share says; what is left of a whole one happens by chance. */
function some(random: Random, share: number): number {
  return Math.floor(share) + (random.chance(share - Math.floor(share)) ? 1 : 0)
}

function list(world: World, route: Route, subject = ''): string[] {
  const key = listingKey(route, subject)
  const known = world.listings.get(key)
  if (known !== undefined) return known
  const fresh: string[] = []
  world.listings.set(key, fresh)
  return fresh
}

function drop(world: World, route: Route, subject: string, id: string): boolean {
  const ids = list(world, route, subject)
  const index = ids.indexOf(id)
  if (index >= 0) ids.splice(index, 1)
  return index >= 0
}

function people(world: World, prefix = ''): WorldUser[] {
  return [...world.users.values()].filter(user => user.state === 'open' && user.id.startsWith(prefix))
}

function openPosts(world: World): WorldPost[] {
  return [...world.posts.values()].filter(post => post.state === 'open')
}

function follow(random: Random, world: World, source: string): void {
  const target = random.pick(people(world)).id
  if (target === source || list(world, 'get_user_following', source).includes(target)) return
  list(world, 'get_user_following', source).unshift(target)
  list(world, 'get_user_followers', target).unshift(source)
}

function arrive(random: Random, world: World): void {
  const template = random.pick(people(world, 'user-'))
  const id = `user-${random.alnum(24)}`
  world.users.set(id, {
    ...template,
    id,
    username: `${template.username.replace(/\d*$/, '')}${world.users.size}`,
  })
  for (let n = random.int(3); n >= 0; n -= 1) follow(random, world, id)
}

function publish(random: Random, world: World): void {
  const id = `s_${random.hex(32)}`
  const parent = random.chance(0.3) ? random.pick(openPosts(world)) : undefined
  const template = random.pick([...world.posts.values()])
  const author = random.pick(people(world, 'user-')).id
  const cameos = random.sample(people(world), random.int(3)).map(user => user.id)
  const counted = {
    reply_count: 0,
    recursive_reply_count: 0,
    remix_count: 0,
    posted_at: 1_780_000_000 + world.posts.size,
  }
  const family = {
    parent_post_id: parent?.id ?? null,
    root_post_id: parent === undefined ? null : (parent.root_post_id ?? parent.id),
  }
  world.posts.set(id, {
    ...template,
    id,
    user_id: author,
    cameos,
    attachments: [],
    state: 'open',
    ...counted,
    ...family,
  })
  list(world, 'get_user_posts', author).unshift(id)
  for (const cameo of cameos) list(world, 'get_user_cameo_appearances', cameo).unshift(id)
  const feed = list(world, 'get_feed')
  feed.unshift(id)
  if (feed.length > 1) feed.pop()
  if (parent === undefined) return
  list(world, 'get_post_remix_list', parent.id).unshift(id)
  if (parent.remix_count !== null) parent.remix_count += 1
}

function comment(random: Random, world: World, post: WorldPost, parent: WorldComment | null): void {
  const author = random.pick(people(world)).id
  const template = random.pick([...world.comments.values()])
  const id = random.hex(32)
  const told = { reply_count: 0, tombstoned: false, posted_at: 1_780_000_000 + world.comments.size }
  world.comments.set(id, {
    ...template,
    id,
    post_id: post.id,
    parent_comment_id: parent?.id ?? null,
    user_id: author,
    ...told,
  })
  const ids =
    parent === null
      ? list(world, 'get_post_comments', post.id)
      : list(world, 'get_comment_replies', parent.id)
  ids.splice(random.int(ids.length + 1), 0, id)
  if (parent === null && post.reply_count !== null) post.reply_count += 1
  if (post.recursive_reply_count !== null) post.recursive_reply_count += 1
  if (parent !== null && parent.reply_count !== null) parent.reply_count += 1
}

function reply(random: Random, world: World): void {
  const first = [...world.comments.values()].filter(
    ({ parent_comment_id, post_id }) =>
      parent_comment_id === null && world.posts.get(post_id)?.state === 'open',
  )
  if (first.length === 0) return
  const parent = random.pick(first)
  comment(random, world, mustGet(world.posts, parent.post_id), parent)
}

function deletePost(random: Random, world: World): void {
  const post = random.pick(openPosts(world))
  post.state = 'gone'
  drop(world, 'get_user_posts', post.user_id, post.id)
  drop(world, 'get_feed', '', post.id)
  for (const cameo of post.cameos) drop(world, 'get_user_cameo_appearances', cameo, post.id)
  const parent = post.parent_post_id === null ? undefined : world.posts.get(post.parent_post_id)
  if (
    parent !== undefined &&
    drop(world, 'get_post_remix_list', parent.id, post.id) &&
    parent.remix_count !== null
  )
    parent.remix_count -= 1
}

function deleteComment(random: Random, world: World): void {
  const leaves = [...world.comments.values()].filter(
    ({ id, parent_comment_id }) =>
      parent_comment_id === null && list(world, 'get_comment_replies', id).length === 0,
  )
  if (leaves.length === 0) return
  const { id, post_id } = random.pick(leaves)
  const post = mustGet(world.posts, post_id)
  if (!drop(world, 'get_post_comments', post_id, id)) return
  if (post.reply_count !== null) post.reply_count -= 1
  if (post.recursive_reply_count !== null) post.recursive_reply_count -= 1
}

function unfollow(random: Random, world: World): void {
  const source = random.pick(people(world)).id
  const target = list(world, 'get_user_following', source).at(random.int(3))
  if (target === undefined) return
  drop(world, 'get_user_following', source, target)
  drop(world, 'get_user_followers', target, source)
}

function leave(random: Random, world: World, kept: ReadonlySet<string>): void {
  const user = random.pick(people(world))
  if (!kept.has(user.id)) user.state = random.chance(0.5) ? 'gone' : 'private'
}

function recount(world: World, zeros: boolean): void {
  const length = (route: Route, id: string): number | null =>
    list(world, route, id).length || (zeros ? 0 : null)
  for (const user of world.users.values()) {
    user.follower_count = length('get_user_followers', user.id)
    user.following_count = length('get_user_following', user.id)
    if (user.post_count !== null) user.post_count = list(world, 'get_user_posts', user.id).length
    if (user.cameo_count !== null)
      user.cameo_count = list(world, 'get_user_cameo_appearances', user.id).length
  }
}

function follows(world: World): number {
  return [...world.listings].reduce(
    (sum, [key, ids]) => sum + (key.startsWith('get_user_following|') ? ids.length : 0),
    0,
  )
}

/**
 * Lets a world live on until about the given share of it has changed.
 * @param kept users who never leave: the seeds of a crawl
 */
export function liveOn(
  world: World,
  random: Random,
  { rate, deletions = true, zeros = false }: Life,
  kept: ReadonlySet<string> = new Set(),
): void {
  const before = {
    users: world.users.size,
    posts: world.posts.size,
    comments: world.comments.size,
    follows: follows(world),
  }
  const times = (share: number, act: () => void): void => {
    for (let n = some(random, share * rate); n > 0; n -= 1) act()
  }
  times(before.users / 2, () => arrive(random, world))
  times(before.posts, () => publish(random, world))
  times(before.follows, () => follow(random, world, random.pick(people(world)).id))
  times(before.posts, () => comment(random, world, random.pick(openPosts(world)), null))
  times(before.comments / 3, () => reply(random, world))
  if (deletions) {
    times(before.posts / 4, () => deletePost(random, world))
    times(before.comments / 4, () => deleteComment(random, world))
    times(before.follows / 4, () => unfollow(random, world))
    times(before.users / 8, () => leave(random, world, kept))
  }
  recount(world, zeros)
}
