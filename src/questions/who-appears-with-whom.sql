-- Pairs of users who appear in the same posts, and in how many
-- :limit = 20: pairs shown
-- :user = : only the partners of this user (an id); empty for all pairs
WITH pairs AS (
  SELECT * FROM v_cameo_network WHERE :user = '' AND user_id < with_user_id
  UNION ALL
  SELECT * FROM v_cameo_network WHERE user_id = :user)
SELECT username, user_id, with_username, with_user_id, posts
FROM pairs
ORDER BY posts DESC, user_id, with_user_id
LIMIT :limit
