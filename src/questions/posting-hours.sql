-- When people post: posts by hour of the day (UTC), and what they got
-- :user = : only this author (an id); empty for all
SELECT substr(posted_at, 12, 2) AS hour, count(*) AS posts, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent,
  round(avg(view_count), 1) AS average_views, round(avg(like_count), 1) AS average_likes
FROM posts
WHERE posted_at IS NOT NULL AND :user IN ('', user_id)
GROUP BY substr(posted_at, 12, 2)
ORDER BY hour
