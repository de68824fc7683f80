/**
 * Which columns an answer tells, and under which name: the one table that both the server (to write answers)
 * and the oracle (to know what can be known from them) go by.
 */
import type { Form, WorldPost, WorldUser } from './model.js'

export type UserPlace =
  'profile' | 'follow' | 'leaderboard' | 'search' | 'comment' | 'author' | 'cameo' | 'owner'

export type UserColumn = Exclude<keyof WorldUser, 'id' | 'state' | 'owner_user_id'>
export type PostColumn = Exclude<
  keyof WorldPost,
  'id' | 'user_id' | 'state' | 'cameos' | 'attachments' | 'authorBy' | 'embeds'
>

/** Column and wire name. */
export type Told<Column> = readonly (readonly [Column, string])[]

const NATIVE_USER: Told<UserColumn> = [
  ['username', 'username'],
  ['display_name', 'display_name'],
  ['bio', 'description'],
  ['profile_picture_url', 'profile_picture_url'],
  ['banner_image_url', 'cover_photo_url'],
  ['is_verified', 'verified'],
  ['follower_count', 'follower_count'],
  ['following_count', 'following_count'],
  ['post_count', 'post_count'],
  ['like_count', 'likes_received_count'],
  ['cameo_count', 'cameo_count'],
  ['created_at', 'created_at'],
]

function asNamed<Column extends string>(...columns: Column[]): Told<Column> {
  return columns.map(column => [column, column] as const)
}

const NAMED = ['username', 'display_name', 'profile_picture_url'] as const
const LISTED = asNamed<UserColumn>(...NAMED, 'follower_count', 'following_count', 'bio', 'is_verified')

const CONTRACT_USER: Record<UserPlace, Told<UserColumn>> = {
  profile: asNamed<UserColumn>(
    ...NAMED,
    'bio',
    'banner_image_url',
    'follower_count',
    'following_count',
    'post_count',
    'like_count',
    'view_count',
    'is_verified',
    'created_at',
    'social_links',
  ),
  follow: LISTED,
  search: LISTED,
  cameo: LISTED,
  owner: LISTED,
  leaderboard: asNamed<UserColumn>(...NAMED, 'follower_count', 'cameo_count'),
  comment: asNamed<UserColumn>(...NAMED),
  author: asNamed<UserColumn>(...NAMED, 'follower_count'),
}

export function userColumns(form: Form, place: UserPlace): Told<UserColumn> {
  return form === 'native' ? NATIVE_USER : CONTRACT_USER[place]
}

/** Whether the profile says who owns a character account. */
export function tellsOwner(form: Form, place: UserPlace): boolean {
  return place !== 'owner' && (form === 'native' || place === 'profile')
}

/**
 * The counters that gate are told in every form, so that the number of requests does not depend on who came
 * first.
 */
const CONTRACT_POST = asNamed<PostColumn>(
  'text',
  'posted_at',
  'like_count',
  'view_count',
  'reply_count',
  'remix_count',
  'permalink',
)

const NATIVE_POST: Told<PostColumn> = [
  ...CONTRACT_POST,
  ...asNamed<PostColumn>(
    'updated_at',
    'dislike_count',
    'unique_view_count',
    'recursive_reply_count',
    'preview_image_url',
    'parent_post_id',
    'root_post_id',
    'emoji',
    'is_featured',
  ),
]

export function postColumns(form: Form): Told<PostColumn> {
  return form === 'native' ? NATIVE_POST : CONTRACT_POST
}
