import { figure } from './figure.js'

/* Users: who posts, who grows, who is tied to whom, how they talk. */

export interface CreatorRow {
  readonly user_id: string
  readonly username: string | null
  readonly display_name: string | null
  readonly followers: number | null
  readonly posts: number
  readonly views: number
  readonly likes: number
  readonly comments: number
  readonly median_views: number | null
  readonly engagement_rate: number | null
}

export const topCreators = figure<CreatorRow>(`
  WITH creators AS (
    SELECT user_id, count(*) AS posts, CAST(total(view_count) AS INTEGER) AS views, CAST(total(like_count) AS INTEGER) AS likes,
      CAST(total(coalesce(recursive_reply_count, reply_count)) AS INTEGER) AS comments,
      total(CASE WHEN view_count > 0 THEN like_count + coalesce(recursive_reply_count, reply_count, 0) + coalesce(remix_count, 0) END)
        / nullif(total(CASE WHEN like_count IS NOT NULL THEN view_count END), 0) AS engagement_rate
    FROM posts WHERE user_id IS NOT NULL GROUP BY user_id
    ORDER BY total(view_count) DESC, total(like_count) DESC, user_id LIMIT 12)
  SELECT c.user_id, u.username, u.display_name, u.follower_count AS followers, c.posts, c.views, c.likes, c.comments,
    (SELECT avg(value) FROM (
      SELECT view_count AS value, row_number() OVER (ORDER BY view_count) AS place, count(*) OVER () AS told FROM posts WHERE user_id = c.user_id AND view_count IS NOT NULL)
    WHERE place * 2 BETWEEN told AND told + 2) AS median_views,
    round(c.engagement_rate, 4) AS engagement_rate
  FROM creators c LEFT JOIN users u ON u.id = c.user_id
  ORDER BY c.views DESC, c.likes DESC, c.user_id`)

export interface FollowersInTimeRow {
  readonly user_id: string
  readonly username: string | null
  readonly day: string
  readonly followers: number
  readonly gained: number
}

/** Of the accounts whose followers changed most, the last count of each day. */
export const followersInTime = figure<FollowersInTimeRow>(`
  WITH moved AS (
    SELECT user_id FROM user_metrics WHERE follower_count IS NOT NULL
    GROUP BY user_id HAVING min(follower_count) <> max(follower_count)
    ORDER BY max(follower_count) - min(follower_count) DESC, user_id LIMIT 6),
  days AS (
    SELECT m.user_id, substr(m.observed_at, 1, 10) AS day, m.follower_count AS followers,
      first_value(m.follower_count) OVER (PARTITION BY m.user_id ORDER BY m.observed_at) AS at_first,
      row_number() OVER (PARTITION BY m.user_id, substr(m.observed_at, 1, 10) ORDER BY m.observed_at DESC) AS from_last
    FROM moved JOIN user_metrics m ON m.user_id = moved.user_id
    WHERE m.follower_count IS NOT NULL)
  SELECT d.user_id, u.username, d.day, d.followers, d.followers - d.at_first AS gained
  FROM days d LEFT JOIN users u ON u.id = d.user_id
  WHERE d.from_last = 1
  ORDER BY d.user_id, d.day`)

export interface FollowersGainedRow {
  readonly day: string
  readonly accounts: number
  readonly gained: number
  readonly gained_so_far: number
}

/**
 * Over all accounts seen more than once: what they gained from one observation to the next, by the day of the
 * later one.
 */
export const followersGained = figure<FollowersGainedRow>(`
  SELECT day, count(DISTINCT user_id) AS accounts, sum(gained) AS gained, sum(sum(gained)) OVER (ORDER BY day) AS gained_so_far
  FROM (
    SELECT user_id, substr(observed_at, 1, 10) AS day, follower_count - lag(follower_count) OVER (PARTITION BY user_id ORDER BY observed_at) AS gained
    FROM user_metrics WHERE follower_count IS NOT NULL)
  WHERE gained IS NOT NULL
  GROUP BY day
  ORDER BY day`)

export interface FollowRow {
  readonly follower_id: string
  readonly follower: string | null
  readonly follower_degree: number
  /** Whether the account's own lists, of whom it follows and who follows it, were read to their end. */
  readonly follower_read: 0 | 1
  readonly followed_id: string
  readonly followed: string | null
  readonly followed_degree: number
  readonly followed_read: 0 | 1
  readonly mutual: 0 | 1
  /** Ties between the accounts chosen, and accounts and ties of the whole network. */
  readonly ties_between_chosen: number
  readonly accounts_in_all: number
  readonly ties_in_all: number
}

/** Accounts of the follow network that are drawn, and ties of each to others that are. */
export const FOLLOW_CORE = { accounts: 80, tiesOfEach: 4 }

const listsRead = (id: string): string =>
  `(SELECT count(*) = 2 FROM checkpoints WHERE stream IN ('followers', 'following') AND ` +
  `subject_id = ${id} AND (completed_pass IS NOT NULL OR id IN (SELECT stream_id FROM frontier ` +
  `WHERE state = 'gated')))`

/**
 * The core of the network: the accounts with most ties, and of each its ties to those with most, mutual ones
 * first. Degrees count every tie that was ever seen, drawn or not.
 */
export const followNetwork = figure<FollowRow>(`
  WITH degrees AS MATERIALIZED (
    SELECT id, sum(n) AS degree FROM (
      SELECT target_id AS id, count(*) AS n FROM edges WHERE likely(kind = 'follow') GROUP BY target_id
      UNION ALL
      SELECT source_id, count(*) FROM edges WHERE kind = 'follow' GROUP BY source_id)
    GROUP BY id),
  chosen AS MATERIALIZED (SELECT id, degree, ${listsRead('degrees.id')} AS is_read FROM degrees ORDER BY degree DESC, id LIMIT ${FOLLOW_CORE.accounts}),
  ties AS MATERIALIZED (
    SELECT a.id AS follower_id, a.degree AS follower_degree, a.is_read AS follower_read, b.id AS followed_id, b.degree AS followed_degree, b.is_read AS followed_read,
      EXISTS (SELECT 1 FROM edges r WHERE r.kind = 'follow' AND r.source_id = e.target_id AND r.target_id = e.source_id AND r.gone_at IS NULL) AS mutual
    FROM chosen a
    CROSS JOIN edges e ON e.kind = 'follow' AND e.source_id = a.id AND e.gone_at IS NULL
    CROSS JOIN chosen b ON b.id = e.target_id
    WHERE e.source_id <> e.target_id),
  ranked AS (
    SELECT *, row_number() OVER (PARTITION BY follower_id ORDER BY mutual DESC, followed_degree DESC, followed_id) AS place, count(*) OVER () AS ties_between_chosen
    FROM ties)
  SELECT n.follower_id, s.username AS follower, n.follower_degree, n.follower_read, n.followed_id, t.username AS followed, n.followed_degree, n.followed_read, n.mutual, n.ties_between_chosen,
    (SELECT count(*) FROM degrees) AS accounts_in_all, (SELECT sum(degree) / 2 FROM degrees) AS ties_in_all
  FROM ranked n LEFT JOIN users s ON s.id = n.follower_id LEFT JOIN users t ON t.id = n.followed_id
  WHERE n.place <= ${FOLLOW_CORE.tiesOfEach}
  ORDER BY n.mutual DESC, n.follower_degree + n.followed_degree DESC, n.follower_id, n.followed_id`)

export interface CameoPairRow {
  readonly user_id: string
  readonly username: string | null
  readonly user_degree: number
  readonly with_user_id: string
  readonly with_username: string | null
  readonly with_degree: number
  readonly posts: number
  /** Accounts and pairs of the whole network. */
  readonly accounts_in_all: number
  readonly pairs_in_all: number
}

/** Accounts and pairs of the network of appearances that are drawn. */
export const CAMEO_CORE = { accounts: 80, pairs: 200 }

/** Who appears with whom, among the accounts that appear with most others. */
export const cameoNetwork = figure<CameoPairRow>(`
  WITH pairs AS MATERIALIZED (
    SELECT x.source_id AS a, y.source_id AS b, count(*) AS posts
    FROM edges x CROSS JOIN edges y
    WHERE x.kind = 'cameo' AND x.gone_at IS NULL AND y.kind = 'cameo' AND y.gone_at IS NULL AND y.target_id = x.target_id AND +y.source_id > x.source_id
    GROUP BY x.source_id, y.source_id),
  chosen AS MATERIALIZED (
    SELECT id, count(*) AS degree FROM (SELECT a AS id FROM pairs UNION ALL SELECT b FROM pairs)
    GROUP BY id ORDER BY count(*) DESC, id LIMIT ${CAMEO_CORE.accounts})
  SELECT n.a AS user_id, u.username, c.degree AS user_degree, n.b AS with_user_id, v.username AS with_username, d.degree AS with_degree, n.posts,
    (SELECT count(DISTINCT id) FROM (SELECT a AS id FROM pairs UNION ALL SELECT b FROM pairs)) AS accounts_in_all, (SELECT count(*) FROM pairs) AS pairs_in_all
  FROM pairs n JOIN chosen c ON c.id = n.a JOIN chosen d ON d.id = n.b
  LEFT JOIN users u ON u.id = n.a LEFT JOIN users v ON v.id = n.b
  ORDER BY n.posts DESC, c.degree + d.degree DESC, n.a, n.b
  LIMIT ${CAMEO_CORE.pairs}`)

export interface CommentDepthRow {
  /** 0 for first-level comments. */
  readonly depth: number
  readonly comments: number
  readonly authors: number
  readonly posts: number
}

export const commentDepth = figure<CommentDepthRow>(`
  SELECT min(depth, 10) AS depth, count(*) AS comments, count(DISTINCT user_id) AS authors, count(DISTINCT post_id) AS posts
  FROM v_comment_threads
  GROUP BY 1
  ORDER BY 1`)

export interface CommentsPerPostRow {
  /** Smallest number of the class: 1, 2, 5, 10, 20, 50… */
  readonly from_comments: number
  readonly posts: number
}

/** Posts by how many of their comments and replies were collected. */
export const commentsPerPost = figure<CommentsPerPostRow>(`
  SELECT CAST(CASE WHEN substr(n, 1, 1) < '2' THEN '1' WHEN substr(n, 1, 1) < '5' THEN '2' ELSE '5' END || substr('000000000000000000', 1, length(n) - 1) AS INTEGER) AS from_comments,
    count(*) AS posts
  FROM (SELECT count(*) AS n FROM comments WHERE post_id IS NOT NULL GROUP BY post_id)
  GROUP BY 1
  ORDER BY 1`)
