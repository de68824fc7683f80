-- Pairs of users who comment on each other's posts, the most balanced and frequent first
-- :limit = 20: pairs shown
-- Both directions of a pair are counted in one group, so that no list of millions has to be searched for the way back.
WITH pairs AS (
  SELECT min(c.user_id, p.user_id) AS user_id, max(c.user_id, p.user_id) AS with_user_id, sum(c.user_id < p.user_id) AS there, sum(c.user_id > p.user_id) AS back
  FROM comments c JOIN posts p ON p.id = c.post_id
  WHERE c.user_id <> p.user_id
  GROUP BY min(c.user_id, p.user_id), max(c.user_id, p.user_id)
  HAVING sum(c.user_id < p.user_id) > 0 AND sum(c.user_id > p.user_id) > 0
  ORDER BY min(sum(c.user_id < p.user_id), sum(c.user_id > p.user_id)) DESC, count(*) DESC, 1, 2
  LIMIT :limit)
SELECT a.username, pairs.user_id, b.username AS with_username, pairs.with_user_id, pairs.there AS comments_there, pairs.back AS comments_back
FROM pairs LEFT JOIN users a ON a.id = pairs.user_id LEFT JOIN users b ON b.id = pairs.with_user_id
ORDER BY min(pairs.there, pairs.back) DESC, pairs.there + pairs.back DESC, pairs.user_id, pairs.with_user_id
