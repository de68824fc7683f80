import { sql } from 'drizzle-orm'
import { integer, real, sqliteView, text } from 'drizzle-orm/sqlite-core'
import { documented } from './documented.js'

/*
 * Questions that are asked of every collection, ready to be selected from. They use nothing but plain SQLite,
 * so that Python or DBeaver can read them, too, and each is written so that a condition on an id reaches an
 * index: outer joins for names, GROUP BY and PARTITION BY on plain columns, subqueries that climb from one
 * row instead of walking down from all. Where `likely` stands, SQLite, which has no statistics, would take an
 * edge's kind for rarer than an id.
 */

export const v_posts = sqliteView('v_posts', {
  id: text(),
  user_id: text(),
  username: text(),
  display_name: text(),
  text: text(),
  posted_at: text(),
  like_count: integer(),
  view_count: integer(),
  comment_count: integer(),
  remix_count: integer(),
  engagement_rate: real(),
  parent_post_id: text(),
  permalink: text(),
  unavailable: text(),
}).as(sql`
  SELECT p.id, p.user_id, u.username, u.display_name, p.text, p.posted_at, p.like_count, p.view_count,
    coalesce(p.recursive_reply_count, p.reply_count) AS comment_count, p.remix_count,
    (p.like_count + coalesce(p.recursive_reply_count, p.reply_count, 0) + coalesce(p.remix_count, 0)) * 1.0 / nullif(p.view_count, 0) AS engagement_rate,
    p.parent_post_id, p.permalink, p.unavailable
  FROM posts p LEFT JOIN users u ON u.id = p.user_id`)
documented(v_posts, 'Posts with their authors and how much they move those who see them.', {
  id: 'The post.',
  user_id: 'The author.',
  username: 'The author’s handle.',
  display_name: 'The author’s name.',
  text: 'The prompt or caption.',
  posted_at: 'When it was posted.',
  like_count: 'Likes.',
  view_count: 'Views.',
  comment_count: 'Comments and replies in all; first-level comments where only those were told.',
  remix_count: 'Remixes.',
  engagement_rate: 'Likes, comments and remixes for each view; NULL where likes or views were not told.',
  parent_post_id: 'The post that this one remixes.',
  permalink: 'The public page.',
  unavailable: '`gone` or `private`, as in `posts`.',
})

/** From a comment's parent to the top of its thread; the limit is there for threads that go in circles. */
const threadUp = (select: string) =>
  sql.raw(`(
      WITH RECURSIVE up (id, depth) AS (
        SELECT c.parent_comment_id, 1
        UNION ALL
        SELECT k.parent_comment_id, up.depth + 1 FROM up JOIN comments k ON k.id = up.id WHERE k.parent_comment_id IS NOT NULL AND up.depth < 1000
      ) ${select})`)

export const v_comment_threads = sqliteView('v_comment_threads', {
  id: text(),
  post_id: text(),
  root_comment_id: text(),
  parent_comment_id: text(),
  depth: integer(),
  user_id: text(),
  username: text(),
  parent_user_id: text(),
  post_user_id: text(),
  text: text(),
  posted_at: text(),
  like_count: integer(),
  reply_count: integer(),
}).as(sql`
  SELECT c.id, c.post_id,
    CASE WHEN c.parent_comment_id IS NULL THEN c.id WHEN above.parent_comment_id IS NULL THEN c.parent_comment_id ELSE ${threadUp('SELECT id FROM up ORDER BY depth DESC LIMIT 1')} END AS root_comment_id,
    c.parent_comment_id,
    CASE WHEN c.parent_comment_id IS NULL THEN 0 WHEN above.parent_comment_id IS NULL THEN 1 ELSE ${threadUp('SELECT max(depth) FROM up')} END AS depth,
    c.user_id, u.username, above.user_id AS parent_user_id, p.user_id AS post_user_id, c.text, c.posted_at, c.like_count, c.reply_count
  FROM comments c
  LEFT JOIN users u ON u.id = c.user_id
  LEFT JOIN comments above ON above.id = c.parent_comment_id
  LEFT JOIN posts p ON p.id = c.post_id`)
documented(
  v_comment_threads,
  'Comments and replies with the thread that they stand in and whom they answer.',
  {
    id: 'The comment.',
    post_id: 'The post under which it stands.',
    root_comment_id: 'The first-level comment of its thread; for a first-level comment, itself.',
    parent_comment_id: 'The comment that it replies to.',
    depth: '0 for first-level comments, 1 for replies to them, and so on.',
    user_id: 'The author.',
    username: 'The author’s handle.',
    parent_user_id: 'Who wrote the comment that it replies to.',
    post_user_id: 'Whose post it is.',
    text: 'As served.',
    posted_at: 'When it was written.',
    like_count: 'Likes.',
    reply_count: 'Direct replies.',
  },
)

/** Of a remix's parent: whether it is where the chain begins, as most are, so that nobody has to climb. */
const REMIXES_A_ROOT = sql.raw(`
      coalesce((SELECT parent_post_id FROM posts WHERE id = e.target_id), (SELECT min(target_id) FROM edges WHERE kind = 'remix' AND source_id = e.target_id)) IS NULL`)

/** From a remix's parent to the beginning of its chain. */
const remixesUp = (select: string) =>
  sql.raw(`(
      WITH RECURSIVE up (id, depth) AS (
        SELECT e.target_id, 1
        UNION ALL
        SELECT coalesce(k.parent_post_id, (SELECT min(target_id) FROM edges WHERE kind = 'remix' AND source_id = up.id)), up.depth + 1
        FROM up JOIN posts k ON k.id = up.id WHERE up.depth < 1000
      ) ${select})`)

export const v_remix_trees = sqliteView('v_remix_trees', {
  post_id: text(),
  parent_post_id: text(),
  root_post_id: text(),
  depth: integer(),
  user_id: text(),
  username: text(),
  parent_user_id: text(),
  posted_at: text(),
  remix_count: integer(),
}).as(sql`
  SELECT e.source_id AS post_id, e.target_id AS parent_post_id,
    CASE WHEN ${REMIXES_A_ROOT} THEN e.target_id ELSE ${remixesUp('SELECT id FROM up WHERE id IS NOT NULL ORDER BY depth DESC LIMIT 1')} END AS root_post_id,
    CASE WHEN ${REMIXES_A_ROOT} THEN 1 ELSE ${remixesUp('SELECT max(depth) FROM up WHERE id IS NOT NULL')} END AS depth,
    p.user_id, u.username, above.user_id AS parent_user_id, p.posted_at, p.remix_count
  FROM edges e
  LEFT JOIN posts p ON p.id = e.source_id
  LEFT JOIN users u ON u.id = p.user_id
  LEFT JOIN posts above ON above.id = e.target_id
  WHERE likely(e.kind = 'remix') AND (p.parent_post_id IS NULL OR p.parent_post_id = e.target_id)`)
documented(
  v_remix_trees,
  'Remixes with the tree that they belong to, one row each, those that are no longer listed among ' +
    'them. Where a post tells its parent, that is the parent; else the post that listed it.',
  {
    post_id: 'The remix.',
    parent_post_id: 'The post that it remixes.',
    root_post_id: 'The post that its chain of remixes goes back to, as far as it was collected.',
    depth: '1 for a remix of the root, 2 for a remix of that, and so on.',
    user_id: 'Who made the remix.',
    username: 'That user’s handle.',
    parent_user_id: 'Whose post was remixed.',
    posted_at: 'When the remix was posted.',
    remix_count: 'Remixes of the remix.',
  },
)

/** Of one user's posts, and not over all posts at once, so that a condition on the user spares the others. */
const median = (column: 'like_count' | 'view_count') =>
  sql.raw(`
    (SELECT avg(value) FROM (
      SELECT ${column} AS value, row_number() OVER (ORDER BY ${column}) AS place, count(*) OVER () AS told FROM posts WHERE user_id = a.user_id AND ${column} IS NOT NULL)
    WHERE place * 2 BETWEEN told AND told + 2)`)

export const v_creators = sqliteView('v_creators', {
  user_id: text(),
  username: text(),
  display_name: text(),
  follower_count: integer(),
  posts: integer(),
  likes: integer(),
  views: integer(),
  comments: integer(),
  remixes: integer(),
  median_likes: real(),
  median_views: real(),
  engagement_rate: real(),
  first_post_at: text(),
  last_post_at: text(),
  days_between_posts: real(),
}).as(sql`
  SELECT a.user_id, u.username, u.display_name, u.follower_count, a.posts, a.likes, a.views, a.comments, a.remixes, ${median('like_count')} AS median_likes, ${median('view_count')} AS median_views,
    a.engaged * 1.0 / nullif(a.engaged_views, 0) AS engagement_rate, a.first_post_at, a.last_post_at,
    (julianday(a.last_post_at) - julianday(a.first_post_at)) / nullif(a.dated - 1, 0) AS days_between_posts
  FROM (
    SELECT user_id, count(*) AS posts, sum(like_count) AS likes, sum(view_count) AS views, sum(coalesce(recursive_reply_count, reply_count)) AS comments, sum(remix_count) AS remixes,
      sum(CASE WHEN view_count > 0 THEN like_count + coalesce(recursive_reply_count, reply_count, 0) + coalesce(remix_count, 0) END) AS engaged,
      sum(CASE WHEN like_count IS NOT NULL THEN view_count END) AS engaged_views,
      min(posted_at) AS first_post_at, max(posted_at) AS last_post_at, count(posted_at) AS dated
    FROM posts WHERE user_id IS NOT NULL GROUP BY user_id) a
  LEFT JOIN users u ON u.id = a.user_id`)
documented(
  v_creators,
  'Users who have posts in the collection, with sums over those posts; what is not collected is not in them.',
  {
    user_id: 'The user.',
    username: 'The handle.',
    display_name: 'The name shown.',
    follower_count: 'Followers, as the platform counts them.',
    posts: 'Posts collected.',
    likes: 'Likes of those posts.',
    views: 'Views of those posts.',
    comments: 'Comments and replies on those posts, as the platform counts them.',
    remixes: 'Remixes of those posts, as the platform counts them.',
    median_likes: 'Likes of the post in the middle; posts whose likes were not told are left out.',
    median_views: 'Views of the post in the middle; posts whose views were not told are left out.',
    engagement_rate: 'Likes, comments and remixes for each view, over all those posts.',
    first_post_at: 'The oldest of them.',
    last_post_at: 'The newest of them.',
    days_between_posts: 'Days between one post and the next, on average; NULL for a single post.',
  },
)

/*
 * Who follows back is looked up among the followers of the follower, who stand together: by the key it would
 * be one far place for each edge.
 */
export const v_follow_graph = sqliteView('v_follow_graph', {
  follower_id: text(),
  follower: text(),
  followed_id: text(),
  followed: text(),
  mutual: integer(),
  first_seen_at: text(),
}).as(sql`
  SELECT e.source_id AS follower_id, s.username AS follower, e.target_id AS followed_id, t.username AS followed,
    EXISTS (
      SELECT 1 FROM edges r INDEXED BY edges_by_target
      WHERE r.kind = 'follow' AND r.source_id = e.target_id AND r.target_id = e.source_id AND r.gone_at IS NULL) AS mutual,
    e.first_seen_at
  FROM edges e LEFT JOIN users s ON s.id = e.source_id LEFT JOIN users t ON t.id = e.target_id
  WHERE e.kind = 'follow' AND e.gone_at IS NULL`)
documented(v_follow_graph, 'Who follows whom, by name; without those found gone.', {
  follower_id: 'The follower.',
  follower: 'The follower’s handle.',
  followed_id: 'The one followed.',
  followed: 'The handle of the one followed.',
  mutual: '1 if the one followed is known to follow back.',
  first_seen_at: 'When this crawler first saw it.',
})

export const v_post_growth = sqliteView('v_post_growth', {
  post_id: text(),
  previous_at: text(),
  observed_at: text(),
  hours: real(),
  like_count: integer(),
  likes_gained: integer(),
  view_count: integer(),
  views_gained: integer(),
  comments_gained: integer(),
  remixes_gained: integer(),
}).as(sql`
  SELECT post_id, previous_at, observed_at, (julianday(observed_at) - julianday(previous_at)) * 24 AS hours,
    like_count, like_count - likes_before AS likes_gained, view_count, view_count - views_before AS views_gained,
    comment_count - comments_before AS comments_gained, remix_count - remixes_before AS remixes_gained
  FROM (
    SELECT post_id, observed_at, like_count, view_count, coalesce(recursive_reply_count, reply_count) AS comment_count, remix_count,
      lag(observed_at) OVER post AS previous_at, lag(like_count) OVER post AS likes_before, lag(view_count) OVER post AS views_before,
      lag(coalesce(recursive_reply_count, reply_count)) OVER post AS comments_before, lag(remix_count) OVER post AS remixes_before
    FROM post_metrics WINDOW post AS (PARTITION BY post_id ORDER BY observed_at))`)
documented(
  v_post_growth,
  'What each post gained between one observation and the next; an observation is kept only when a ' +
    'counter changed.',
  {
    post_id: 'The post.',
    previous_at: 'The observation before; NULL for the first, which has gained nothing yet.',
    observed_at: 'The observation.',
    hours: 'Hours between the two.',
    like_count: 'Likes at the observation.',
    likes_gained: 'More likes than before; less than 0 where they were withdrawn.',
    view_count: 'Views at the observation.',
    views_gained: 'More views than before.',
    comments_gained: 'More comments and replies than before.',
    remixes_gained: 'More remixes than before.',
  },
)

/*
 * Counted in a window, and not by GROUP BY, so that the pairs come user by user, in the order of the key, and
 * the first need not wait for all.
 */
export const v_cameo_network = sqliteView('v_cameo_network', {
  user_id: text(),
  username: text(),
  with_user_id: text(),
  with_username: text(),
  posts: integer(),
}).as(sql`
  SELECT n.user_id, a.username, n.with_user_id, b.username AS with_username, n.posts
  FROM (
    SELECT user_id, with_user_id, posts
    FROM (
      SELECT x.source_id AS user_id, y.source_id AS with_user_id, count(*) OVER pair AS posts, row_number() OVER pair AS place
      FROM edges x CROSS JOIN edges y
      WHERE x.kind = 'cameo' AND x.gone_at IS NULL AND y.kind = 'cameo' AND y.gone_at IS NULL AND y.target_id = x.target_id AND y.source_id <> x.source_id
      WINDOW pair AS (PARTITION BY x.source_id, y.source_id))
    WHERE place = 1) n
  LEFT JOIN users a ON a.id = n.user_id
  LEFT JOIN users b ON b.id = n.with_user_id`)
documented(
  v_cameo_network,
  'Who appears with whom in posts. Each pair is there both ways, so that a condition on `user_id` ' +
    'finds all its partners; `user_id < with_user_id` gives it once.',
  {
    user_id: 'A user who appears in posts.',
    username: 'That user’s handle.',
    with_user_id: 'Another who appears in the same posts.',
    with_username: 'That one’s handle.',
    posts: 'In how many posts.',
  },
)
