/**
 * The oracle's first half: which listings a crawl must read, by the plainest fixed point over the text of the
 * contract. "A post listed by a stream has that stream's depth. A user met there is one hop further. A remix
 * has its original's depth plus one; its author and cameos one more. Users and posts whose depth is within N
 * are in scope."
 */
import { listed, listingKey, mustGet, stateOf, UNPAGED, type Route, type State, type World } from './model.js'

export const STREAMS = [
  'profile',
  'posts',
  'followers',
  'following',
  'cameos',
  'comments',
  'replies',
  'remixes',
] as const
export type Stream = (typeof STREAMS)[number]
export const DEFAULT_COLLECT: readonly Stream[] = [
  'posts',
  'followers',
  'following',
  'cameos',
  'comments',
  'replies',
]

export interface Seed {
  seed: string
  collect: readonly Stream[]
  depth: number
  maxPages?: number
}

/** One listing of one entity and what a crawl sees of it. */
export interface Read {
  route: Route
  subject: string
  state: State
  pages: number
  ids: string[]
}

export type Reads = Map<string, Read>

const USER_ROUTES: Partial<Record<Stream, Route>> = {
  profile: 'get_user_profile',
  posts: 'get_user_posts',
  followers: 'get_user_followers',
  following: 'get_user_following',
  cameos: 'get_user_cameo_appearances',
}

/** A stream in a seed's scope; `depth` is that of the entity it belongs to. */
interface Opened {
  route: Route
  subject: string
  depth: number
  /** Set where a search only resolves this name: other hits give no scope. */
  exactly?: string
}

type Depths = Map<string, number>

export function startOf(seed: string): Opened | { user: string } {
  const profile =
    /^https:\/\/sora\.chatgpt\.com\/profile\/([^/?#]+)/.exec(seed)?.[1] ?? /^@(.+)$/.exec(seed)?.[1]
  const post = /^(?:https:\/\/sora\.chatgpt\.com\/p\/)?(s_[0-9A-Za-z]+)/.exec(seed)?.[1]
  if (seed === 'feed') return { route: 'get_feed', subject: '', depth: 0 }
  if (seed === 'leaderboard') return { route: 'get_cameo_leaderboard', subject: '', depth: 0 }
  if (seed.startsWith('search:'))
    return { route: 'search_users', subject: seed.slice('search:'.length), depth: 0 }
  if (profile !== undefined) return { route: 'search_users', subject: profile, depth: 0, exactly: profile }
  if (post !== undefined) return { route: 'get_post_detail', subject: post, depth: 0 }
  return { user: seed }
}

/** A told 0 costs no request; a counter that nobody told gates nothing. */
function openedBy(world: World, seed: Seed, entity: string, depth: number): Opened[] {
  const [kind, id] = entity.split(' ') as [string, string]
  if (depth > seed.depth) return []
  const wants = (stream: Stream): boolean => seed.collect.includes(stream)
  if (kind === 'user') {
    return seed.collect.flatMap(stream => {
      const route = USER_ROUTES[stream]
      return route === undefined ? [] : [{ route, subject: id, depth }]
    })
  }
  if (kind === 'comment') {
    const told = mustGet(world.comments, id).reply_count
    return wants('replies') && told !== 0 ? [{ route: 'get_comment_replies', subject: id, depth }] : []
  }
  const post = mustGet(world.posts, id)
  const opened: Opened[] = []
  if (wants('comments') && post.reply_count !== 0)
    opened.push({ route: 'get_post_comments', subject: id, depth })
  if (wants('remixes') && post.remix_count !== 0)
    opened.push({ route: 'get_post_remix_list', subject: id, depth })
  return opened
}

function postMet(world: World, id: string, depth: number): [string, number][] {
  const post = mustGet(world.posts, id)
  const people = [post.user_id, ...post.cameos].map(user => [`user ${user}`, depth + 1] as [string, number])
  return [[`post ${id}`, depth], ...people]
}

/** Entities met on a listing, and their depths. */
function metBy(world: World, opened: Opened, id: string): [string, number][] {
  const { depth } = opened
  switch (opened.route) {
    case 'get_feed':
    case 'get_user_posts':
    case 'get_user_cameo_appearances':
    case 'get_post_detail':
      return postMet(world, id, depth)
    case 'get_post_remix_list':
      return postMet(world, id, depth + 1)
    case 'get_post_comments':
      return [
        [`comment ${id}`, depth],
        [`user ${mustGet(world.comments, id).user_id}`, depth + 1],
      ]
    case 'get_comment_replies':
      return [[`user ${mustGet(world.comments, id).user_id}`, depth + 1]]
    case 'get_user_profile':
      return []
    case 'search_users':
      if (opened.exactly === undefined) return [[`user ${id}`, depth + 1]]
      return mustGet(world.users, id).username === opened.exactly ? [[`user ${id}`, 0]] : []
    default:
      return [[`user ${id}`, depth + 1]]
  }
}

/** `get_feed` stops after 50 pages where nobody says otherwise. */
function capOf(seed: Seed, route: Route): number {
  return seed.maxPages ?? (route === 'get_feed' ? 50 : Number.POSITIVE_INFINITY)
}

function readOf(world: World, opened: Opened, cap: number, pageSize: (route: Route) => number): Read {
  const { route, subject } = opened
  const state = stateOf(world, route, subject)
  if (state !== 'open') return { route, subject, state, pages: 1, ids: [] }
  if (route === 'get_post_detail' || route === 'get_user_profile')
    return { route, subject, state, pages: 1, ids: [subject] }
  const all = listed(world, route, subject)
  const size = UNPAGED.has(route) ? Number.POSITIVE_INFINITY : pageSize(route)
  const pages = UNPAGED.has(route) ? 1 : Math.min(cap, Math.max(1, Math.ceil(all.length / size)))
  return { route, subject, state, pages, ids: UNPAGED.has(route) ? all : all.slice(0, pages * size) }
}

/** Everything that a run with these seeds reads. Repeats all rules until none of them adds anything. */
export function closureOf(world: World, seeds: readonly Seed[], pageSize: (route: Route) => number): Reads {
  const reads: Reads = new Map()
  const caps = new Map<string, number>()
  const depths: Depths[] = seeds.map(() => new Map())
  let changed = true

  const relax = (known: Depths, entity: string, depth: number): void => {
    if ((known.get(entity) ?? Number.POSITIVE_INFINITY) <= depth) return
    known.set(entity, depth)
    changed = true
  }

  const read = (seed: Seed, opened: Opened): Read => {
    const key = listingKey(opened.route, opened.subject)
    const cap = Math.max(caps.get(key) ?? 0, capOf(seed, opened.route))
    if (cap !== caps.get(key)) {
      caps.set(key, cap)
      reads.set(key, readOf(world, opened, cap, pageSize))
      changed = true
    }
    return mustGet(reads, key)
  }

  while (changed) {
    changed = false
    for (const [index, seed] of seeds.entries()) {
      const known = mustGet(new Map(depths.entries()), index)
      const start = startOf(seed.seed)
      if ('user' in start) relax(known, `user ${start.user}`, 0)
      const open = 'user' in start ? [] : [start]
      for (const [entity, depth] of known) open.push(...openedBy(world, seed, entity, depth))
      for (const opened of open) {
        for (const id of read(seed, opened).ids) {
          for (const [entity, depth] of metBy(world, opened, id)) relax(known, entity, depth)
        }
      }
    }
  }
  return reads
}

/** Exactly the pages of every listing, and one request for each that is empty or refused. */
export function requestsOf(reads: Reads): number {
  return [...reads.values()].reduce((sum, { pages }) => sum + pages, 0)
}
