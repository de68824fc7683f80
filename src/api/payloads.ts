import * as z from 'zod'

/*
 * What is used of each payload, in both forms (the contract's names and the platform's own); everything else
 * passes unread. Every field may be absent or null: "not told". Ids are read by `readId`, since a record
 * without one is set aside.
 */

const text = z.string().nullish()
/** The id of another record; one that is no valid Unicode could not be stored unaltered. */
const reference = z
  .string()
  .refine(id => id.isWellFormed())
  .nullish()
const count = z.int().nullish()
const flag = z.boolean().nullish()
/** A number or text; which of them are times is one rule of `normalize/values.ts`. */
const time = z.union([z.number(), z.string()]).nullish()
const size = z.number().nullish()
const list = z.array(z.unknown()).nullish()
const object = z.looseObject({}).nullish()
/** `{items, cursor}` or a bare list. */
const nested = z.union([z.looseObject({ items: list }), z.array(z.unknown())]).nullish()

export const postFields = z.object({
  shared_by: reference,
  posted_by: reference,
  text,
  posted_at: time,
  updated_at: time,
  like_count: count,
  dislike_count: count,
  view_count: count,
  unique_view_count: count,
  reply_count: count,
  recursive_reply_count: count,
  remix_count: count,
  permalink: text,
  preview_image_url: text,
  parent_post_id: reference,
  root_post_id: reference,
  emoji: text,
  is_featured: flag,
  tombstoned_at: time,
  attachments: list,
  cameo_profiles: list,
  parent_post: object,
  remix_posts: nested,
  ancestors: nested,
  profile: object,
})

export const commentFields = z.object({
  shared_by: reference,
  posted_by: reference,
  text,
  posted_at: time,
  like_count: count,
  reply_count: count,
  tombstoned_at: time,
  parent_post_id: reference,
  root_post_id: reference,
  cameo_profiles: list,
  profile: object,
  children: nested,
})

export const profileFields = z.object({
  username: text,
  display_name: text,
  bio: text,
  description: text,
  profile_picture_url: text,
  banner_image_url: text,
  cover_photo_url: text,
  follower_count: count,
  following_count: count,
  post_count: count,
  like_count: count,
  likes_received_count: count,
  view_count: count,
  cameo_count: count,
  is_verified: flag,
  verified: flag,
  created_at: time,
  social_links: z.unknown().optional(),
  owner_profile: object,
})

export const attachmentFields = z.object({
  kind: text,
  generation_id: text,
  width: count,
  height: count,
  duration_s: size,
  n_frames: count,
  url: text,
  downloadable_url: text,
  encodings: object,
})

/** The address in one entry of `encodings`: an object with `path` (or `url`), or the address itself. */
export function encodingUrl(value: unknown): string | undefined {
  const address = isObject(value) ? (value['path'] ?? value['url']) : value
  return typeof address === 'string' ? address : undefined
}

/** A field whose value was not of the type that is read; it becomes "not told". */
export interface Drift {
  /** For example `post.view_count`. */
  readonly path: string
  readonly expected: string
  readonly got: string
}

/**
 * The used fields of a record. A field that cannot be read costs that field, never the record: it is dropped
 * and named in `drift`.
 * @param name what the record is, the first part of each drift path
 */
export function readFields<S extends z.ZodObject>(
  schema: S,
  record: object,
  name: string,
  drift: Drift[],
): z.infer<S> {
  const first = compiled(schema).safeParse(record)
  if (first.success) return first.data
  const readable: Record<string, unknown> = { ...record }
  for (const field of new Set(first.error.issues.map(issue => String(issue.path[0])))) {
    const issue = first.error.issues.find(one => String(one.path[0]) === field)
    drift.push({
      path: `${name}.${field}`,
      expected: expectedBy(issue, field),
      got: typeName(readable[field]),
    })
    readable[field] = undefined
  }
  return schema.parse(readable)
}

const compiledSchemas = new WeakMap<z.ZodObject, z.ZodObject>()

/**
 * A schema as generated code, made when it is first used: twice as fast, but some milliseconds late for a
 * program that reads nothing.
 */
function compiled<S extends z.ZodObject>(schema: S): S {
  const known = compiledSchemas.get(schema)
  if (known !== undefined) return known as S
  const made = z.compile(schema)
  compiledSchemas.set(schema, made)
  return made
}

function expectedBy(issue: z.core.$ZodIssue | undefined, field: string): string {
  if (issue?.code === 'invalid_union') return field.endsWith('_at') ? 'a time' : 'a list'
  if (issue?.code === 'custom') return 'valid text'
  return issue?.code === 'invalid_type' ? issue.expected : 'another type'
}

/** The JSON type of a value, as people name it. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'list'
  return typeof value
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * An id as served: a string that is not empty and is valid Unicode (another would not survive storage
 * unaltered).
 */
export function readId(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.isWellFormed() ? value : undefined
}
