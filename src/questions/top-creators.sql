-- Users whose collected posts were seen most, with medians, engagement and how often they post
-- :limit = 20: users shown
-- :min_posts = 1: only users with at least so many collected posts
SELECT username, user_id, posts, views, likes, median_views, median_likes, round(engagement_rate, 4) AS engagement_rate,
  round(days_between_posts, 1) AS days_between_posts, follower_count
FROM v_creators
WHERE posts >= :min_posts
ORDER BY views DESC, user_id
LIMIT :limit
