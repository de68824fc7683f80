-- Posts with most collected comments, and how many people wrote them
-- :limit = 20: posts shown
WITH discussed AS (
  SELECT post_id, count(*) AS comments, count(parent_comment_id) AS replies, count(DISTINCT user_id) AS commenters
  FROM comments
  WHERE post_id IS NOT NULL
  GROUP BY post_id
  ORDER BY count(*) DESC, post_id
  LIMIT :limit)
SELECT d.post_id, p.username, d.comments, d.replies, d.commenters, p.comment_count AS told, p.view_count AS views, p.text
FROM discussed d LEFT JOIN v_posts p ON p.id = d.post_id
ORDER BY d.comments DESC, d.post_id
