/** What happens to a small world between two crawls. */
import { listed, mustGet, type Route, type World } from './model.js'
import { commentId, crowd, postId, story, userId } from './story.js'

/**
 * Keeps the newest items of a listing back for later.
 * @returns publishes the next so many of them, oldest first
 */
export function holdBack(list: string[], count: number): (number?: number) => void {
  const held = list.splice(0, count)
  return (number = held.length) => {
    list.unshift(...held.splice(Math.max(0, held.length - number)))
  }
}

/** One author, `star`, whose posts are named post0, post1…; the last is the newest. */
export function authorOf(posts: number): World {
  return story({ users: [{ name: 'star' }], posts: crowd('post', posts).map(name => ({ name, by: 'star' })) })
}

export function postsOf(world: World, name = 'star'): string[] {
  return listed(world, 'get_user_posts', userId(name))
}

/** Posts, each with so many comments: comment 2 of `kite` is named kite-2. */
export function discussed(threads: Record<string, number>): World {
  return story({
    users: [{ name: 'star' }, { name: 'fan' }],
    posts: Object.keys(threads).map(name => ({ name, by: 'star' })),
    comments: Object.entries(threads).flatMap(([on, count]) =>
      crowd(`${on}-`, count).map(name => ({ name, by: 'fan', on })),
    ),
  })
}

export function commentsOf(world: World, post: string): string[] {
  return listed(world, 'get_post_comments', postId(post))
}

/** Has a post's counter say how many comments it has now. */
export function recount(world: World, post: string): void {
  mustGet(world.posts, postId(post)).reply_count = commentsOf(world, post).length
}

/** A reply to a comment: the post's `reply_count` stays, what counts on all levels moves. */
export function reply(world: World, comment: string, name: string): void {
  const parent = mustGet(world.comments, commentId(comment))
  const post = mustGet(world.posts, parent.post_id)
  const id = commentId(name)
  world.comments.set(id, { ...parent, id, parent_comment_id: parent.id, text: name, reply_count: 0 })
  const key = `get_comment_replies|${parent.id}`
  const replies = [...(world.listings.get(key) ?? []), id]
  world.listings.set(key, replies)
  parent.reply_count = replies.length
  post.recursive_reply_count = (post.recursive_reply_count ?? post.reply_count ?? 0) + 1
}

/** Takes an item off a listing. */
export function takeOff(world: World, route: Route, subject: string, id: string): void {
  const list = listed(world, route, subject)
  const index = list.indexOf(id)
  if (index === -1) throw new Error(`${route} of ${subject} does not list ${id}`)
  list.splice(index, 1)
}
