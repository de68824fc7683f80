/**
 * Writes the rows of a page with prepared statements and nothing between: what a careful person would write
 * by hand for one job.
 */
import type { Database, Statement } from 'better-sqlite3'

type Fields = Record<string, string | number | boolean | null | undefined>
type Values = unknown[]

export interface Payload {
  readonly data: {
    readonly items?: readonly unknown[]
    readonly children?: { readonly items: readonly unknown[] }
    readonly cursor?: string | null
  }
}

interface Shown {
  readonly post: Fields & {
    attachments: (Fields & { encodings: Record<string, { path: string } | null> })[]
    cameo_profiles?: Fields[] | null
  }
  readonly profile: Fields
}

const iso = (seconds: unknown): string | null =>
  typeof seconds === 'number' ? new Date(seconds * 1000).toISOString() : null
const bit = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value))

function upsert(sqlite: Database, table: string, columns: readonly string[]): Statement {
  const set = columns
    .slice(1)
    .filter(name => name !== 'first_seen_at')
    .map(name => `${name} = coalesce(excluded.${name}, ${name})`)
  return sqlite.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ` +
      `ON CONFLICT (id) DO UPDATE SET ${set.join(', ')}`,
  )
}

const USER = [
  'id',
  'username',
  'display_name',
  'bio',
  'profile_picture_url',
  'banner_image_url',
  'follower_count',
  'following_count',
  'post_count',
  'like_count',
  'cameo_count',
  'is_verified',
  'created_at',
  'first_seen_at',
  'last_seen_at',
]
const POST = [
  'id',
  'user_id',
  'text',
  'posted_at',
  'updated_at',
  'like_count',
  'dislike_count',
  'view_count',
  'unique_view_count',
  'reply_count',
  'recursive_reply_count',
  'remix_count',
  'permalink',
  'preview_image_url',
  'parent_post_id',
  'root_post_id',
  'emoji',
  'is_featured',
  'tombstoned_at',
  'first_seen_at',
  'last_seen_at',
]
const ATTACHMENT = [
  'id',
  'post_id',
  'position',
  'kind',
  'generation_id',
  'width',
  'height',
  'duration_s',
  'url',
  'downloadable_url',
  'thumbnail_url',
  'gif_url',
  'md_url',
  'url_expires_at',
]
const COMMENT = [
  'id',
  'post_id',
  'parent_comment_id',
  'user_id',
  'text',
  'posted_at',
  'like_count',
  'reply_count',
  'tombstoned_at',
  'first_seen_at',
  'last_seen_at',
]

/** A row of history only where a counter is not what it was, as the program keeps it. */
const METRICS = (table: string, key: string, counters: readonly string[]): string => `
  INSERT INTO ${table} (${key}, observed_at, ${counters.join(', ')}) SELECT ?, ?, ${counters.map(() => '?').join(', ')}
  WHERE NOT EXISTS (SELECT 1 FROM ${key === 'post_id' ? 'posts' : 'users'} WHERE id = ? AND ${counters.map(name => `${name} IS ?`).join(' AND ')})
  ON CONFLICT DO NOTHING`

export class CeilingWriter {
  readonly #user: Statement
  readonly #post: Statement
  readonly #attachment: Statement
  readonly #comment: Statement
  readonly #edge: Statement
  readonly #username: Statement
  readonly #userMetrics: Statement
  readonly #postMetrics: Statement
  readonly #page: (route: string, subject: string, payload: Payload) => string[]

  constructor(sqlite: Database) {
    this.#user = upsert(sqlite, 'users', USER)
    this.#post = upsert(sqlite, 'posts', POST)
    this.#attachment = upsert(sqlite, 'attachments', ATTACHMENT)
    this.#comment = upsert(sqlite, 'comments', COMMENT)
    this.#edge = sqlite.prepare(
      'INSERT INTO edges (kind, source_id, target_id, first_seen_at, last_seen_at) VALUES (?, ?, ' +
        '?, ?, ?) ON CONFLICT DO UPDATE SET last_seen_at = excluded.last_seen_at',
    )
    this.#username = sqlite.prepare(
      'INSERT INTO usernames (user_id, username, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT DO UPDATE SET last_seen_at = excluded.last_seen_at',
    )
    this.#userMetrics = sqlite.prepare(
      METRICS('user_metrics', 'user_id', [
        'follower_count',
        'following_count',
        'post_count',
        'like_count',
        'cameo_count',
      ]),
    )
    this.#postMetrics = sqlite.prepare(
      METRICS('post_metrics', 'post_id', [
        'like_count',
        'dislike_count',
        'view_count',
        'unique_view_count',
        'reply_count',
        'recursive_reply_count',
        'remix_count',
      ]),
    )
    this.#page = sqlite.transaction((route: string, subject: string, { data }: Payload) =>
      this.#rows(route, subject, data),
    )
  }

  /** Stores a page; returns the posts on it that have comments. */
  write(route: string, subject: string, payload: Payload): string[] {
    return this.#page(route, subject, payload)
  }

  #rows(route: string, subject: string, data: Payload['data']): string[] {
    const now = new Date().toISOString()
    const users = new Map<string, Fields>()
    const meet = (profile: Fields): void => void users.set(profile['user_id'] as string, profile)
    const commented: string[] = []
    const edges: Values[] = []
    for (const record of data.items ?? data.children?.items ?? []) {
      if (route === 'get_user_followers') {
        meet(record as Fields)
        edges.push(['follow', (record as Fields)['user_id'], subject, now, now])
        continue
      }
      if (route === 'get_user_following') {
        meet(record as Fields)
        edges.push(['follow', subject, (record as Fields)['user_id'], now, now])
        continue
      }
      const { post, profile } = record as Shown
      meet(profile)
      if (route === 'get_post_comments') {
        this.#comment.run(
          post['id'],
          subject,
          null,
          post['shared_by'],
          post['text'],
          iso(post['posted_at']),
          post['like_count'],
          post['reply_count'],
          iso(post['tombstoned_at']),
          now,
          now,
        )
        continue
      }
      this.#writePost(post, now)
      for (const cameo of post.cameo_profiles ?? []) {
        meet(cameo)
        edges.push(['cameo', cameo['user_id'], post['id'], now, now])
      }
      if (Number(post['reply_count']) > 0) commented.push(post['id'] as string)
    }
    for (const user of users.values()) this.#writeUser(user, now)
    for (const edge of edges) this.#edge.run(edge)
    return commented
  }

  #writePost(post: Shown['post'], now: string): void {
    const id = post['id']
    const counters = [
      post['like_count'],
      post['dislike_count'],
      post['view_count'],
      post['unique_view_count'],
      post['reply_count'],
      post['recursive_reply_count'],
      post['remix_count'],
    ]
    this.#postMetrics.run(id, now, ...counters, id, ...counters)
    this.#post.run(
      id,
      post['shared_by'],
      post['text'],
      iso(post['posted_at']),
      iso(post['updated_at']),
      ...counters,
      post['permalink'],
      post['preview_image_url'],
      post['parent_post_id'],
      post['root_post_id'],
      post['emoji'],
      bit(post['is_featured']),
      iso(post['tombstoned_at']),
      now,
      now,
    )
    for (const [position, media] of post.attachments.entries()) {
      const { encodings: e } = media
      const expires = /[?&]se=([^&]*)/.exec(String(media['url']))?.[1]
      this.#attachment.run(
        media['id'],
        id,
        position,
        media['kind'],
        media['generation_id'],
        media['width'],
        media['height'],
        Number(media['n_frames']) / 30,
        media['url'],
        media['downloadable_url'],
        e['thumbnail']?.path,
        e['gif']?.path,
        e['md']?.path,
        expires === undefined ? null : decodeURIComponent(expires),
      )
    }
  }

  #writeUser(user: Fields, now: string): void {
    const id = user['user_id']
    const counters = [
      user['follower_count'],
      user['following_count'],
      user['post_count'],
      user['likes_received_count'],
      user['cameo_count'],
    ]
    this.#userMetrics.run(id, now, ...counters, id, ...counters)
    this.#user.run(
      id,
      user['username'],
      user['display_name'],
      user['description'],
      user['profile_picture_url'],
      user['cover_photo_url'],
      ...counters,
      bit(user['verified']),
      iso(user['created_at']),
      now,
      now,
    )
    this.#username.run(id, user['username'], now, now)
  }
}
