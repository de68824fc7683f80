import { isNobody, isObject, profileFields, readFields, readId } from '../api/index.js'
import { isBlankProfile } from './deleted.js'
import { jsonText, type Harvest } from './harvest.js'
import type { UserRow } from '../db/schema/rows.js'
import { bit, isoTime, isZeroTime, storableText, timeMs } from './values.js'

/** Owners of owners are not a thing; a hostile payload could nest them without end. */
const MAX_OWNERS = 3

/**
 * A profile, in either form, as a user of the harvest; its owner (for character accounts) too.
 * @param id the id if the caller knows it (a comment's profile in the contract's form has none)
 * @param isListed whether the page lists it, or the record whose author it is
 * @returns the user's id; undefined if there is none to read, or if it is a placeholder's
 */
export function readProfile(
  harvest: Harvest,
  profile: unknown,
  id?: string,
  { owners = 0, isListed = false } = {},
): string | undefined {
  if (!isObject(profile)) return undefined
  const userId = readId(profile['user_id']) ?? id
  if (userId === undefined || isNobody(userId)) return undefined
  const isBlank = isBlankProfile(profile)
  harvest.fields.look('profile', profile, isListed && !isBlank)
  harvest.tell('users', isBlank ? { id: userId } : userRow(harvest, profile, userId, owners))
  return userId
}

/** Whether a profile is a placeholder: it can be read, and is nobody's. */
export function isNobodysProfile(profile: unknown, id?: string): boolean {
  const userId = isObject(profile) ? (readId(profile['user_id']) ?? id) : undefined
  return userId !== undefined && isNobody(userId)
}

function userRow(harvest: Harvest, profile: Record<string, unknown>, id: string, owners: number): UserRow {
  const f = readFields(profileFields, profile, 'profile', harvest.drift)
  return {
    id,
    username: storableText(f.username),
    display_name: storableText(f.display_name),
    bio: storableText(f.bio ?? f.description),
    profile_picture_url: storableText(f.profile_picture_url),
    banner_image_url: storableText(f.banner_image_url ?? f.cover_photo_url),
    follower_count: f.follower_count,
    following_count: f.following_count,
    post_count: f.post_count,
    like_count: f.like_count ?? f.likes_received_count,
    view_count: f.view_count,
    cameo_count: f.cameo_count,
    is_verified: bit(f.is_verified ?? f.verified),
    created_at: toldTime(harvest, 'profile.created_at', f.created_at),
    social_links: socialLinks(harvest, profile, f.social_links),
    owner_user_id:
      owners < MAX_OWNERS
        ? readProfile(harvest, f.owner_profile, undefined, { owners: owners + 1 })
        : undefined,
  }
}

/**
 * A time, or a note of drift where the value is of the right type and no time all the same. Zero tells
 * nothing.
 */
export function toldTime(
  harvest: Harvest,
  path: string,
  value: number | string | null | undefined,
): string | undefined {
  if (value === null || value === undefined || value === '' || isZeroTime(value)) return undefined
  const time = isoTime(value)
  if (time === undefined)
    harvest.drift.push({
      path,
      expected: 'a time',
      got: typeof value === 'number' || timeMs(value) !== undefined ? 'out of range' : 'string',
    })
  return time
}

const DETAILS = ['website', 'location', 'work', 'schools', 'birthday'] as const

/** The contract has `social_links`; the platform's own profiles spread the same facts over several fields. */
function socialLinks(harvest: Harvest, profile: Record<string, unknown>, links: unknown): string | undefined {
  const details = DETAILS.filter(name => profile[name] !== null && profile[name] !== undefined)
  const told =
    links ??
    (details.length === 0 ? undefined : Object.fromEntries(details.map(name => [name, profile[name]])))
  if (told === undefined) return undefined
  const text = jsonText(told)
  if (text === undefined)
    harvest.drift.push({ path: 'profile.social_links', expected: 'links', got: 'nested too deeply' })
  return text
}
