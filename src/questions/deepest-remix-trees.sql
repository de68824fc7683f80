-- Remix trees by depth: where they began, how many remixes and people are in them
-- :limit = 20: trees shown
WITH trees AS (
  SELECT root_post_id, max(depth) AS depth, count(*) AS remixes, count(DISTINCT user_id) AS remixers, max(posted_at) AS last_remix_at
  FROM v_remix_trees
  GROUP BY root_post_id
  ORDER BY max(depth) DESC, count(*) DESC, root_post_id
  LIMIT :limit)
SELECT t.root_post_id, u.username, t.depth, t.remixes, t.remixers, t.last_remix_at, p.text
FROM trees t LEFT JOIN posts p ON p.id = t.root_post_id LEFT JOIN users u ON u.id = p.user_id
ORDER BY t.depth DESC, t.remixes DESC, t.root_post_id
