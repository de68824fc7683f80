-- Posts that gained most views a day between the first and the last time that they were observed
-- :limit = 20: posts shown
-- :min_hours = 1: only posts observed over at least so many hours
-- :since = : only what was gained in observations from then on, such as 2025-11-01; empty for all
WITH spans AS MATERIALIZED (
    SELECT post_id, min(observed_at) AS first, max(observed_at) AS last, max(view_count) - min(view_count) AS most,
      (julianday(max(observed_at)) - julianday(min(observed_at))) * 24 AS hours
    FROM post_metrics
    WHERE view_count IS NOT NULL AND observed_at >= :since
    GROUP BY post_id
    HAVING count(*) > 1),
  gained AS NOT MATERIALIZED (
    SELECT s.post_id, s.most, s.hours, l.view_count AS views, l.view_count - f.view_count AS views_gained, l.like_count - f.like_count AS likes_gained
    FROM spans s
    CROSS JOIN post_metrics f ON f.post_id = s.post_id AND f.observed_at = s.first
    CROSS JOIN post_metrics l ON l.post_id = s.post_id AND l.observed_at = s.last),
  -- No post gained more than lies between its highest and its lowest number. So whatever is among the first gained at least as fast as
  -- those that are first by these really did, and few others have to be looked at.
  least AS MATERIALIZED (
    SELECT min(views_gained / hours) AS rate FROM gained WHERE post_id IN (SELECT post_id FROM spans WHERE hours >= :min_hours ORDER BY most / hours DESC LIMIT :limit)),
  growth AS (
    SELECT g.* FROM gained g WHERE g.hours >= :min_hours AND g.most / g.hours >= (SELECT rate FROM least) ORDER BY g.views_gained / g.hours DESC, g.post_id LIMIT :limit)
SELECT g.post_id, u.username, round(g.views_gained * 24.0 / g.hours, 1) AS views_a_day, g.views_gained, g.likes_gained, round(g.hours, 1) AS hours, g.views, p.text
FROM growth g LEFT JOIN posts p ON p.id = g.post_id LEFT JOIN users u ON u.id = p.user_id
ORDER BY g.views_gained / g.hours DESC, g.post_id
