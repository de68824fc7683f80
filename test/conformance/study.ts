/** A world in which every listing has three pages, and crawls of it within this process. */
import Database from 'better-sqlite3'

import { ApiClient } from '../../src/api/index.js'
import {
  Crawl,
  parseSeed,
  planRun,
  type Crawler,
  type CrawlOutcome,
  type Seed,
} from '../../src/crawl/index.js'
import { openStore, type SubjectKind } from '../../src/db/index.js'
import { createLogger } from '../../src/log.js'
import type { World } from '../support/world/model.js'
import { TEST_KEY, type WorldServer } from '../support/world/server.js'
import { crowd, postId, story, userId, type Plan } from '../support/world/story.js'

export const PAGE_SIZE = 6
/** Three pages of each listing. */
const LENGTH = 13

const fans = crowd('fan', LENGTH)

/** One star and one hit: thirteen of everything that can be listed. The newest of each may come later. */
function plan(later: readonly string[]): Plan {
  const now = <T extends { name: string }>(all: T[]): T[] =>
    all.filter(({ name }) => !name.startsWith('late') || later.includes(name))
  const both = (names: string[], newest: string): string[] => [...names, newest]
  const follows = (who: string[]): [string, string][] =>
    who
      .filter(name => !name.startsWith('late') || later.includes(name))
      .flatMap((name): [string, string][] => [
        [name, 'star'],
        ['star', name],
      ])
  return {
    users: now([{ name: 'star' }, ...both(fans, 'late-fan').map(name => ({ name }))]),
    posts: now([
      { name: 'hit', by: 'star' },
      ...both(crowd('post', LENGTH - 1), 'late-post').map(name => ({ name, by: 'star' })),
      ...both(crowd('remix', LENGTH), 'late-remix').map(name => ({ name, by: 'fan1', remixOf: 'hit' })),
      ...both(crowd('with', LENGTH), 'late-with').map(name => ({ name, by: 'fan2', with: ['star'] })),
    ]),
    comments: now([
      ...both(crowd('comment', LENGTH), 'late-comment').map(name => ({ name, by: 'fan3', on: 'hit' })),
      ...both(crowd('reply', LENGTH), 'late-reply').map(name => ({
        name,
        by: 'fan4',
        on: 'hit',
        under: 'comment0',
      })),
    ]),
    follows: follows(both(fans, 'late-fan')),
    feed: crowd('with', LENGTH),
    leaderboard: fans,
  }
}

/**
 * What comes later to the listing of a crawler that grows, and the table that it comes into; no listing of
 * the others grows.
 */
export const NEWS: Readonly<
  Record<string, { names: readonly string[]; table: 'users' | 'posts' | 'comments' }>
> = {
  posts: { names: ['late-post'], table: 'posts' },
  followers: { names: ['late-fan'], table: 'users' },
  following: { names: ['late-fan'], table: 'users' },
  cameos: { names: ['late-with'], table: 'posts' },
  comments: { names: ['late-comment'], table: 'comments' },
  // A reply shows in the counter of its comment, which is looked at where a counter of the post has moved.
  replies: { names: ['late-comment', 'late-reply'], table: 'comments' },
  remixes: { names: ['late-remix'], table: 'posts' },
}

export function worldWith(...later: string[]): World {
  return story(plan(later))
}

/** What a server serves from now on. */
export function become(world: World, other: World): void {
  for (const name of ['users', 'posts', 'comments', 'listings'] as const) {
    const map = world[name] as Map<string, unknown>
    map.clear()
    for (const [key, value] of other[name] as Map<string, unknown>) map.set(key, value)
  }
}

const SEEDS: Readonly<Record<Exclude<SubjectKind, 'handle'>, string>> = {
  feed: 'feed',
  leaderboard: 'leaderboard',
  query: 'search:fan',
  link: postId('hit'),
  user: userId('star'),
  post: postId('hit'),
  comment: postId('hit'),
}

function seedFor({ accepts }: Crawler): Seed {
  const seed = parseSeed(SEEDS[accepts === 'handle' ? 'query' : accepts])
  if ('problem' in seed) throw new Error(seed.problem)
  return seed
}

/**
 * The streams to follow so that a crawler's listing is read: its own, and of a comment's listing also that of
 * its post.
 */
function collectFor({ name, accepts }: Crawler): string[] {
  if (accepts === 'comment') return ['comments', name]
  return accepts === 'user' || accepts === 'post' ? [name] : ['profile']
}

export interface Asked {
  readonly full?: boolean
  readonly maxRequests?: number
  readonly depth?: number
  readonly collect?: readonly string[]
}

/** Crawls what a crawler reads, as the command would. */
export async function crawl(
  file: string,
  server: WorldServer,
  crawlers: readonly Crawler[],
  one: Crawler,
  { full = false, maxRequests, depth = 0, collect = collectFor(one) }: Asked = {},
): Promise<CrawlOutcome> {
  const rules = { full, noGate: false, recheckMs: null }
  const store = openStore(file, 'real')
  const client = new ApiClient({ url: server.url, key: TEST_KEY, rate: 100_000, concurrency: 1 })
  try {
    const run = await store.openRun(
      planRun([{ seed: seedFor(one), options: { collect, depth, maxPages: null } }], crawlers, rules),
    )
    const caps = { maxRequests: maxRequests ?? null, maxCost: null }
    return await new Crawl({
      store,
      client,
      crawlers,
      log: createLogger('silent'),
      concurrency: 1,
      programVersion: '0.0.0-test',
      rules,
      caps,
      minAgeMs: null,
    }).run(run)
  } finally {
    await client.close()
    await store.close()
  }
}

/** Looks into a database, and closes it again. */
export function look<T>(file: string, see: (db: Database.Database) => T, readonly = true): T {
  const db = new Database(file, { readonly })
  try {
    return see(db)
  } finally {
    db.close()
  }
}

/** The requests of the ledger that were a crawler's, as `subject cursor`. */
export function requestsOf(file: string, { name }: Crawler): string[] {
  const sql =
    'SELECT k.subject_id || coalesce(char(10) || q.cursor, ?) FROM requests q JOIN checkpoints k ' +
    'ON k.id = q.stream_id WHERE k.stream = ? ORDER BY q.id'
  return look(file, db => db.prepare(sql).pluck().all('', name) as string[])
}
