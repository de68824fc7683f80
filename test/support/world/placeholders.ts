/**
 * How the platform shows what was deleted: a record of nobody's, with a fixed text and zeros, where the
 * record was.
 */
import type { World } from './model.js'
import type { Override } from './server.js'
import { commentId, postId, story, userId } from './story.js'
import type { Json, JsonObject } from './wire.js'

export const NOBODY = 'anonymous'
export const FIXED_TEXT = 'This post has been deleted'

const PROFILE: JsonObject = {
  user_id: NOBODY,
  username: NOBODY,
  display_name: null,
  follower_count: 0,
  following_count: 0,
  post_count: 0,
  likes_received_count: 0,
  cameo_count: 0,
  created_at: 0,
  updated_at: 0,
  permalink: null,
  verified: false,
}
const ZEROS = {
  like_count: 0,
  dislike_count: 0,
  reply_count: 0,
  recursive_reply_count: 0,
  remix_count: 0,
  view_count: 11,
  unique_view_count: 7,
}
export const DELETED_AT = 1_767_100_000.25

function placeholder(post: JsonObject, told: JsonObject): JsonObject {
  const author =
    'posted_by' in post ? { posted_by: NOBODY, profile: { username: NOBODY } } : { shared_by: NOBODY }
  return {
    ...post,
    ...author,
    ...ZEROS,
    text: FIXED_TEXT,
    emoji: null,
    attachments: [],
    cameo_profiles: null,
    permalink: `http://localhost:3000/s/${String(post['id'])}`,
    tombstoned_at: DELETED_AT,
    ...told,
  }
}

function shown(value: Json, deleted: ReadonlySet<string>, told: JsonObject): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(one => shown(one, deleted, told))
  const record = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, shown(inner, deleted, told)]),
  )
  if (typeof record['user_id'] === 'string' && deleted.has(record['user_id'])) return PROFILE
  if (typeof record['id'] === 'string' && deleted.has(record['id'])) return placeholder(record, told)
  const post = record['post'] as JsonObject | undefined
  return typeof post?.['id'] === 'string' && deleted.has(post['id'])
    ? { ...record, profile: PROFILE }
    : record
}

/** Shows these posts, comments and users as placeholders, wherever an answer has them. */
export function deleting(...ids: readonly string[]): Override {
  return deletingWith({}, ...ids)
}

/** The same, with fields that placeholders have beside or instead of theirs. */
export function deletingWith(told: JsonObject, ...ids: readonly string[]): Override {
  const deleted = new Set(ids)
  return (_, usual) =>
    usual.data === undefined ? undefined : { ...usual, data: shown(usual.data, deleted, told) }
}

/** A star whose post `kite` is remixed, shown with a cameo, and talked about. */
export function talk(): World {
  return story({
    users: [{ name: 'star' }, { name: 'fan' }, { name: 'gull' }, { name: 'heron' }, { name: 'wren' }],
    posts: [
      { name: 'kite', by: 'star', with: ['wren'], emoji: '🪁', like_count: 5000, view_count: 90_000 },
      { name: 'storm', by: 'star' },
      {
        name: 'kite2',
        by: 'gull',
        remixOf: 'kite',
        embeds: { parent: true, remixes: 'empty', ancestors: 'items' },
      },
      {
        name: 'kite3',
        by: 'heron',
        remixOf: 'kite',
        embeds: { parent: true, remixes: 'empty', ancestors: 'items' },
      },
    ],
    comments: [
      { name: 'nice', by: 'fan', on: 'kite' },
      { name: 'no', by: 'heron', on: 'kite', under: 'nice' },
      { name: 'windy', by: 'wren', on: 'storm' },
      { name: 'indeed', by: 'fan', on: 'storm', under: 'windy' },
    ],
    follows: [
      ['fan', 'star'],
      ['gull', 'star'],
    ],
  })
}

/** A post, a remix, a comment with a reply, a reply, and a follower. */
export const GONE = [postId('kite'), postId('kite3'), commentId('windy'), commentId('no'), userId('gull')]
