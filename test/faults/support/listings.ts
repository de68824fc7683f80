/**
 * Every route of the matrix: a command that reads it, and a world in which each of its listings has three
 * pages.
 */
import { listed, UNPAGED, type Route, type World } from '../../support/world/model.js'
import { commentId, crowd, postId, story, userId } from '../../support/world/story.js'
import type { Stream } from '../../support/world/closure.js'

export const PAGE_SIZE = 2
const ITEMS = 5

export function threePages(): World {
  const names = crowd('sam', ITEMS)
  return story({
    users: ['star', ...names].map(name => ({ name })),
    posts: [
      { name: 'first', by: 'star' },
      ...crowd('post', ITEMS).map(name => ({ name, by: 'star', remixOf: 'first', with: ['sam0'] })),
    ],
    comments: [
      ...crowd('comment', ITEMS).map(name => ({ name, by: 'sam1', on: 'first' })),
      ...crowd('reply', ITEMS).map(name => ({ name, by: 'sam2', on: 'first', under: 'comment0' })),
    ],
    follows: names.flatMap((name): [string, string][] => [
      [name, 'star'],
      ['star', name],
    ]),
    feed: crowd('post', ITEMS),
    leaderboard: names,
  })
}

export interface Target {
  readonly route: Route
  readonly subject: string
  readonly seeds: readonly string[]
  readonly collect: readonly Stream[]
}

export const targets: readonly Target[] = [
  { route: 'get_feed', subject: '', seeds: ['feed'], collect: ['profile'] },
  { route: 'get_cameo_leaderboard', subject: '', seeds: ['leaderboard'], collect: ['profile'] },
  { route: 'search_users', subject: 'sam', seeds: ['search:sam'], collect: ['profile'] },
  { route: 'get_user_profile', subject: userId('star'), seeds: [userId('star')], collect: ['profile'] },
  { route: 'get_user_posts', subject: userId('star'), seeds: [userId('star')], collect: ['posts'] },
  { route: 'get_user_followers', subject: userId('star'), seeds: [userId('star')], collect: ['followers'] },
  { route: 'get_user_following', subject: userId('star'), seeds: [userId('star')], collect: ['following'] },
  {
    route: 'get_user_cameo_appearances',
    subject: userId('sam0'),
    seeds: [userId('sam0')],
    collect: ['cameos'],
  },
  { route: 'get_post_detail', subject: postId('first'), seeds: [postId('first')], collect: ['profile'] },
  { route: 'get_post_comments', subject: postId('first'), seeds: [postId('first')], collect: ['comments'] },
  {
    route: 'get_comment_replies',
    subject: commentId('comment0'),
    seeds: [postId('first')],
    collect: ['comments', 'replies'],
  },
  { route: 'get_post_remix_list', subject: postId('first'), seeds: [postId('first')], collect: ['remixes'] },
]

export const moments = ['first page', 'later page', 'last page'] as const
export type Moment = (typeof moments)[number]

/** The number of the page at which the fault is met; undefined where the listing has no such page. */
export function pageOf(world: World, { route, subject }: Target, moment: Moment): number | undefined {
  const pages = UNPAGED.has(route) ? 1 : Math.ceil(listed(world, route, subject).length / PAGE_SIZE)
  const page = { 'first page': 1, 'later page': 2, 'last page': pages }[moment]
  return page <= pages && (moment === 'first page' || page > 1) ? page : undefined
}
