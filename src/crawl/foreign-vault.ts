import { isObject, readId } from '../api/index.js'
import type { Crawler } from './contract.js'
import { answerOf, unixMs, type Bag, type Foreign } from './foreign-answer.js'

/* SoraVault, and tools of its kind, keep posts as the platform served them, in manifests. */

/**
 * An item of a manifest: the detail of its post, and what was said under it. Drafts, images and characters
 * are no posts.
 */
export function readVaultItem(item: Bag, crawlers: readonly Crawler[], exportedAt: unknown): Foreign[] {
  const raw = '_raw' in item ? item['_raw'] : item
  const post = isObject(raw) ? raw['post'] : undefined
  if (post === undefined || post === null)
    return [{ leftOut: 'a SoraVault item without a post (a draft or an image)' }]
  const id = isObject(post) ? readId(post['id']) : undefined
  if (id === undefined) return [{ problem: 'the post of a SoraVault item has no id' }]
  const at = unixMs(exportedAt)
  return [
    answerOf({ route: 'get_post_detail', params: { post_id: id }, at, body: raw }, crawlers),
    ...repliesUnder(id, item['replies'], at, crawlers),
  ]
}

/** The replies of an item stand in one flat list: each is a record of the listing that its parent has. */
function repliesUnder(
  postId: string,
  replies: unknown,
  at: number | null,
  crawlers: readonly Crawler[],
): Foreign[] {
  const listings = new Map<string, unknown[]>()
  for (const reply of Array.isArray(replies) ? (replies as unknown[]) : []) {
    const parent = (isObject(reply) ? readId(reply['parentId']) : undefined) ?? postId
    listings.set(parent, [...(listings.get(parent) ?? []), isObject(reply) ? asComment(reply) : reply])
  }
  return [...listings].map(([parent, items]) => {
    const body = { children: { items, cursor: null } }
    if (parent === postId)
      return answerOf({ route: 'get_post_comments', params: { post_id: postId }, at, body }, crawlers)
    return answerOf(
      { route: 'get_comment_replies', params: { comment_id: parent, post_id: postId }, at, body },
      crawlers,
    )
  })
}

/** A reply in the form of the platform, from which it was made. */
function asComment({
  id,
  parentId,
  rootPostId,
  user,
  displayName,
  userId,
  text,
  postedAt,
  likeCount,
  replyCount,
}: Bag): Bag {
  const post = {
    id,
    text,
    shared_by: userId,
    parent_post_id: parentId,
    root_post_id: rootPostId,
    posted_at: postedAt,
    like_count: likeCount,
    reply_count: replyCount,
  }
  return { post, profile: { user_id: userId, username: user, display_name: displayName } }
}

/** A link of a remix chain: a remix, as the listing of its original showed it, or the original of a remix. */
export function readVaultChain(link: Bag, crawlers: readonly Crawler[], exportedAt: unknown): Foreign {
  const { raw, direction } = link
  const post = isObject(raw) ? raw['post'] : undefined
  if (post === undefined || post === null) return { leftOut: 'a link of a remix chain without a post' }
  const id = isObject(post) ? readId(post['id']) : undefined
  if (id === undefined) return { problem: 'the post of a remix chain has no id' }
  const at = unixMs(link['capturedAt'] ?? exportedAt)
  const original = readId(link['sourcePostId'])
  if (direction !== 'child' || original === undefined)
    return answerOf({ route: 'get_post_detail', params: { post_id: id }, at, body: raw }, crawlers)
  return answerOf(
    { route: 'get_post_remix_list', params: { post_id: original }, at, body: { items: [raw], cursor: null } },
    crawlers,
  )
}
