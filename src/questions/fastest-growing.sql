-- Posts that gained most views a day between the first and the last time that they were observed
-- :limit = 20: posts shown
-- :min_hours = 1: only posts observed over at least so many hours
-- :since = : only what was gained in observations from then on, such as 2025-11-01; empty for all
WITH last AS (
    -- The columns beside max() are those of the row that has it.
    SELECT post_id, max(observed_at) AS observed_at, view_count, like_count
    FROM post_metrics
    WHERE view_count IS NOT NULL AND observed_at >= :since
    GROUP BY post_id
    HAVING count(*) > 1),
  gained AS (
    SELECT l.post_id, l.view_count AS views, l.view_count - f.view_count AS views_gained, l.like_count - f.like_count AS likes_gained,
      (julianday(l.observed_at) - julianday(f.observed_at)) * 24 AS hours
    FROM last l CROSS JOIN post_metrics f ON f.post_id = l.post_id AND f.observed_at = (
      SELECT observed_at FROM post_metrics WHERE post_id = l.post_id AND observed_at >= :since AND view_count IS NOT NULL ORDER BY observed_at LIMIT 1)),
  growth AS (SELECT * FROM gained WHERE hours >= :min_hours ORDER BY views_gained / hours DESC, post_id LIMIT :limit)
SELECT g.post_id, u.username, round(g.views_gained * 24.0 / g.hours, 1) AS views_a_day, g.views_gained, g.likes_gained, round(g.hours, 1) AS hours, g.views, p.text
FROM growth g LEFT JOIN posts p ON p.id = g.post_id LEFT JOIN users u ON u.id = p.user_id
ORDER BY g.views_gained / g.hours DESC, g.post_id
