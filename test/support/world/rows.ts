/**
 * The oracle's second half: the rows that those listings tell, field by field, as the database must hold
 * them.
 */
import type { Read, Reads } from './closure.js'
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
import { postColumns, tellsOwner, userColumns, type UserPlace } from './views.js'
import { ancestorsOf, EMBEDDED_REMIXES, signedUrl } from './wire.js'

export type Cell = string | number | null
export type Row = Record<string, Cell>

export interface Tables {
  users: Map<string, Row>
  posts: Map<string, Row>
  attachments: Map<string, Row>
  comments: Map<string, Row>
  /** Keyed `kind source target`; the key says it all. */
  edges: Map<string, Row>
  /** Users and posts whose own route refused them. */
  refused: Set<string>
}

export function isoOf(seconds: number): string {
  return new Date(Math.trunc(seconds * 1_000)).toISOString()
}

/** Going through UTF-8 and back turns each lone surrogate into U+FFFD. */
export function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}

const TIMES = new Set(['created_at', 'posted_at', 'updated_at'])

export function stored(column: string, value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return TIMES.has(column) ? isoOf(value) : value
  if (typeof value === 'string') return wellFormed(value)
  return wellFormed(JSON.stringify(value))
}

const UNTOLD_USER: readonly string[] = [
  'username',
  'display_name',
  'bio',
  'profile_picture_url',
  'banner_image_url',
  'follower_count',
  'following_count',
  'post_count',
  'like_count',
  'view_count',
  'cameo_count',
  'is_verified',
  'created_at',
  'social_links',
  'owner_user_id',
]

const UNTOLD_POST: readonly string[] = [
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
]

function rowIn(table: Map<string, Row>, id: string, columns: readonly string[]): Row {
  const known = table.get(id)
  if (known !== undefined) return known
  const row: Row = { id, ...Object.fromEntries(columns.map(column => [column, null])) }
  table.set(id, row)
  return row
}

class Teller {
  readonly tables: Tables = {
    users: new Map(),
    posts: new Map(),
    attachments: new Map(),
    comments: new Map(),
    edges: new Map(),
    refused: new Set(),
  }

  constructor(
    readonly world: World,
    readonly form: Form,
  ) {}

  userKnown(id: string): Row {
    return rowIn(this.tables.users, id, UNTOLD_USER)
  }

  user(user: WorldUser, place: UserPlace): void {
    const row = this.userKnown(user.id)
    for (const [column] of userColumns(this.form, place)) row[column] = stored(column, user[column])
    if (!tellsOwner(this.form, place) || user.owner_user_id === null) return
    row['owner_user_id'] = user.owner_user_id
    this.user(mustGet(this.world.users, user.owner_user_id), 'owner')
  }

  edge(kind: 'follow' | 'cameo' | 'remix', source: string, target: string): void {
    this.tables.edges.set(`${kind} ${source} ${target}`, {
      kind,
      source_id: source,
      target_id: target,
      gone_at: null,
    })
  }

  post(post: WorldPost, place: 'listed' | 'embedded' | 'flat'): void {
    const row = rowIn(this.tables.posts, post.id, UNTOLD_POST)
    row['user_id'] = post.user_id
    this.userKnown(post.user_id)
    for (const [column] of postColumns(this.form)) row[column] = stored(column, post[column])
    if (place !== 'flat' && post.authorBy !== 'shared_by')
      this.user(mustGet(this.world.users, post.user_id), 'author')
    for (const cameo of post.cameos) {
      this.user(mustGet(this.world.users, cameo), 'cameo')
      this.edge('cameo', cameo, post.id)
    }
    for (const [position, attachment] of post.attachments.entries())
      this.attachment(post.id, position, attachment)
    if (this.form === 'contract') return
    if (post.parent_post_id !== null) this.edge('remix', post.id, post.parent_post_id)
    if (place !== 'embedded') this.embeds(post)
  }

  embeds(post: WorldPost): void {
    const ancestors = ancestorsOf(this.world, post)
    const parent = ancestors.at(-1)
    if (post.embeds.parent && parent !== undefined) this.post(parent, 'embedded')
    if (post.embeds.ancestors === 'items') for (const ancestor of ancestors) this.post(ancestor, 'embedded')
    if (post.embeds.remixes !== 'items' && post.embeds.remixes !== 'list') return
    const remixes = listed(this.world, 'get_post_remix_list', post.id).slice(0, EMBEDDED_REMIXES)
    for (const id of remixes) this.post(mustGet(this.world.posts, id), 'embedded')
  }

  attachment(postId: string, position: number, attachment: WorldAttachment): void {
    const { id, kind, generation_id, width, height, path, expires, encodings } = attachment
    const url = (name: string): string => signedUrl(`${path}/${name}`, expires, 'x')
    const frames = attachment.n_frames === null ? null : attachment.n_frames / 30
    this.tables.attachments.set(id, {
      id,
      kind,
      generation_id,
      width,
      height,
      position,
      post_id: postId,
      duration_s: attachment.duration_s ?? frames,
      url: url('url.mp4'),
      downloadable_url: url('down.mp4'),
      thumbnail_url: encodings === 'none' ? null : url('t.webp'),
      gif_url: encodings === 'all' ? url('p.gif') : null,
      md_url: encodings === 'all' ? url('md.mp4') : null,
      url_expires_at: expires === null ? null : new Date(expires).toISOString(),
    })
  }

  comment(comment: WorldComment): void {
    const told = this.form === 'native' || comment.parent_comment_id === null
    this.tables.comments.set(comment.id, {
      id: comment.id,
      post_id: comment.post_id,
      parent_comment_id: comment.parent_comment_id,
      user_id: comment.user_id,
      text: stored('text', comment.text),
      posted_at: stored('posted_at', comment.posted_at),
      like_count: comment.like_count,
      reply_count: told ? comment.reply_count : null,
    })
    this.user(mustGet(this.world.users, comment.user_id), 'comment')
  }

  item(read: Read, id: string): void {
    const { users, posts, comments } = this.world
    switch (read.route) {
      case 'get_post_comments':
      case 'get_comment_replies':
        this.comment(mustGet(comments, id))
        break
      case 'get_user_followers':
        this.user(mustGet(users, id), 'follow')
        this.edge('follow', id, read.subject)
        break
      case 'get_user_following':
        this.user(mustGet(users, id), 'follow')
        this.edge('follow', read.subject, id)
        break
      case 'get_cameo_leaderboard':
        this.user(mustGet(users, id), 'leaderboard')
        break
      case 'search_users':
        this.user(mustGet(users, id), 'search')
        break
      case 'get_user_profile':
        this.user(mustGet(users, id), 'profile')
        break
      case 'get_user_cameo_appearances':
        this.post(mustGet(posts, id), 'listed')
        this.edge('cameo', read.subject, id)
        break
      case 'get_post_remix_list':
        this.post(mustGet(posts, id), this.form === 'contract' ? 'flat' : 'listed')
        this.edge('remix', id, read.subject)
        break
      default:
        this.post(mustGet(posts, id), 'listed')
    }
  }
}

/** The rows of a crawl that read these listings from the given form of answers. */
export function rowsOf(world: World, form: Form, reads: Reads): Tables {
  const teller = new Teller(world, form)
  for (const read of reads.values()) {
    if (read.route.startsWith('get_user_')) teller.userKnown(read.subject)
    if (read.state !== 'open') teller.tables.refused.add(read.subject)
    for (const id of read.ids) teller.item(read, id)
  }
  return teller.tables
}
