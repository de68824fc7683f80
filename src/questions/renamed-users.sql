-- Users who were seen under more than one handle, the latest change first
-- :limit = 20: users shown
SELECT n.user_id, group_concat(n.username, ' > ' ORDER BY n.first_seen_at, n.username) AS handles, max(n.first_seen_at) AS changed_at, u.username AS current
FROM usernames n LEFT JOIN users u ON u.id = n.user_id
GROUP BY n.user_id
HAVING count(*) > 1
ORDER BY max(n.first_seen_at) DESC, n.user_id
LIMIT :limit
