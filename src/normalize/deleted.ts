import { isNobody, isObject, readId } from '../api/index.js'
import { isZeroTime } from './values.js'

/**
 * What a record is: `alive`; `deleted`, and shown with its author as it was; or a `placeholder` for a deleted
 * one, of which nothing is true but that it was deleted, and where it stood.
 */
export type Presence = 'alive' | 'deleted' | 'placeholder'

/** What the platform writes in the place of a text. Alive records may say so too: their authors wrote it. */
const FIXED_TEXT =
  /^[[(]?(?:(?:this|the) )?(?:(?:post|video|comment|reply|message|content|user|account) )?(?:(?:has been|have been|was|is) )?(?:deleted|removed|unavailable|no longer available|not available)(?: by (?:its|the) (?:author|owner|user|creator))?[\])]?[.!]?$/i

interface Told {
  readonly tombstoned_at?: unknown
  readonly shared_by?: string | null | undefined
  readonly posted_by?: string | null | undefined
  readonly text?: string | null | undefined
}

/**
 * @param post the record as served
 * @param fields what could be read of it
 * @param profile the profile beside it
 */
export function presenceOf(
  post: Record<string, unknown>,
  { shared_by, posted_by, text }: Told,
  profile: unknown,
): Presence {
  const author =
    readId(shared_by) ?? readId(posted_by) ?? (isObject(profile) ? readId(profile['user_id']) : undefined)
  if (author !== undefined && isNobody(author)) return 'placeholder'
  if (!isSet(post['tombstoned_at'])) return 'alive'
  const isTextual = text !== null && text !== undefined && text.trim() !== ''
  if (isTextual && FIXED_TEXT.test(text.trim())) return 'placeholder'
  return author === undefined && !isTextual ? 'placeholder' : 'deleted'
}

/** The time of a deletion is set if it is anything but nothing, whether or not it can be read. */
function isSet(time: unknown): boolean {
  return time !== null && time !== undefined && time !== false && !isZero(time)
}

/** A profile that tells of nobody: made at the beginning of time, and every counter is 0. */
export function isBlankProfile(profile: Record<string, unknown>): boolean {
  const counts = Object.entries(profile).filter(
    ([name, value]) => name.endsWith('_count') && value !== null && value !== undefined,
  )
  return isZeroTime(profile['created_at']) && counts.every(([, value]) => isZero(value))
}

/** 0 as a number or text; whatever else a server sends is none. */
function isZero(value: unknown): boolean {
  return (typeof value === 'number' || typeof value === 'string') && Number(value) === 0
}
