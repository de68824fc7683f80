/** One entity of the world -> its JSON on the wire, in either form. */
import {
  listed,
  mustGet,
  type Form,
  type World,
  type WorldAttachment,
  type WorldComment,
  type WorldPost,
  type WorldUser,
} from './model.js'
import { hashOf } from './random.js'
import { postColumns, tellsOwner, userColumns, type UserPlace } from './views.js'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

export interface Wire {
  world: World
  form: Form
  /** Makes a signed link; a fresh one each time where the signature counts up. */
  sign: (path: string, expires: string | null) => string
}

export const EMBEDDED_REMIXES = 2

export function signedUrl(path: string, expires: string | null, signature: string): string {
  return expires === null ? path : `${path}?se=${encodeURIComponent(expires)}&sp=r&sig=${signature}`
}

export function ancestorsOf(world: World, post: WorldPost): WorldPost[] {
  const parent = post.parent_post_id === null ? undefined : world.posts.get(post.parent_post_id)
  return parent === undefined ? [] : [...ancestorsOf(world, parent), parent]
}

export function userJson(wire: Wire, user: WorldUser, place: UserPlace): JsonObject {
  const json: JsonObject = place === 'comment' && wire.form === 'contract' ? {} : { user_id: user.id }
  for (const [column, name] of userColumns(wire.form, place)) {
    const value = user[column]
    // Not told comes in two forms on the wire: null and absent.
    if (value !== null || hashOf(user.id + name) % 2 === 0) json[name] = value
  }
  if (tellsOwner(wire.form, place)) {
    json['owner_profile'] =
      user.owner_user_id === null
        ? null
        : userJson(wire, mustGet(wire.world.users, user.owner_user_id), 'owner')
  }
  if (wire.form === 'native') Object.assign(json, { can_cameo: true, is_following: false, plan_type: null })
  return json
}

function mediaLinks(wire: Wire, attachment: WorldAttachment): Json {
  if (attachment.encodings === 'none') return null
  const link = (name: string): Json => {
    const url = wire.sign(`${attachment.path}/${name}`, attachment.expires)
    const shape = wire.form === 'native' ? 0 : hashOf(attachment.id + name) % 3
    return shape === 0 ? { path: url, size: 1_024 } : shape === 1 ? { url } : url
  }
  const all = { source: link('raw.mp4'), thumbnail: link('t.webp'), unfurl: null }
  if (attachment.encodings === 'some') return { ...all, md: null }
  return { ...all, md: link('md.mp4'), gif: link('p.gif') }
}

function attachmentJson(wire: Wire, attachment: WorldAttachment): JsonObject {
  const { id, kind, generation_id, width, height, duration_s, n_frames } = attachment
  return {
    id,
    kind,
    generation_id,
    width,
    height,
    ...(duration_s === null ? {} : { duration_s }),
    n_frames,
    tags: ['sora'],
    url: wire.sign(`${attachment.path}/url.mp4`, attachment.expires),
    downloadable_url: wire.sign(`${attachment.path}/down.mp4`, attachment.expires),
    encodings: mediaLinks(wire, attachment),
    task_id: null,
  }
}

function embedsJson(wire: Wire, post: WorldPost): JsonObject {
  const { world } = wire
  const wrap = (list: readonly WorldPost[]): Json[] => list.map(other => wrapperJson(wire, other, 'embedded'))
  const remixes = listed(world, 'get_post_remix_list', post.id)
    .map(id => mustGet(world.posts, id))
    .slice(0, EMBEDDED_REMIXES)
  const ancestors = ancestorsOf(world, post)
  const remixForms = {
    items: { items: wrap(remixes), cursor: null },
    list: wrap(remixes),
    empty: { items: [], cursor: null },
    null: null,
  }
  const ancestorForms = {
    items: { items: wrap(ancestors), cursor: null },
    empty: { items: [], cursor: null },
    null: null,
  }
  const parent = ancestors.at(-1)
  return {
    parent_post: post.embeds.parent && parent !== undefined ? wrapperJson(wire, parent, 'embedded') : null,
    remix_posts: remixForms[post.embeds.remixes],
    ancestors: ancestorForms[post.embeds.ancestors],
  }
}

export type PostPlace = 'listed' | 'embedded' | 'flat'

export function postJson(wire: Wire, post: WorldPost, place: PostPlace): JsonObject {
  const json: JsonObject = { id: post.id }
  if (place === 'flat' || post.authorBy !== 'profile') json['shared_by'] = post.user_id
  for (const [column, name] of postColumns(wire.form)) {
    const value = post[column]
    if (value !== null || hashOf(post.id + name) % 2 === 0) json[name] = value
  }
  json['attachments'] = post.attachments.map(attachment => attachmentJson(wire, attachment))
  const cameos = post.cameos.map(id => userJson(wire, mustGet(wire.world.users, id), 'cameo'))
  json['cameo_profiles'] = cameos.length === 0 ? null : cameos
  if (wire.form === 'contract') return json
  Object.assign(json, {
    posted_to_public: true,
    user_liked: false,
    source: 'sy',
    text_facets: [],
    tombstoned_at: null,
  })
  return place === 'embedded' ? json : { ...json, ...embedsJson(wire, post) }
}

export function wrapperJson(wire: Wire, post: WorldPost, place: PostPlace = 'listed'): JsonObject {
  const author =
    post.authorBy === 'shared_by' ? null : userJson(wire, mustGet(wire.world.users, post.user_id), 'author')
  return { post: postJson(wire, post, place), profile: author, reposter_profile: null }
}

function nativeComment(wire: Wire, comment: WorldComment): JsonObject {
  const { id, text, posted_at, like_count, reply_count } = comment
  const post: JsonObject = {
    id,
    text,
    posted_at,
    like_count,
    reply_count,
    recursive_reply_count: reply_count,
    parent_post_id: comment.parent_comment_id ?? comment.post_id,
    root_post_id: comment.post_id,
    tombstoned_at: comment.tombstoned ? '2026-01-01T00:00:00Z' : null,
    attachments: [],
  }
  if (comment.authorBy === 'both') post['shared_by'] = comment.user_id
  const author = userJson(wire, mustGet(wire.world.users, comment.user_id), 'comment')
  return { post, profile: author, children: { items: [], cursor: null } }
}

export function commentJson(wire: Wire, comment: WorldComment): JsonObject {
  if (wire.form === 'native') return nativeComment(wire, comment)
  const { id, text, posted_at, like_count, reply_count, user_id } = comment
  const flat: JsonObject = { id, text, posted_by: user_id, posted_at, like_count }
  if (comment.parent_comment_id === null) flat['reply_count'] = reply_count
  flat['profile'] = userJson(wire, mustGet(wire.world.users, user_id), 'comment')
  return flat
}
