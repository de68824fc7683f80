-- Pairs of users who comment on each other's posts, the most balanced and frequent first
-- :limit = 20: pairs shown
WITH said AS MATERIALIZED (
  SELECT c.user_id AS commenter, p.user_id AS author, count(*) AS comments
  FROM comments c JOIN posts p ON p.id = c.post_id
  WHERE c.user_id <> p.user_id
  GROUP BY c.user_id, p.user_id)
SELECT a.username, there.commenter AS user_id, b.username AS with_username, there.author AS with_user_id,
  there.comments AS comments_there, back.comments AS comments_back
FROM said there
JOIN said back ON back.commenter = there.author AND back.author = there.commenter
LEFT JOIN users a ON a.id = there.commenter
LEFT JOIN users b ON b.id = there.author
WHERE there.commenter < there.author
ORDER BY min(there.comments, back.comments) DESC, there.comments + back.comments DESC, there.commenter, there.author
LIMIT :limit
