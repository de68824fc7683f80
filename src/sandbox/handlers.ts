import type { RouteName } from '../api/index.js'
import { routes } from '../api/index.js'
import { pagers } from './pagers.js'
import type { Page, Pager } from './paging.js'
import { pageAt } from './paging.js'
import { comment } from './payloads/comment.js'
import { generation } from './payloads/generation.js'
import type { Payload } from './payloads/payload.js'
import type { Studio } from './payloads/studio.js'
import { downloadInfo, postWrapper, remixItem } from './payloads/post.js'
import { mentionToken, profile } from './payloads/profile.js'
import { Refusal } from './refusal.js'

/** One request that has passed the gateway: its parameters are there and well formed. */
export interface Call {
  readonly studio: Studio
  readonly params: Readonly<Record<string, string>>
  /** A scripted fault: hold this page back. */
  readonly emptyPage: boolean
}

/** The contract states no page size for remixes. */
const REMIX_PAGE = 10
/** "May exceed 20 users, more than expected." */
const SEARCH_LIMIT = 25

type Handler = (call: Call) => Payload

/** What each route says of the world, as the `data` of its answer. */
export const handlers: Record<RouteName, Handler> = {
  get_feed: call => wrappers(call, 'get_feed', pagers.feed(call.studio.world, sizeOf('get_feed'))),

  get_cameo_leaderboard: call =>
    profiles(call, 'get_cameo_leaderboard', pagers.leaderboard(call.studio.world)),

  search_users: ({ studio, params }) => ({
    items: studio.world.people.names.search(params.username ?? '', SEARCH_LIMIT).map(user => ({
      profile: profile(studio, user),
      token: mentionToken(studio.world.people.id(user)),
    })),
  }),

  get_user_profile: call => {
    const told = profile(call.studio, userOf(call))
    return call.studio.form === 'native' ? told : { profile: told }
  },

  get_user_posts: call => {
    const { world } = call.studio
    const user = userOf(call)
    return wrappers(call, 'get_user_posts', pagers.posts(world, user, world.posts.by(user), 'nf2'))
  },

  get_user_cameo_appearances: call => {
    const { world } = call.studio
    const user = userOf(call)
    return wrappers(
      call,
      'get_user_cameo_appearances',
      pagers.posts(world, user, world.cameos.of(user), 'appearances'),
    )
  },

  get_user_followers: call => {
    const { world } = call.studio
    const user = openUserOf(call)
    return profiles(
      call,
      'get_user_followers',
      pagers.people(world, user, world.graph.followers(user), 'followers'),
    )
  },

  get_user_following: call => {
    const { world } = call.studio
    const user = openUserOf(call)
    return profiles(
      call,
      'get_user_following',
      pagers.people(world, user, world.graph.following(user), 'following'),
    )
  },

  get_post_detail: call => postWrapper(call.studio, postOf(call), 'alone'),

  get_post_comments: call => {
    const post = postOf(call)
    const page = turn(call, 'get_post_comments', pagers.comments(call.studio.world, post))
    return children(call, page, rank => comment(call.studio, { post, rank, reply: 0 }))
  },

  get_comment_replies: call => {
    const { comments } = call.studio.world
    const place = comments.find(call.params.comment_id ?? '')
    if (place === undefined || place.reply > 0) throw new Refusal(404, 'Comment not found.')
    const { post, rank } = place
    const page = turn(call, 'get_comment_replies', pagers.replies(call.studio.world, post, rank))
    return children(call, page, n => comment(call.studio, { post, rank, reply: n + 1 }))
  },

  get_post_remix_list: call => {
    const page = turn(call, 'get_post_remix_list', pagers.remixes(call.studio.world, postOf(call)))
    return { items: page.items.map(post => remixItem(call.studio, post)), ...ending(call, page, false) }
  },

  get_video_download_info: call => downloadInfo(call.studio, postOf(call)),

  create_video: ({ studio, params }) => generation.created(studio, params.prompt ?? ''),

  get_task_status: ({ studio, params }) => generation.status(studio, params.task_id ?? ''),

  get_task_detail: ({ studio, params }) =>
    generation.detail(studio, params.task_id ?? params.generation_id ?? ''),

  upload_image: ({ studio, params }) =>
    generation.uploaded(studio, params.file ?? 'image.png', Number(params.bytes ?? 0)),
}

function sizeOf(route: RouteName): number {
  return routes[route].pageSize ?? REMIX_PAGE
}

function turn(call: Call, route: RouteName, pager: Pager): Page {
  return pageAt(pager, call.params.cursor ?? '', sizeOf(route), call.emptyPage)
}

function wrappers(call: Call, route: RouteName, pager: Pager): Payload {
  const page = turn(call, route, pager)
  return { items: page.items.map(post => postWrapper(call.studio, post)), ...ending(call, page, true) }
}

function profiles(call: Call, route: RouteName, pager: Pager): Payload {
  const page = turn(call, route, pager)
  return {
    items: page.items.map(user => profile(call.studio, user)),
    ...ending(call, page, call.params.user_id !== undefined),
  }
}

function children(call: Call, page: Page, item: (n: number) => Payload): Payload {
  return { children: { items: page.items.map(n => item(n)), ...ending(call, page, true) } }
}

/**
 * How a page says what follows. The platform's own last pages come with null, with '' and without a cursor.
 */
function ending({ studio }: Call, { items, cursor }: Page, tellsMore: boolean): Payload {
  if (studio.form === 'contract') return { cursor, ...(tellsMore ? { has_more: cursor !== null } : {}) }
  if (cursor !== null) return { cursor }
  return [{ cursor: null }, { cursor: '' }, {}][items.length % 3] ?? {}
}

function userOf({ studio, params }: Call): number {
  const { people } = studio.world
  const user = people.find(params.user_id ?? '')
  if (user === undefined || people.isClosed(user)) throw new Refusal(404, 'User not found.')
  return user
}

function openUserOf(call: Call): number {
  const user = userOf(call)
  if (call.studio.world.people.isPrivate(user)) throw new Refusal(403, 'This account is private.')
  return user
}

function postOf({ studio, params }: Call): number {
  const id = params.post_id ?? /s_[0-9a-f]{32}/.exec(params.post_url ?? '')?.[0] ?? ''
  const post = studio.world.posts.find(id)
  if (post === undefined) throw new Refusal(404, 'Post not found.')
  return post
}
