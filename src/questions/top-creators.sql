-- Users whose collected posts were seen most, with medians, engagement and how often they post
-- :limit = 20: users shown
-- :min_posts = 1: only users with at least so many collected posts
-- As in v_creators, which would work out the medians of everybody before it knows who is among the first.
WITH creators AS MATERIALIZED (
  SELECT user_id, count(*) AS posts, sum(view_count) AS views
  FROM posts
  WHERE user_id IS NOT NULL
  GROUP BY user_id
  HAVING count(*) >= :min_posts
  ORDER BY sum(view_count) DESC, user_id
  LIMIT :limit),
  sums AS (
    SELECT c.user_id, c.posts, c.views, sum(p.like_count) AS likes,
      sum(CASE WHEN p.view_count > 0 THEN p.like_count + coalesce(p.recursive_reply_count, p.reply_count, 0) + coalesce(p.remix_count, 0) END) * 1.0
        / nullif(sum(CASE WHEN p.like_count IS NOT NULL THEN p.view_count END), 0) AS engagement_rate,
      (julianday(max(p.posted_at)) - julianday(min(p.posted_at))) / nullif(count(p.posted_at) - 1, 0) AS days_between_posts
    FROM creators c CROSS JOIN posts p ON p.user_id = c.user_id
    GROUP BY c.user_id, c.posts, c.views)
SELECT u.username, s.user_id, s.posts, s.views, s.likes,
  (SELECT avg(view_count) FROM (
    SELECT view_count, row_number() OVER (ORDER BY view_count) AS place, count(*) OVER () AS told FROM posts WHERE user_id = s.user_id AND view_count IS NOT NULL)
  WHERE place * 2 BETWEEN told AND told + 2) AS median_views,
  (SELECT avg(like_count) FROM (
    SELECT like_count, row_number() OVER (ORDER BY like_count) AS place, count(*) OVER () AS told FROM posts WHERE user_id = s.user_id AND like_count IS NOT NULL)
  WHERE place * 2 BETWEEN told AND told + 2) AS median_likes,
  round(s.engagement_rate, 4) AS engagement_rate, round(s.days_between_posts, 1) AS days_between_posts, u.follower_count
FROM sums s LEFT JOIN users u ON u.id = s.user_id
ORDER BY s.views DESC, s.user_id
