CREATE TABLE `attachments` (
	`id` text PRIMARY KEY NOT NULL,
	`post_id` text NOT NULL,
	`position` integer NOT NULL,
	`kind` text,
	`generation_id` text,
	`width` integer,
	`height` integer,
	`duration_s` real,
	`url` text,
	`downloadable_url` text,
	`thumbnail_url` text,
	`gif_url` text,
	`md_url` text,
	`url_expires_at` text
);
--> statement-breakpoint
CREATE INDEX `attachments_by_post` ON `attachments` (`post_id`);--> statement-breakpoint
CREATE TABLE `comments` (
	`id` text PRIMARY KEY NOT NULL,
	`post_id` text,
	`parent_comment_id` text,
	`user_id` text,
	`text` text,
	`posted_at` text,
	`like_count` integer,
	`reply_count` integer,
	`tombstoned_at` text,
	`unavailable` text,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `comments_by_post` ON `comments` (`post_id`);--> statement-breakpoint
CREATE TABLE `edges` (
	`kind` text NOT NULL,
	`source_id` text NOT NULL,
	`target_id` text NOT NULL,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL,
	`gone_at` text,
	PRIMARY KEY(`kind`, `source_id`, `target_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `edges_by_target` ON `edges` (`target_id`,`kind`);--> statement-breakpoint
CREATE TABLE `post_metrics` (
	`post_id` text NOT NULL,
	`observed_at` text NOT NULL,
	`like_count` integer,
	`dislike_count` integer,
	`view_count` integer,
	`unique_view_count` integer,
	`reply_count` integer,
	`recursive_reply_count` integer,
	`remix_count` integer,
	PRIMARY KEY(`post_id`, `observed_at`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `posts` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text,
	`text` text,
	`posted_at` text,
	`updated_at` text,
	`like_count` integer,
	`dislike_count` integer,
	`view_count` integer,
	`unique_view_count` integer,
	`reply_count` integer,
	`recursive_reply_count` integer,
	`remix_count` integer,
	`permalink` text,
	`preview_image_url` text,
	`parent_post_id` text,
	`root_post_id` text,
	`emoji` text,
	`is_featured` integer,
	`tombstoned_at` text,
	`unavailable` text,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `posts_by_user` ON `posts` (`user_id`,`view_count`);--> statement-breakpoint
CREATE TABLE `rankings` (
	`list` text NOT NULL,
	`run_id` integer NOT NULL,
	`position` integer NOT NULL,
	`item_id` text NOT NULL,
	`observed_at` text NOT NULL,
	PRIMARY KEY(`list`, `run_id`, `position`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `user_metrics` (
	`user_id` text NOT NULL,
	`observed_at` text NOT NULL,
	`follower_count` integer,
	`following_count` integer,
	`post_count` integer,
	`like_count` integer,
	`view_count` integer,
	`cameo_count` integer,
	PRIMARY KEY(`user_id`, `observed_at`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `usernames` (
	`user_id` text NOT NULL,
	`username` text NOT NULL,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL,
	PRIMARY KEY(`user_id`, `username`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`username` text,
	`display_name` text,
	`bio` text,
	`profile_picture_url` text,
	`banner_image_url` text,
	`follower_count` integer,
	`following_count` integer,
	`post_count` integer,
	`like_count` integer,
	`view_count` integer,
	`cameo_count` integer,
	`is_verified` integer,
	`created_at` text,
	`social_links` text,
	`owner_user_id` text,
	`unavailable` text,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `estimates` (
	`run_id` integer NOT NULL,
	`stream` text NOT NULL,
	`streams` integer NOT NULL,
	`low` integer NOT NULL,
	`likely` integer NOT NULL,
	`high` integer NOT NULL,
	`actual` integer,
	PRIMARY KEY(`run_id`, `stream`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `forgotten` (
	`hash` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`forgotten_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `frontier` (
	`run_id` integer NOT NULL,
	`stream_id` integer NOT NULL,
	`depth` integer NOT NULL,
	`seed` integer NOT NULL,
	`max_pages` integer,
	`state` text NOT NULL,
	`round` integer DEFAULT 0 NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`reason` text,
	PRIMARY KEY(`run_id`, `stream_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `frontier_next` ON `frontier` (`run_id`,`state`,`round`,`depth`,`seed`,`stream_id`);--> statement-breakpoint
CREATE TABLE `meta` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `run_seeds` (
	`run_id` integer NOT NULL,
	`seed` integer NOT NULL,
	`text` text NOT NULL,
	`requests` integer NOT NULL,
	PRIMARY KEY(`run_id`, `seed`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `runs` (
	`id` integer PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`options` text NOT NULL,
	`state` text NOT NULL,
	`outcome` text,
	`stopped_by` text,
	`exit_code` integer,
	`started_at` text NOT NULL,
	`finished_at` text,
	`started_after_request` integer NOT NULL,
	`last_request` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `scope` (
	`run_id` integer NOT NULL,
	`option_set` integer NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`depth` integer NOT NULL,
	`seed` integer NOT NULL,
	`pending` integer NOT NULL,
	PRIMARY KEY(`run_id`, `option_set`, `kind`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `scope_pending` ON `scope` (`run_id`,`pending`,`depth`) WHERE pending <> 0;--> statement-breakpoint
CREATE TABLE `checkpoints` (
	`id` integer PRIMARY KEY NOT NULL,
	`stream` text NOT NULL,
	`subject_kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`parent_id` text,
	`cursor` text,
	`pass` integer DEFAULT 0 NOT NULL,
	`passes_begun` integer DEFAULT 0 NOT NULL,
	`pass_state` text DEFAULT 'none' NOT NULL,
	`pass_after_request` integer DEFAULT 0 NOT NULL,
	`pages` integer DEFAULT 0 NOT NULL,
	`items` integer DEFAULT 0 NOT NULL,
	`empty_pages` integer DEFAULT 0 NOT NULL,
	`died_at_page` integer,
	`capped_in_run` integer,
	`read_in_run` integer,
	`full` integer DEFAULT 0 NOT NULL,
	`flawed` integer DEFAULT 0 NOT NULL,
	`pass_counters` text,
	`read_counters` text,
	`known_from_page` integer,
	`late_news` integer DEFAULT 0 NOT NULL,
	`completed_pass` integer,
	`completed_at` text,
	`unavailable` text,
	`reason` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `checkpoints_by_stream` ON `checkpoints` (`stream`,`subject_id`);--> statement-breakpoint
CREATE TABLE `completed_passes` (
	`stream_id` integer NOT NULL,
	`pass` integer NOT NULL,
	PRIMARY KEY(`stream_id`, `pass`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `full_sightings` (
	`kind` text NOT NULL,
	`source_id` text NOT NULL,
	`target_id` text NOT NULL,
	`request_id` integer NOT NULL,
	PRIMARY KEY(`kind`, `source_id`, `target_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `handles` (
	`username` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`resolved_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `members` (
	`stream_id` integer NOT NULL,
	`kind` text NOT NULL,
	`item_id` text NOT NULL,
	`hop` integer NOT NULL,
	`known_pass` integer,
	`last_pass` integer DEFAULT 0 NOT NULL,
	`last_full_pass` integer DEFAULT 0 NOT NULL,
	`gone` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`stream_id`, `kind`, `item_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `parked_passes` (
	`stream_id` integer PRIMARY KEY NOT NULL,
	`pass` integer NOT NULL,
	`cursor` text,
	`pages` integer NOT NULL,
	`items` integer NOT NULL,
	`empty_pages` integer NOT NULL,
	`died_at_page` integer,
	`full` integer NOT NULL,
	`pass_after_request` integer NOT NULL,
	`pass_counters` text,
	`known_from_page` integer,
	`late_news` integer NOT NULL,
	`read_in_run` integer
);
--> statement-breakpoint
CREATE TABLE `told_zero` (
	`run_id` integer NOT NULL,
	`user_id` text NOT NULL,
	`counter` text NOT NULL,
	PRIMARY KEY(`run_id`, `user_id`, `counter`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `used_cursors` (
	`stream_id` integer NOT NULL,
	`pass` integer NOT NULL,
	`cursor` text NOT NULL,
	PRIMARY KEY(`stream_id`, `pass`, `cursor`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `drift` (
	`kind` text NOT NULL,
	`path` text NOT NULL,
	`got` text NOT NULL,
	`expected` text NOT NULL,
	`records` integer NOT NULL,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL,
	PRIMARY KEY(`kind`, `path`, `got`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `imports` (
	`hash` text PRIMARY KEY NOT NULL,
	`page_id` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `pages` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`request_id` integer NOT NULL,
	`run_id` integer NOT NULL,
	`stream_id` integer NOT NULL,
	`route` text NOT NULL,
	`pass` integer NOT NULL,
	`page` integer NOT NULL,
	`served_before` integer DEFAULT 0 NOT NULL,
	`status` integer NOT NULL,
	`meaning` text NOT NULL,
	`sighting` integer,
	`gone_after` integer,
	`received_at` text NOT NULL,
	`body` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `pages_in_doubt` ON `pages` (`stream_id`) WHERE meaning = 'doubtful';--> statement-breakpoint
CREATE TABLE `rejects` (
	`id` integer PRIMARY KEY NOT NULL,
	`page_id` integer NOT NULL,
	`run_id` integer NOT NULL,
	`stream_id` integer NOT NULL,
	`pass` integer NOT NULL,
	`route` text NOT NULL,
	`stream` text NOT NULL,
	`reason` text NOT NULL,
	`raw` text NOT NULL,
	`program_version` text NOT NULL,
	`rejected_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `requests` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` integer NOT NULL,
	`stream_id` integer NOT NULL,
	`route` text NOT NULL,
	`cursor` text,
	`state` text NOT NULL,
	`status` integer,
	`cost_microusd` integer NOT NULL,
	`reserved_at` text NOT NULL,
	`settled_at` text,
	`error` text
);
--> statement-breakpoint
CREATE TABLE `route_proofs` (
	`route` text NOT NULL,
	`run_id` integer NOT NULL,
	`first_answer_at` text NOT NULL,
	PRIMARY KEY(`route`, `run_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `told_fields` (
	`stream` text NOT NULL,
	`path` text NOT NULL,
	`told` integer NOT NULL,
	`missing` integer NOT NULL,
	`missed_at` text,
	PRIMARY KEY(`stream`, `path`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE VIEW `v_cameo_network` AS 
  SELECT n.user_id, a.username, n.with_user_id, b.username AS with_username, n.posts
  FROM (
    SELECT user_id, with_user_id, posts
    FROM (
      SELECT x.source_id AS user_id, y.source_id AS with_user_id, count(*) OVER pair AS posts, row_number() OVER pair AS place
      FROM edges x CROSS JOIN edges y
      WHERE x.kind = 'cameo' AND x.gone_at IS NULL AND y.kind = 'cameo' AND y.gone_at IS NULL AND y.target_id = x.target_id AND y.source_id <> x.source_id
      WINDOW pair AS (PARTITION BY x.source_id, y.source_id))
    WHERE place = 1) n
  LEFT JOIN users a ON a.id = n.user_id
  LEFT JOIN users b ON b.id = n.with_user_id;--> statement-breakpoint
CREATE VIEW `v_comment_threads` AS 
  SELECT c.id, c.post_id,
    CASE WHEN c.parent_comment_id IS NULL THEN c.id WHEN above.parent_comment_id IS NULL THEN c.parent_comment_id ELSE (
      WITH RECURSIVE up (id, depth) AS (
        SELECT c.parent_comment_id, 1
        UNION ALL
        SELECT k.parent_comment_id, up.depth + 1 FROM up JOIN comments k ON k.id = up.id WHERE k.parent_comment_id IS NOT NULL AND up.depth < 1000
      ) SELECT id FROM up ORDER BY depth DESC LIMIT 1) END AS root_comment_id,
    c.parent_comment_id,
    CASE WHEN c.parent_comment_id IS NULL THEN 0 WHEN above.parent_comment_id IS NULL THEN 1 ELSE (
      WITH RECURSIVE up (id, depth) AS (
        SELECT c.parent_comment_id, 1
        UNION ALL
        SELECT k.parent_comment_id, up.depth + 1 FROM up JOIN comments k ON k.id = up.id WHERE k.parent_comment_id IS NOT NULL AND up.depth < 1000
      ) SELECT max(depth) FROM up) END AS depth,
    c.user_id, u.username, above.user_id AS parent_user_id, p.user_id AS post_user_id, c.text, c.posted_at, c.like_count, c.reply_count
  FROM comments c
  LEFT JOIN users u ON u.id = c.user_id
  LEFT JOIN comments above ON above.id = c.parent_comment_id
  LEFT JOIN posts p ON p.id = c.post_id;--> statement-breakpoint
CREATE VIEW `v_creators` AS 
  SELECT a.user_id, u.username, u.display_name, u.follower_count, a.posts, a.likes, a.views, a.comments, a.remixes, 
    (SELECT avg(value) FROM (
      SELECT like_count AS value, row_number() OVER (ORDER BY like_count) AS place, count(*) OVER () AS told FROM posts WHERE user_id = a.user_id AND like_count IS NOT NULL)
    WHERE place * 2 BETWEEN told AND told + 2) AS median_likes, 
    (SELECT avg(value) FROM (
      SELECT view_count AS value, row_number() OVER (ORDER BY view_count) AS place, count(*) OVER () AS told FROM posts WHERE user_id = a.user_id AND view_count IS NOT NULL)
    WHERE place * 2 BETWEEN told AND told + 2) AS median_views,
    a.engaged * 1.0 / nullif(a.engaged_views, 0) AS engagement_rate, a.first_post_at, a.last_post_at,
    (julianday(a.last_post_at) - julianday(a.first_post_at)) / nullif(a.dated - 1, 0) AS days_between_posts
  FROM (
    SELECT user_id, count(*) AS posts, sum(like_count) AS likes, sum(view_count) AS views, sum(coalesce(recursive_reply_count, reply_count)) AS comments, sum(remix_count) AS remixes,
      sum(CASE WHEN view_count > 0 THEN like_count + coalesce(recursive_reply_count, reply_count, 0) + coalesce(remix_count, 0) END) AS engaged,
      sum(CASE WHEN like_count IS NOT NULL THEN view_count END) AS engaged_views,
      min(posted_at) AS first_post_at, max(posted_at) AS last_post_at, count(posted_at) AS dated
    FROM posts WHERE user_id IS NOT NULL GROUP BY user_id) a
  LEFT JOIN users u ON u.id = a.user_id;--> statement-breakpoint
CREATE VIEW `v_follow_graph` AS 
  SELECT e.source_id AS follower_id, s.username AS follower, e.target_id AS followed_id, t.username AS followed,
    EXISTS (
      SELECT 1 FROM edges r INDEXED BY edges_by_target
      WHERE r.kind = 'follow' AND r.source_id = e.target_id AND r.target_id = e.source_id AND r.gone_at IS NULL) AS mutual,
    e.first_seen_at
  FROM edges e LEFT JOIN users s ON s.id = e.source_id LEFT JOIN users t ON t.id = e.target_id
  WHERE e.kind = 'follow' AND e.gone_at IS NULL;--> statement-breakpoint
CREATE VIEW `v_post_growth` AS 
  SELECT post_id, previous_at, observed_at, (julianday(observed_at) - julianday(previous_at)) * 24 AS hours,
    like_count, like_count - likes_before AS likes_gained, view_count, view_count - views_before AS views_gained,
    comment_count - comments_before AS comments_gained, remix_count - remixes_before AS remixes_gained
  FROM (
    SELECT post_id, observed_at, like_count, view_count, coalesce(recursive_reply_count, reply_count) AS comment_count, remix_count,
      lag(observed_at) OVER post AS previous_at, lag(like_count) OVER post AS likes_before, lag(view_count) OVER post AS views_before,
      lag(coalesce(recursive_reply_count, reply_count)) OVER post AS comments_before, lag(remix_count) OVER post AS remixes_before
    FROM post_metrics WINDOW post AS (PARTITION BY post_id ORDER BY observed_at));--> statement-breakpoint
CREATE VIEW `v_posts` AS 
  SELECT p.id, p.user_id, u.username, u.display_name, p.text, p.posted_at, p.like_count, p.view_count,
    coalesce(p.recursive_reply_count, p.reply_count) AS comment_count, p.remix_count,
    (p.like_count + coalesce(p.recursive_reply_count, p.reply_count, 0) + coalesce(p.remix_count, 0)) * 1.0 / nullif(p.view_count, 0) AS engagement_rate,
    p.parent_post_id, p.permalink, p.unavailable
  FROM posts p LEFT JOIN users u ON u.id = p.user_id;--> statement-breakpoint
CREATE VIEW `v_remix_trees` AS 
  SELECT e.source_id AS post_id, e.target_id AS parent_post_id,
    CASE WHEN 
      coalesce((SELECT parent_post_id FROM posts WHERE id = e.target_id), (SELECT min(target_id) FROM edges WHERE kind = 'remix' AND source_id = e.target_id)) IS NULL THEN e.target_id ELSE (
      WITH RECURSIVE up (id, depth) AS (
        SELECT e.target_id, 1
        UNION ALL
        SELECT coalesce(k.parent_post_id, (SELECT min(target_id) FROM edges WHERE kind = 'remix' AND source_id = up.id)), up.depth + 1
        FROM up JOIN posts k ON k.id = up.id WHERE up.depth < 1000
      ) SELECT id FROM up WHERE id IS NOT NULL ORDER BY depth DESC LIMIT 1) END AS root_post_id,
    CASE WHEN 
      coalesce((SELECT parent_post_id FROM posts WHERE id = e.target_id), (SELECT min(target_id) FROM edges WHERE kind = 'remix' AND source_id = e.target_id)) IS NULL THEN 1 ELSE (
      WITH RECURSIVE up (id, depth) AS (
        SELECT e.target_id, 1
        UNION ALL
        SELECT coalesce(k.parent_post_id, (SELECT min(target_id) FROM edges WHERE kind = 'remix' AND source_id = up.id)), up.depth + 1
        FROM up JOIN posts k ON k.id = up.id WHERE up.depth < 1000
      ) SELECT max(depth) FROM up WHERE id IS NOT NULL) END AS depth,
    p.user_id, u.username, above.user_id AS parent_user_id, p.posted_at, p.remix_count
  FROM edges e
  LEFT JOIN posts p ON p.id = e.source_id
  LEFT JOIN users u ON u.id = p.user_id
  LEFT JOIN posts above ON above.id = e.target_id
  WHERE likely(e.kind = 'remix') AND (p.parent_post_id IS NULL OR p.parent_post_id = e.target_id);