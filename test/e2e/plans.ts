/** What the tests of plans share: worlds, what a plan said, and what a crawl was billed. */
import { expect } from 'vitest'

import type { Bench, RunOptions } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { listed, type Route, type World } from '../support/world/model.js'
import type { WorldServer } from '../support/world/server.js'
import { expectExit, jsonOf } from './judge.js'

export interface Figures {
  low: number
  likely: number
  high: number
}

export interface Plan {
  db: string
  resumes: number | null
  total: { requests: Figures; cost_usd: Figures }
  streams: { seed: string; stream: string; streams: number; requests: Figures; cost_usd: Figures }[]
  unknown: string[]
  earlier: (Figures & { run: number; actual: number })[]
}

/** Pages as the contract states them. */
export const CONTRACT_PAGES: Partial<Record<Route, number>> = {
  get_feed: 15,
  get_cameo_leaderboard: 10,
  get_user_posts: 30,
  get_user_followers: 50,
  get_user_following: 50,
  get_user_cameo_appearances: 30,
  get_post_comments: 10,
  get_comment_replies: 10,
  get_post_remix_list: 10,
}

export const HALF_PAGES = Object.fromEntries(
  Object.entries(CONTRACT_PAGES).map(([route, size]) => [route, size / 2]),
)

/** A few hundred users and posts, and about a thousand comments. */
export const TOWN = {
  ...SMALL,
  users: 90,
  characters: 10,
  posts: 180,
  followsPerUser: 14,
  feed: 45,
  leaderboard: 24,
}

export async function plan(bench: Bench, args: readonly string[], options: RunOptions = {}): Promise<Plan> {
  const result = await bench.run(['plan', ...args, '--db', bench.db, '--json'], options)
  expectExit(result, 0)
  return jsonOf(result) as Plan
}

export async function planText(bench: Bench, args: readonly string[]): Promise<string> {
  const result = await bench.run(['plan', ...args, '--db', bench.db])
  expectExit(result, 0)
  return result.stdout
}

/** What a crawl is billed. */
export async function bill(
  bench: Bench,
  server: WorldServer,
  args: readonly string[],
  code = 0,
): Promise<number> {
  const before = server.billed.length
  expectExit(await bench.crawl(server, args, { limitMs: 150_000 }), code)
  return server.billed.length - before
}

export function expectWithin({ low, high }: Figures, actual: number, label = ''): void {
  expect({ label, low, actual, high, contains: low <= actual && actual <= high }).toEqual({
    label,
    low,
    actual,
    high,
    contains: true,
  })
}

export function expectNear({ likely }: Figures, actual: number, share: number, label = ''): void {
  expect({ label, likely, actual, near: Math.abs(likely - actual) <= share * actual }).toEqual({
    label,
    likely,
    actual,
    near: true,
  })
}

export function someUsers(world: World, count: number): string[] {
  return [...world.users.values()]
    .filter(user => user.state === 'open')
    .slice(0, count)
    .map(user => user.id)
}

/** Few users who know many: their listings take several pages of the contract's size. */
export function popular(seed: number): World {
  const world = generateWorld(seed, {
    ...SMALL,
    users: 160,
    posts: 400,
    followsPerUser: 140,
    privateUsers: 0,
    goneUsers: 0,
    gonePosts: 0,
  })
  for (const user of world.users.values()) {
    user.post_count = listed(world, 'get_user_posts', user.id).length
    user.cameo_count = listed(world, 'get_user_cameo_appearances', user.id).length
  }
  return world
}
