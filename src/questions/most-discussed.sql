-- Posts with most collected comments, and how many people wrote them
-- :limit = 20: posts shown
WITH discussed AS MATERIALIZED (
  SELECT post_id, count(*) AS comments
  FROM comments
  WHERE post_id IS NOT NULL
  GROUP BY post_id
  ORDER BY count(*) DESC, post_id
  LIMIT :limit)
SELECT d.post_id, u.username, d.comments,
  (SELECT count(parent_comment_id) FROM comments WHERE post_id = d.post_id) AS replies,
  (SELECT count(DISTINCT user_id) FROM comments WHERE post_id = d.post_id) AS commenters,
  coalesce(p.recursive_reply_count, p.reply_count) AS told, p.view_count AS views, p.text
FROM discussed d LEFT JOIN posts p ON p.id = d.post_id LEFT JOIN users u ON u.id = p.user_id
ORDER BY d.comments DESC, d.post_id
