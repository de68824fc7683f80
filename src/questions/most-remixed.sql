-- Posts with most remixes, as the platform counts them and as collected
-- :limit = 20: posts shown
WITH collected AS (SELECT target_id, count(*) AS remixes FROM edges WHERE kind = 'remix' AND gone_at IS NULL GROUP BY target_id),
  most AS (
    SELECT p.id, p.user_id, p.remix_count AS told, coalesce(c.remixes, 0) AS collected, p.view_count, p.text
    FROM posts p LEFT JOIN collected c ON c.target_id = p.id
    WHERE p.remix_count > 0 OR c.remixes > 0
    ORDER BY max(coalesce(p.remix_count, 0), coalesce(c.remixes, 0)) DESC, p.id
    LIMIT :limit)
SELECT m.id AS post_id, u.username, m.told, m.collected, m.view_count AS views, m.text
FROM most m LEFT JOIN users u ON u.id = m.user_id
ORDER BY max(coalesce(m.told, 0), m.collected) DESC, m.id
