-- Posts with most collected comments, and how many people wrote them
-- :limit = 20: posts shown
WITH discussed AS (
  SELECT post_id, count(*) AS comments, count(parent_comment_id) AS replies, count(DISTINCT user_id) AS commenters
  FROM comments
  WHERE post_id IS NOT NULL
  GROUP BY post_id
  ORDER BY count(*) DESC, post_id
  LIMIT :limit)
SELECT d.post_id, u.username, d.comments, d.replies, d.commenters, coalesce(p.recursive_reply_count, p.reply_count) AS told, p.view_count AS views, p.text
FROM discussed d LEFT JOIN posts p ON p.id = d.post_id LEFT JOIN users u ON u.id = p.user_id
ORDER BY d.comments DESC, d.post_id
