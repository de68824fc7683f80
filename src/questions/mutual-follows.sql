-- Pairs of users who follow each other, those with most followers first
-- :limit = 20: pairs shown
-- :user = : only the partners of this user (an id); empty for all pairs
WITH pairs AS (
  SELECT follower_id, followed_id FROM v_follow_graph WHERE :user = '' AND follower_id < followed_id AND mutual
  UNION ALL
  SELECT follower_id, followed_id FROM v_follow_graph WHERE follower_id = :user AND mutual)
SELECT a.username, a.id AS user_id, a.follower_count AS followers, b.username AS with_username, b.id AS with_user_id, b.follower_count AS with_followers
FROM pairs JOIN users a ON a.id = pairs.follower_id JOIN users b ON b.id = pairs.followed_id
ORDER BY min(coalesce(a.follower_count, 0), coalesce(b.follower_count, 0)) DESC, a.id, b.id
LIMIT :limit
