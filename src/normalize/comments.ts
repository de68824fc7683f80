import { commentFields, isObject, readFields, readId } from '../api/index.js'
import type { CommentRow } from '../db/schema/rows.js'
import { presenceOf } from './deleted.js'
import type { Harvest } from './harvest.js'
import { toldTime } from './people.js'
import { itemsOf, readAuthor, readProfiles, type ReadPost } from './posts.js'
import { storableText } from './values.js'

const MAX_NESTING = 20

/** Where a comment stands: under which post, and in answer to which comment (null for first-level ones). */
export interface Place {
  readonly postId: string | undefined
  readonly parentId: string | null
}

/**
 * A comment in either form (`{post, profile, children}` or flat) as rows of the harvest, with the replies
 * embedded in it.
 * @param nesting 0 for a record that the page lists
 * @returns undefined if its id cannot be read; nothing of it is in the harvest then
 */
export function readComment(
  harvest: Harvest,
  record: unknown,
  place: Place,
  nesting = 0,
): ReadPost | undefined {
  if (!isObject(record) || nesting > MAX_NESTING) return undefined
  const comment = isObject(record['post']) ? record['post'] : record
  const wrapped = comment !== record
  const id = readId(comment['id'])
  if (id === undefined) return undefined
  const isListed = nesting === 0
  if (wrapped) harvest.fields.look('item', record, isListed)
  const f = readFields(commentFields, comment, 'comment', harvest.drift)
  const profile = (wrapped ? record['profile'] : undefined) ?? f.profile
  const presence = presenceOf(comment, f, profile)
  harvest.fields.look('comment', comment, isListed && presence !== 'placeholder')
  const author = readAuthor(harvest, f, profile, isListed)
  const cameos =
    presence === 'placeholder' ? [] : readProfiles(harvest, f.cameo_profiles, 'comment.cameo_profiles')
  const postId = place.postId ?? readId(f.root_post_id)
  const row: CommentRow = {
    id,
    post_id: postId,
    parent_comment_id: place.parentId,
    user_id: author.id,
    text: storableText(f.text),
    posted_at: toldTime(harvest, 'comment.posted_at', f.posted_at),
    like_count: f.like_count,
    reply_count: f.reply_count,
    tombstoned_at: toldTime(harvest, 'comment.tombstoned_at', f.tombstoned_at),
  }
  if (presence === 'alive') harvest.tell('comments', row)
  else harvest.tellDeleted('comments', presence === 'deleted' ? row : placeholderRow(row))
  const embedded = [...itemsOf(f.children), ...(wrapped ? itemsOf(childrenOf(record)) : [])]
  for (const reply of embedded) readComment(harvest, reply, { postId, parentId: id }, nesting + 1)
  return { id, people: [...author.people, ...cameos] }
}

function childrenOf(record: Record<string, unknown>): { items?: unknown } | readonly unknown[] | undefined {
  const children = record['children']
  return isObject(children) || Array.isArray(children) ? children : undefined
}

/**
 * Of a placeholder: that the comment was deleted, where it stood, who wrote it if that is told, and replies
 * that it is said to have.
 */
function placeholderRow({
  id,
  post_id,
  parent_comment_id,
  user_id,
  tombstoned_at,
  reply_count,
}: CommentRow): CommentRow {
  return { id, post_id, parent_comment_id, user_id, tombstoned_at, reply_count: reply_count || undefined }
}
