import type { Pager } from './paging.js'
import { anchored, counted } from './paging.js'
import type { Listing, World } from './world/index.js'
import { countUp } from './world/index.js'

/** The listings of a world with the cursors that the platform uses for each. */
export const pagers = {
  feed: (world: World, size: number): Pager =>
    counted(world.posts.feed(), { cut: 'nf2_top_7d', limit: size }),

  leaderboard: (world: World): Pager => counted(world.cameos.leaderboard(), { kind: 'cameo_leaderboard' }),

  /** Posts of one user, or with one user in them: newest first. */
  posts: (world: World, user: number, listing: Listing, cut: string): Pager =>
    anchored(listing, {
      fixed: { kind: 'sv2_created_at', user_id: world.people.id(user), cut },
      field: 'last_post_id',
      nameOf: post => world.posts.id(post),
      itemOf: id => world.posts.find(id),
      extra: post => ({ created_at: world.posts.postedAt(post) }),
    }),

  people: (world: World, user: number, listing: Listing, kind: string): Pager =>
    anchored(listing, {
      fixed: { user_id: world.people.id(user), kind },
      field: 'last_user_id',
      nameOf: person => world.people.id(person),
      itemOf: id => world.people.find(id),
    }),

  remixes: (world: World, post: number): Pager =>
    anchored(world.remixes.of(post), {
      fixed: {},
      field: 'last_post_id',
      nameOf: remix => world.posts.id(remix),
      itemOf: id => world.posts.find(id),
    }),

  /** First-level comments; their cursor carries the post's id without `s_`, as the platform's does. */
  comments: (world: World, post: number): Pager =>
    anchored(countUp(world.comments.countUnder(post)), {
      fixed: { post_id: world.posts.id(post).slice('s_'.length) },
      field: 'last_comment_id',
      nameOf: rank => world.comments.id({ post, rank, reply: 0 }),
      itemOf: id => world.comments.find(id)?.rank,
    }),

  /** Replies count from 1, their listing from 0. */
  replies: (world: World, post: number, rank: number): Pager =>
    anchored(countUp(world.comments.repliesTo(post, rank)), {
      fixed: { post_id: world.comments.id({ post, rank, reply: 0 }) },
      field: 'last_comment_id',
      nameOf: n => world.comments.id({ post, rank, reply: n + 1 }),
      itemOf: id => (world.comments.find(id)?.reply ?? 0) - 1,
    }),
} as const
