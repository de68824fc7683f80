import { sql } from 'drizzle-orm'
import { EntityTable, type Effect } from './entity-table.js'
import type { Drizzle } from './open.js'
import type { RowCounts } from './port.js'
import {
  attachments,
  comments,
  edges,
  full_sightings,
  post_metrics,
  posts,
  user_metrics,
  usernames,
  users,
  type EdgeRow,
  type PageRows,
} from './schema/index.js'
import { bind } from './statement.js'

const POST_COUNTERS = [
  'like_count',
  'dislike_count',
  'view_count',
  'unique_view_count',
  'reply_count',
  'recursive_reply_count',
  'remix_count',
] as const
const USER_COUNTERS = [
  'follower_count',
  'following_count',
  'post_count',
  'like_count',
  'view_count',
  'cameo_count',
] as const

const SIGNED_LINKS = {
  users: new Set(['profile_picture_url', 'banner_image_url']),
  posts: new Set(['preview_image_url']),
  attachments: new Set(['url', 'downloadable_url', 'thumbnail_url', 'gif_url', 'md_url', 'url_expires_at']),
}

/**
 * Writes the rows of a page: entities, their counters' history, handles and edges. Call it inside a
 * transaction.
 */
export class RowsWriter {
  readonly #users: EntityTable
  readonly #posts: EntityTable
  readonly #comments: EntityTable
  readonly #attachments: EntityTable
  readonly #statements: ReturnType<typeof prepare>

  constructor(db: Drizzle) {
    this.#users = new EntityTable(db, users, {
      stamped: true,
      volatile: SIGNED_LINKS.users,
      oftenTheSame: true,
    })
    this.#posts = new EntityTable(db, posts, {
      stamped: true,
      volatile: SIGNED_LINKS.posts,
      oftenTheSame: false,
    })
    this.#comments = new EntityTable(db, comments, {
      stamped: true,
      volatile: new Set(),
      oftenTheSame: false,
    })
    this.#attachments = new EntityTable(db, attachments, {
      stamped: false,
      volatile: SIGNED_LINKS.attachments,
      oftenTheSame: false,
    })
    this.#statements = prepare(db)
  }

  /**
   * @param sighting during a full crawl: the request that told of these rows, to be noted with the edges
   * @returns what it did, and the posts and comments whose counters moved (those that are new gate nothing
   *   yet)
   */
  write(rows: PageRows, at: string, sighting: number | null): { counts: RowCounts; moved: string[] } {
    const counts = { inserted: 0, updated: 0, unchanged: 0, rejected: rows.rejects.length }
    const moved: string[] = []
    for (const row of rows.users.values()) counts[this.#user(row, at)] += 1
    for (const row of rows.posts.values()) counts[this.#post(row, at, moved, rows.deleted)] += 1
    for (const row of rows.comments.values()) counts[this.#comment(row, at, moved, rows.deleted)] += 1
    for (const row of rows.attachments.values()) counts[this.#attachments.put(row, at).effect] += 1
    for (const edge of rows.edges.values()) counts[this.#edge(edge, at, sighting)] += 1
    return { counts, moved }
  }

  /** Sets or clears (null) why an entity cannot be had; makes its row if there is none. */
  markUnavailable(table: 'users' | 'posts' | 'comments', id: string, as: string | null, at: string): void {
    const entities = { users: this.#users, posts: this.#posts, comments: this.#comments }[table]
    entities.put({ id }, at)
    this.#statements.unavailable[table].run({ id, as })
  }

  #user(row: { id: string; username?: string | null | undefined }, at: string): Effect {
    const { effect, row: now, changed } = this.#users.put(row, at)
    if (USER_COUNTERS.some(name => changed(name))) this.#statements.userMetrics.run(now, at)
    if (row.username !== undefined && row.username !== null) this.#statements.username.run(row, at)
    return effect
  }

  #post(row: { id: string }, at: string, moved: string[], deleted: ReadonlySet<string>): Effect {
    const { effect, row: now, changed } = this.#posts.put(row, at, deleted.has(row.id))
    if (POST_COUNTERS.some(name => changed(name))) {
      this.#statements.postMetrics.run(now, at)
      if (effect !== 'inserted') moved.push(row.id)
    }
    return effect
  }

  #comment(row: { id: string }, at: string, moved: string[], deleted: ReadonlySet<string>): Effect {
    const { effect, changed } = this.#comments.put(row, at, deleted.has(row.id))
    if (effect !== 'inserted' && changed('reply_count')) moved.push(row.id)
    return effect
  }

  #edge(edge: EdgeRow, at: string, sighting: number | null): Effect {
    if (sighting !== null) this.#statements.sighting.run({ ...edge, sighting })
    if (this.#statements.newEdge.run(edge, at) === 1) return 'inserted'
    this.#statements.seenEdge.run(edge, at)
    return 'unchanged'
  }
}

function prepare(db: Drizzle) {
  const p = sql.placeholder
  const counters = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, p(name)]))
  const newest = (names: readonly string[]) =>
    Object.fromEntries(names.map(name => [name, sql.raw(`excluded.${name}`)]))
  const at = { first_seen_at: p('at'), last_seen_at: p('at') }
  const unavailable = (table: typeof users | typeof posts | typeof comments) =>
    bind(
      db,
      db
        .update(table)
        .set({ unavailable: sql`${p('as')}` })
        .where(sql`${table.id} = ${p('id')}`),
    )
  return {
    unavailable: { users: unavailable(users), posts: unavailable(posts), comments: unavailable(comments) },
    postMetrics: bind(
      db,
      db
        .insert(post_metrics)
        .values({ post_id: p('id'), observed_at: p('at'), ...counters(POST_COUNTERS) })
        .onConflictDoUpdate({
          target: [post_metrics.post_id, post_metrics.observed_at],
          set: newest(POST_COUNTERS),
        }),
    ),
    userMetrics: bind(
      db,
      db
        .insert(user_metrics)
        .values({ user_id: p('id'), observed_at: p('at'), ...counters(USER_COUNTERS) })
        .onConflictDoUpdate({
          target: [user_metrics.user_id, user_metrics.observed_at],
          set: newest(USER_COUNTERS),
        }),
    ),
    username: bind(
      db,
      db
        .insert(usernames)
        .values({ user_id: p('id'), username: p('username'), ...at })
        .onConflictDoUpdate({
          target: [usernames.user_id, usernames.username],
          set: { last_seen_at: sql`excluded.last_seen_at` },
        }),
    ),
    sighting: bind(
      db,
      db
        .insert(full_sightings)
        .values({
          kind: p('kind'),
          source_id: p('source_id'),
          target_id: p('target_id'),
          request_id: p('sighting'),
        })
        .onConflictDoUpdate({
          target: [full_sightings.kind, full_sightings.source_id, full_sightings.target_id],
          set: { request_id: sql`excluded.request_id` },
        }),
    ),
    newEdge: bind(
      db,
      db
        .insert(edges)
        .values({ kind: sql`${p('kind')}`, source_id: p('source_id'), target_id: p('target_id'), ...at })
        .onConflictDoNothing(),
    ),
    seenEdge: bind(
      db,
      db
        .update(edges)
        .set({ last_seen_at: sql`${p('at')}`, gone_at: null })
        .where(
          sql`${edges.kind} = ${p('kind')} and ${edges.source_id} = ${p('source_id')} and ${edges.target_id} = ${p('target_id')}`,
        ),
    ),
  }
}
