import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  type AnySQLiteColumn,
} from 'drizzle-orm/sqlite-core'
import { documented } from './documented.js'

/*
 * What was collected. Ids are the API's own, unaltered; NULL means "not told"; times are ISO 8601 UTC with
 * milliseconds. References say to other programs what belongs together; SQLite does not enforce them (see
 * `openFile` in `open.ts`). A post that another one remixes may be known by its id alone, so that is none.
 */

const seen = { first_seen_at: text().notNull(), last_seen_at: text().notNull() }
const ofUser = () => text().references((): AnySQLiteColumn => users.id)
const ofPost = () => text().references((): AnySQLiteColumn => posts.id)
const SEEN = { first_seen_at: 'When it was first met.', last_seen_at: 'When it was last met.' }

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  username: text(),
  display_name: text(),
  bio: text(),
  profile_picture_url: text(),
  banner_image_url: text(),
  follower_count: integer(),
  following_count: integer(),
  post_count: integer(),
  like_count: integer(),
  view_count: integer(),
  cameo_count: integer(),
  is_verified: integer(),
  created_at: text(),
  social_links: text(),
  owner_user_id: ofUser(),
  unavailable: text(),
  ...seen,
})
documented(
  users,
  'People and character accounts, one row each. A user known only by id has nothing else told.',
  {
    id: '`user-…`, or `ch_…` for a character account.',
    username: 'The current handle; it can change (see `usernames`).',
    display_name: 'The name shown.',
    bio: 'The profile text.',
    profile_picture_url: 'Avatar; a signed link that expires.',
    banner_image_url: 'Cover picture; a signed link that expires.',
    follower_count: 'Followers, as the platform counts them.',
    following_count: 'Accounts followed, as the platform counts them.',
    post_count: 'Posts, as the platform counts them.',
    like_count: 'Likes received in all.',
    view_count: 'Views received in all.',
    cameo_count: 'Appearances in posts.',
    is_verified: '1 if verified.',
    created_at: 'When the account was made.',
    social_links: 'JSON: links and details that the profile shows.',
    owner_user_id: 'For a character account: its owner.',
    unavailable:
      '`gone` or `private` when a listing of this user was refused for that reason; NULL otherwise.',
    ...SEEN,
  },
)

export const posts = sqliteTable(
  'posts',
  {
    id: text().primaryKey(),
    user_id: ofUser(),
    text: text(),
    posted_at: text(),
    updated_at: text(),
    like_count: integer(),
    dislike_count: integer(),
    view_count: integer(),
    unique_view_count: integer(),
    reply_count: integer(),
    recursive_reply_count: integer(),
    remix_count: integer(),
    permalink: text(),
    preview_image_url: text(),
    parent_post_id: text(),
    root_post_id: text(),
    emoji: text(),
    is_featured: integer(),
    tombstoned_at: text(),
    unavailable: text(),
    ...seen,
  },
  t => [index('posts_by_user').on(t.user_id, t.view_count)],
)
documented(posts, 'Videos, one row each.', {
  id: '`s_…`.',
  user_id: 'The author.',
  text: 'The prompt or caption, as served.',
  posted_at: 'When it was posted.',
  updated_at: 'When it was last changed.',
  like_count: 'Likes.',
  dislike_count: 'Dislikes.',
  view_count: 'Views.',
  unique_view_count: 'Viewers.',
  reply_count: 'First-level comments.',
  recursive_reply_count: 'Comments and replies in all.',
  remix_count: 'Remixes.',
  permalink: 'The public page.',
  preview_image_url: 'A still picture.',
  parent_post_id: 'The post that this one remixes.',
  root_post_id: 'The first post of the remix chain.',
  emoji: 'The emoji given to the post.',
  is_featured: '1 if featured.',
  tombstoned_at: 'When it was deleted, if the API still shows it.',
  unavailable:
    '`gone` or `private` when the post or a listing of it was refused for that reason; NULL otherwise.',
  ...SEEN,
})

export const attachments = sqliteTable(
  'attachments',
  {
    id: text().primaryKey(),
    post_id: ofPost().notNull(),
    position: integer().notNull(),
    kind: text(),
    generation_id: text(),
    width: integer(),
    height: integer(),
    duration_s: real(),
    url: text(),
    downloadable_url: text(),
    thumbnail_url: text(),
    gif_url: text(),
    md_url: text(),
    url_expires_at: text(),
  },
  t => [index('attachments_by_post').on(t.post_id)],
)
documented(
  attachments,
  'The media of posts. The links are the newest ones seen and expire; they are no identity.',
  {
    id: '`<post id>-attachment-<n>`.',
    post_id: 'The post.',
    position: 'Place within the post, from 0.',
    kind: 'For example `sora`.',
    generation_id: '`gen_…`.',
    width: 'Pixels.',
    height: 'Pixels.',
    duration_s: 'Seconds; from the frame count at 30 a second where only that is told.',
    url: 'The video.',
    downloadable_url: 'The file offered for download.',
    thumbnail_url: 'A small picture.',
    gif_url: 'A preview animation.',
    md_url: 'The video in medium quality.',
    url_expires_at: 'When the signature of `url` ends.',
  },
)

export const comments = sqliteTable(
  'comments',
  {
    id: text().primaryKey(),
    post_id: ofPost(),
    parent_comment_id: text().references((): AnySQLiteColumn => comments.id),
    user_id: ofUser(),
    text: text(),
    posted_at: text(),
    like_count: integer(),
    reply_count: integer(),
    tombstoned_at: text(),
    unavailable: text(),
    ...seen,
  },
  t => [index('comments_by_post').on(t.post_id)],
)
documented(comments, 'Comments and the replies to them.', {
  id: 'The API’s id of the comment (32 hexadecimal digits).',
  post_id: 'The post under which it stands.',
  parent_comment_id: 'The comment that it replies to; NULL for first-level comments.',
  user_id: 'The author.',
  text: 'As served.',
  posted_at: 'When it was written.',
  like_count: 'Likes.',
  reply_count: 'Direct replies.',
  tombstoned_at: 'When it was deleted, if the API still shows it.',
  unavailable: '`gone` or `private` when its replies were refused for that reason; NULL otherwise.',
  ...SEEN,
})

export const edges = sqliteTable(
  'edges',
  {
    kind: text({ enum: ['follow', 'cameo', 'remix'] }).notNull(),
    source_id: text().notNull(),
    target_id: text().notNull(),
    ...seen,
    gone_at: text(),
  },
  t => [
    primaryKey({ columns: [t.kind, t.source_id, t.target_id] }),
    index('edges_by_target').on(t.target_id, t.kind),
  ],
)
documented(edges, 'Relations between users and posts.', {
  kind: '`follow`: user follows user. `cameo`: user appears in post. `remix`: post remixes post.',
  source_id: 'The follower, the user who appears, the remix.',
  target_id: 'The one followed, the post appeared in, the post remixed.',
  ...SEEN,
  gone_at: 'When a full look found it gone; NULL while it holds.',
})

export const rankings = sqliteTable(
  'rankings',
  {
    list: text().notNull(),
    run_id: integer().notNull(),
    position: integer().notNull(),
    item_id: text().notNull(),
    observed_at: text().notNull(),
  },
  t => [primaryKey({ columns: [t.list, t.run_id, t.position] })],
)
documented(rankings, 'Who stood where on the ranked lists, run by run.', {
  list: '`feed` or `leaderboard`.',
  run_id: 'The run that looked.',
  position: 'From 1, as served.',
  item_id: 'A post (`feed`) or a user (`leaderboard`).',
  observed_at: 'When it was seen there.',
})

export const post_metrics = sqliteTable(
  'post_metrics',
  {
    post_id: ofPost().notNull(),
    observed_at: text().notNull(),
    like_count: integer(),
    dislike_count: integer(),
    view_count: integer(),
    unique_view_count: integer(),
    reply_count: integer(),
    recursive_reply_count: integer(),
    remix_count: integer(),
  },
  t => [primaryKey({ columns: [t.post_id, t.observed_at] })],
)
documented(post_metrics, 'The history of a post’s counters: a row only when one of them changed.', {
  post_id: 'The post.',
  observed_at: 'When the new values were seen.',
  like_count: 'Likes then.',
  dislike_count: 'Dislikes then.',
  view_count: 'Views then.',
  unique_view_count: 'Viewers then.',
  reply_count: 'First-level comments then.',
  recursive_reply_count: 'Comments and replies then.',
  remix_count: 'Remixes then.',
})

export const user_metrics = sqliteTable(
  'user_metrics',
  {
    user_id: ofUser().notNull(),
    observed_at: text().notNull(),
    follower_count: integer(),
    following_count: integer(),
    post_count: integer(),
    like_count: integer(),
    view_count: integer(),
    cameo_count: integer(),
  },
  t => [primaryKey({ columns: [t.user_id, t.observed_at] })],
)
documented(user_metrics, 'The history of a user’s counters: a row only when one of them changed.', {
  user_id: 'The user.',
  observed_at: 'When the new values were seen.',
  follower_count: 'Followers then.',
  following_count: 'Following then.',
  post_count: 'Posts then.',
  like_count: 'Likes received then.',
  view_count: 'Views received then.',
  cameo_count: 'Appearances then.',
})

export const usernames = sqliteTable(
  'usernames',
  { user_id: ofUser().notNull(), username: text().notNull(), ...seen },
  t => [primaryKey({ columns: [t.user_id, t.username] })],
)
documented(usernames, 'Every handle that a user was seen under.', {
  user_id: 'The user.',
  username: 'The handle.',
  ...SEEN,
})
