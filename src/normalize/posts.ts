import {
  attachmentFields,
  encodingUrl,
  isNobody,
  isObject,
  postFields,
  readFields,
  readId,
} from '../api/index.js'
import { presenceOf } from './deleted.js'
import type { Harvest } from './harvest.js'
import { isNobodysProfile, readProfile, toldTime } from './people.js'
import type { AttachmentRow, PostRow } from '../db/schema/rows.js'
import { bit, signatureExpiry, storableText } from './values.js'

/** Embedded posts can embed posts; deeper than this is no answer of this API. */
const MAX_NESTING = 8

/** A post as it was read, with the people shown on it. */
export interface ReadPost {
  readonly id: string
  /** Author, cameos, reposter: whoever the record shows. */
  readonly people: readonly string[]
}

/**
 * A post in any of its forms (`{post, profile}` or flat) as rows of the harvest: the post, its author and
 * cameos, its media, and the posts embedded in it (parent, remixes, ancestors), which are stored likewise.
 * @param nesting 0 for a record that the page lists
 * @returns undefined if its id cannot be read; nothing of it is in the harvest then
 */
export function readPost(harvest: Harvest, record: unknown, nesting = 0): ReadPost | undefined {
  if (!isObject(record) || nesting > MAX_NESTING) return undefined
  const post = isObject(record['post']) ? record['post'] : record
  const wrapped = post !== record
  const id = readId(post['id'])
  if (id === undefined) return undefined
  const isListed = nesting === 0
  if (wrapped) harvest.fields.look('item', record, isListed)
  const f = readFields(postFields, post, 'post', harvest.drift)
  const profile = (wrapped ? record['profile'] : undefined) ?? f.profile
  const presence = presenceOf(post, f, profile)
  harvest.fields.look('post', post, isListed && presence !== 'placeholder')
  const author = readAuthor(harvest, f, profile, isListed)
  const cameos = presence === 'placeholder' ? [] : readCameos(harvest, id, f.cameo_profiles)
  const reposter = wrapped ? readProfile(harvest, record['reposter_profile']) : undefined
  const row = postRow(harvest, id, author.id, f)
  if (presence === 'alive') harvest.tell('posts', row)
  else harvest.tellDeleted('posts', presence === 'deleted' ? row : placeholderRow(row))
  if (presence !== 'placeholder') readAttachments(harvest, id, f.attachments ?? [], isListed)
  readEmbedded(harvest, id, f, nesting)
  return { id, people: [...author.people, ...cameos, ...(reposter === undefined ? [] : [reposter])] }
}

/**
 * Author: `shared_by`, else `posted_by`, else the profile's id, and nobody where that is a placeholder's; the
 * profile beside it is stored, and usually the author's.
 */
export function readAuthor(
  harvest: Harvest,
  fields: { shared_by?: string | null | undefined; posted_by?: string | null | undefined },
  profile: unknown,
  isListed: boolean,
): { id: string | undefined; people: string[] } {
  const named = readId(fields.shared_by) ?? readId(fields.posted_by)
  const shown = readProfile(harvest, profile, named, { isListed })
  const id = named !== undefined && isNobody(named) ? undefined : (named ?? shown)
  if (id !== undefined) harvest.tell('users', { id })
  return { id, people: [...new Set([id, shown])].filter(one => one !== undefined) }
}

function readCameos(
  harvest: Harvest,
  postId: string,
  profiles: readonly unknown[] | null | undefined,
): string[] {
  const ids = readProfiles(harvest, profiles, 'post.cameo_profiles')
  for (const id of ids) harvest.edge('cameo', id, postId)
  return ids
}

/** The readable profiles of a list; the others are counted as drift. */
export function readProfiles(
  harvest: Harvest,
  profiles: readonly unknown[] | null | undefined,
  path: string,
): string[] {
  const ids = (profiles ?? [])
    .filter(profile => !isNobodysProfile(profile))
    .map(profile => readProfile(harvest, profile))
  const readable = ids.filter(id => id !== undefined)
  if (readable.length < ids.length)
    harvest.drift.push({ path, expected: 'profiles', got: 'a profile without id' })
  return readable
}

type PostFields = ReturnType<typeof readFields<typeof postFields>>

function postRow(harvest: Harvest, id: string, user_id: string | undefined, f: PostFields): PostRow {
  return {
    id,
    user_id,
    text: storableText(f.text),
    posted_at: toldTime(harvest, 'post.posted_at', f.posted_at),
    updated_at: toldTime(harvest, 'post.updated_at', f.updated_at),
    like_count: f.like_count,
    dislike_count: f.dislike_count,
    view_count: f.view_count,
    unique_view_count: f.unique_view_count,
    reply_count: f.reply_count,
    recursive_reply_count: f.recursive_reply_count,
    remix_count: f.remix_count,
    permalink: storableText(f.permalink),
    preview_image_url: storableText(f.preview_image_url),
    parent_post_id: readId(f.parent_post_id),
    root_post_id: readId(f.root_post_id),
    emoji: storableText(f.emoji),
    is_featured: bit(f.is_featured),
    tombstoned_at: toldTime(harvest, 'post.tombstoned_at', f.tombstoned_at),
  }
}

/**
 * Of a placeholder: that the post was deleted, where it stood, who wrote it if that is told, and what is said
 * to hang on it.
 */
function placeholderRow({
  id,
  user_id,
  parent_post_id,
  root_post_id,
  tombstoned_at,
  reply_count,
  recursive_reply_count,
  remix_count,
}: PostRow): PostRow {
  const hanging = {
    reply_count: reply_count || undefined,
    recursive_reply_count: recursive_reply_count || undefined,
    remix_count: remix_count || undefined,
  }
  return { id, user_id, parent_post_id, root_post_id, tombstoned_at, ...hanging }
}

function readAttachments(
  harvest: Harvest,
  postId: string,
  list: readonly unknown[],
  isListed: boolean,
): void {
  for (const [position, attachment] of list.entries()) {
    if (isObject(attachment)) {
      harvest.fields.look('attachment', attachment, isListed)
      harvest.tell('attachments', attachmentRow(harvest, postId, position, attachment))
    } else
      harvest.drift.push({
        path: 'post.attachments',
        expected: 'objects',
        got: attachment === null ? 'null' : typeof attachment,
      })
  }
}

function attachmentRow(
  harvest: Harvest,
  post_id: string,
  position: number,
  attachment: Record<string, unknown>,
): AttachmentRow {
  const f = readFields(attachmentFields, attachment, 'attachment', harvest.drift)
  return {
    id: readId(attachment['id']) ?? `${post_id}-attachment-${position}`,
    post_id,
    position,
    kind: storableText(f.kind),
    generation_id: storableText(f.generation_id),
    width: f.width,
    height: f.height,
    duration_s: f.duration_s ?? (typeof f.n_frames === 'number' ? f.n_frames / 30 : undefined),
    url: storableText(f.url),
    downloadable_url: storableText(f.downloadable_url),
    thumbnail_url: storableText(encodingUrl(f.encodings?.['thumbnail'])),
    gif_url: storableText(encodingUrl(f.encodings?.['gif'])),
    md_url: storableText(encodingUrl(f.encodings?.['md'])),
    url_expires_at: signatureExpiry(f.url) ?? signatureExpiry(f.downloadable_url),
  }
}

/** Parent, remixes and ancestors come along with a post: they are stored, and give no scope. */
function readEmbedded(harvest: Harvest, id: string, f: PostFields, nesting: number): void {
  const parent = readPost(harvest, f.parent_post, nesting + 1)
  const parentId = parent?.id ?? readId(f.parent_post_id)
  if (parentId !== undefined && parentId !== id) harvest.edge('remix', id, parentId)
  for (const record of itemsOf(f.remix_posts)) {
    const remix = readPost(harvest, record, nesting + 1)
    if (remix !== undefined && remix.id !== id) harvest.edge('remix', remix.id, id)
  }
  for (const record of itemsOf(f.ancestors)) readPost(harvest, record, nesting + 1)
}

/** `{items}` or a bare list. */
export function itemsOf(
  nested: { items?: unknown } | readonly unknown[] | null | undefined,
): readonly unknown[] {
  const items = isObject(nested) ? nested['items'] : nested
  return Array.isArray(items) ? items : []
}
