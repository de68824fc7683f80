-- Posts that gained most views a day between the first and the last time that they were observed
-- :limit = 20: posts shown
-- :min_hours = 1: only posts observed over at least so many hours
-- :since = : only what was gained in observations from then on, such as 2025-11-01; empty for all
WITH growth AS (
  SELECT post_id, sum(views_gained) AS views_gained, sum(likes_gained) AS likes_gained, sum(hours) AS hours, max(view_count) AS views
  FROM v_post_growth
  WHERE views_gained IS NOT NULL AND previous_at >= :since
  GROUP BY post_id
  HAVING sum(hours) >= :min_hours
  ORDER BY sum(views_gained) / sum(hours) DESC, post_id
  LIMIT :limit)
SELECT g.post_id, u.username, round(g.views_gained * 24.0 / g.hours, 1) AS views_a_day, g.views_gained, g.likes_gained, round(g.hours, 1) AS hours, g.views, p.text
FROM growth g LEFT JOIN posts p ON p.id = g.post_id LEFT JOIN users u ON u.id = p.user_id
ORDER BY g.views_gained / g.hours DESC, g.post_id
