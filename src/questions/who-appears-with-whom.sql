-- Pairs of users who appear in the same posts, and in how many
-- :limit = 20: pairs shown
-- :user = : only the partners of this user (an id); empty for all pairs
WITH pairs AS MATERIALIZED (
  SELECT user_id, with_user_id, posts FROM v_cameo_network WHERE :user = '' AND user_id < with_user_id
  UNION ALL
  SELECT user_id, with_user_id, posts FROM v_cameo_network WHERE user_id = :user
  ORDER BY posts DESC, user_id, with_user_id
  LIMIT :limit)
SELECT a.username, p.user_id, b.username AS with_username, p.with_user_id, p.posts
FROM pairs p LEFT JOIN users a ON a.id = p.user_id LEFT JOIN users b ON b.id = p.with_user_id
ORDER BY p.posts DESC, p.user_id, p.with_user_id
