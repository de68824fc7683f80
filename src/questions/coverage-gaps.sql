-- Listings that hold less than the platform counts, those that miss most first
-- :limit = 20: listings shown
-- :stream = : only this stream, such as followers; empty for all
WITH listings AS (
    SELECT k.stream, k.subject_id, k.pass_state, k.completed_at, coalesce(k.reason, k.unavailable) AS reason,
      CASE k.stream
        WHEN 'cameos' THEN (SELECT cameo_count FROM users WHERE id = k.subject_id)
        WHEN 'comments' THEN (SELECT reply_count FROM posts WHERE id = k.subject_id)
        WHEN 'followers' THEN (SELECT follower_count FROM users WHERE id = k.subject_id)
        WHEN 'following' THEN (SELECT following_count FROM users WHERE id = k.subject_id)
        WHEN 'posts' THEN (SELECT post_count FROM users WHERE id = k.subject_id)
        WHEN 'remixes' THEN (SELECT remix_count FROM posts WHERE id = k.subject_id)
        WHEN 'replies' THEN (SELECT reply_count FROM comments WHERE id = k.subject_id) END AS told,
      (SELECT count(*) FROM members m WHERE m.stream_id = k.id AND m.gone = 0 AND m.kind = CASE k.stream
        WHEN 'cameos' THEN 'post'
        WHEN 'comments' THEN 'comment'
        WHEN 'detail' THEN 'post'
        WHEN 'feed' THEN 'post'
        WHEN 'followers' THEN 'user'
        WHEN 'following' THEN 'user'
        WHEN 'leaderboard' THEN 'user'
        WHEN 'posts' THEN 'post'
        WHEN 'remixes' THEN 'post'
        WHEN 'replies' THEN 'reply'
        WHEN 'search' THEN 'user' END) AS held
    FROM checkpoints k
    WHERE :stream IN ('', k.stream))
SELECT stream, subject_id, told, held, told - held AS missing, pass_state, completed_at, reason
FROM listings
WHERE told > held
ORDER BY told - held DESC, stream, subject_id
LIMIT :limit
