-- Posts with most remixes, as the platform counts them and as collected
-- :limit = 20: posts shown
WITH collected AS (SELECT target_id AS id, count(*) AS remixes FROM edges WHERE kind = 'remix' AND gone_at IS NULL GROUP BY target_id),
  -- Whoever is among the first by the larger number is so by one of them.
  candidates AS (
    SELECT id FROM (SELECT id FROM posts WHERE remix_count > 0 ORDER BY remix_count DESC, id LIMIT :limit)
    UNION
    SELECT id FROM (SELECT c.id FROM collected c JOIN posts p ON p.id = c.id ORDER BY c.remixes DESC, c.id LIMIT :limit)),
  most AS (
    SELECT p.id, p.user_id, p.remix_count AS told, p.view_count, p.text,
      (SELECT count(*) FROM edges WHERE kind = 'remix' AND target_id = p.id AND gone_at IS NULL) AS collected
    FROM candidates c JOIN posts p ON p.id = c.id)
SELECT m.id AS post_id, u.username, m.told, m.collected, m.view_count AS views, m.text
FROM most m LEFT JOIN users u ON u.id = m.user_id
ORDER BY max(coalesce(m.told, 0), m.collected) DESC, m.id
LIMIT :limit
