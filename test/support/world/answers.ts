/** A request -> the `data` of its answer: which items stand on the page and how the listing ends. */
import { listed, mustGet, UNPAGED, type Route } from './model.js'
import { hashOf } from './random.js'
import {
  commentJson,
  postJson,
  userJson,
  wrapperJson,
  type Json,
  type JsonObject,
  type Wire,
} from './wire.js'

export type End = 'null' | 'absent' | 'empty' | 'has_more'

/** Encoded so that it carries `=` and `+`, as real cursors do, and has to be escaped in a URL. */
export function encodeCursor(route: Route, subject: string, after: string): string {
  return Buffer.from(JSON.stringify({ kind: route, subject, after, pad: '\u00FB\u00EF' })).toString('base64')
}

function decodeCursor(cursor: string): string | undefined {
  try {
    const after: unknown = (JSON.parse(Buffer.from(cursor, 'base64').toString()) as { after?: unknown }).after
    return typeof after === 'string' ? after : undefined
  } catch {
    return undefined
  }
}

export interface Page {
  ids: string[]
  next: string | null
}

/**
 * A cursor is anchored at the last item that was served, so a listing that grows at its head loses nothing.
 */
export function pageOf(
  wire: Wire,
  route: Route,
  subject: string,
  cursor: string,
  size: number,
): Page | 'bad cursor' {
  const ids = listed(wire.world, route, subject)
  const after = cursor === '' ? undefined : decodeCursor(cursor)
  const start = after === undefined ? 0 : ids.indexOf(after) + 1
  if (cursor !== '' && start === 0) return 'bad cursor'
  const page = ids.slice(start, start + size)
  const last = page.at(-1)
  const more = last !== undefined && start + size < ids.length
  return { ids: page, next: more ? encodeCursor(route, subject, last) : null }
}

function itemJson(wire: Wire, route: Route, id: string): Json {
  const { world, form } = wire
  switch (route) {
    case 'get_post_comments':
    case 'get_comment_replies':
      return commentJson(wire, mustGet(world.comments, id))
    case 'get_user_followers':
    case 'get_user_following':
      return userJson(wire, mustGet(world.users, id), 'follow')
    case 'get_cameo_leaderboard':
      return userJson(wire, mustGet(world.users, id), 'leaderboard')
    case 'search_users':
      return { profile: userJson(wire, mustGet(world.users, id), 'search'), token: `<@${id}>` }
    case 'get_post_remix_list':
      return form === 'native'
        ? wrapperJson(wire, mustGet(world.posts, id))
        : postJson(wire, mustGet(world.posts, id), 'flat')
    default:
      return wrapperJson(wire, mustGet(world.posts, id))
  }
}

function endOf(wire: Wire, route: Route, subject: string): End {
  const ends: readonly End[] =
    wire.form === 'native' ? ['null', 'absent', 'empty'] : ['null', 'absent', 'empty', 'has_more']
  return ends[hashOf(`${route}|${subject}`) % ends.length] ?? 'null'
}

function pagingJson(wire: Wire, route: Route, subject: string, page: Page): JsonObject {
  const flag: JsonObject = wire.form === 'contract' ? { has_more: page.next !== null } : {}
  if (page.next !== null) return { cursor: page.next, ...flag }
  switch (endOf(wire, route, subject)) {
    case 'absent':
      return flag
    case 'empty':
      return { cursor: '', ...flag }
    case 'has_more':
      return { cursor: encodeCursor(route, subject, 'beyond'), has_more: false }
    default:
      return { cursor: null, ...flag }
  }
}

function detailJson(wire: Wire, postId: string): Json {
  const wrapper = wrapperJson(wire, mustGet(wire.world.posts, postId))
  return wire.form === 'native'
    ? { ...wrapper, children: { items: [], cursor: null }, cursor: null }
    : wrapper
}

function profileJson(wire: Wire, userId: string): Json {
  const profile = userJson(wire, mustGet(wire.world.users, userId), 'profile')
  return wire.form === 'native' ? profile : { profile }
}

export function dataOf(
  wire: Wire,
  route: Route,
  subject: string,
  cursor: string,
  size: number,
): Json | 'bad cursor' {
  if (route === 'get_post_detail') return detailJson(wire, subject)
  if (route === 'get_user_profile') return profileJson(wire, subject)
  const page = pageOf(wire, route, subject, cursor, UNPAGED.has(route) ? Number.POSITIVE_INFINITY : size)
  if (page === 'bad cursor') return page
  const items = page.ids.map(id => itemJson(wire, route, id))
  if (route === 'search_users') return { items }
  const paging = pagingJson(wire, route, subject, page)
  if (route !== 'get_post_comments' && route !== 'get_comment_replies') return { items, ...paging }
  if (wire.form === 'contract') return { children: { items, ...paging } }
  // Both places of the cursor have been seen; the one beside the items wins where both speak.
  const outside = hashOf(subject) % 2 === 0
  const body = outside ? { children: { items }, ...paging } : { children: { items, ...paging } }
  return { post: { id: subject }, profile: {}, ...body }
}
