-- Requests and dollars by day (UTC), the newest first; requests of unknown fate count as billed
-- :limit = 60: days shown
SELECT substr(reserved_at, 1, 10) AS day, count(*) AS requests, sum(state IN ('unknown', 'reserved')) AS unknown,
  sum(cost_microusd) / 1e6 AS usd, sum(sum(cost_microusd)) OVER (ORDER BY substr(reserved_at, 1, 10)) / 1e6 AS usd_so_far
FROM requests
WHERE state NOT IN ('never-sent', 'imported')
GROUP BY substr(reserved_at, 1, 10)
ORDER BY day DESC
LIMIT :limit
