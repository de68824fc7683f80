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
);
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
);
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
CREATE INDEX `posts_by_user` ON `posts` (`user_id`);--> statement-breakpoint
CREATE TABLE `rankings` (
	`list` text NOT NULL,
	`run_id` integer NOT NULL,
	`position` integer NOT NULL,
	`item_id` text NOT NULL,
	`observed_at` text NOT NULL,
	PRIMARY KEY(`list`, `run_id`, `position`)
);
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
);
--> statement-breakpoint
CREATE TABLE `usernames` (
	`user_id` text NOT NULL,
	`username` text NOT NULL,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL,
	PRIMARY KEY(`user_id`, `username`)
);
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
CREATE TABLE `checkpoints` (
	`id` integer PRIMARY KEY NOT NULL,
	`stream` text NOT NULL,
	`subject_kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`parent_id` text,
	`cursor` text,
	`pass` integer DEFAULT 0 NOT NULL,
	`pass_state` text DEFAULT 'none' NOT NULL,
	`pass_after_request` integer DEFAULT 0 NOT NULL,
	`pages` integer DEFAULT 0 NOT NULL,
	`items` integer DEFAULT 0 NOT NULL,
	`empty_pages` integer DEFAULT 0 NOT NULL,
	`died_at_page` integer,
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
);
--> statement-breakpoint
CREATE TABLE `drift` (
	`path` text NOT NULL,
	`got` text NOT NULL,
	`expected` text NOT NULL,
	`records` integer NOT NULL,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL,
	PRIMARY KEY(`path`, `got`)
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
);
--> statement-breakpoint
CREATE INDEX `frontier_next` ON `frontier` (`run_id`,`state`,`round`,`depth`,`seed`,`stream_id`);--> statement-breakpoint
CREATE TABLE `full_sightings` (
	`kind` text NOT NULL,
	`source_id` text NOT NULL,
	`target_id` text NOT NULL,
	`request_id` integer NOT NULL,
	PRIMARY KEY(`kind`, `source_id`, `target_id`)
);
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
	`first_pass` integer NOT NULL,
	`last_pass` integer NOT NULL,
	`gone` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`stream_id`, `kind`, `item_id`)
);
--> statement-breakpoint
CREATE TABLE `meta` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `pages` (
	`id` integer PRIMARY KEY NOT NULL,
	`request_id` integer NOT NULL,
	`run_id` integer NOT NULL,
	`stream_id` integer NOT NULL,
	`route` text NOT NULL,
	`pass` integer NOT NULL,
	`page` integer NOT NULL,
	`status` integer NOT NULL,
	`body` blob NOT NULL,
	`received_at` text NOT NULL
);
--> statement-breakpoint
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
);
--> statement-breakpoint
CREATE TABLE `run_seeds` (
	`run_id` integer NOT NULL,
	`seed` integer NOT NULL,
	`text` text NOT NULL,
	`requests` integer NOT NULL,
	PRIMARY KEY(`run_id`, `seed`)
);
--> statement-breakpoint
CREATE INDEX `run_seeds_by_load` ON `run_seeds` (`run_id`,`requests`,`seed`);--> statement-breakpoint
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
);
--> statement-breakpoint
CREATE INDEX `scope_pending` ON `scope` (`run_id`,`pending`,`depth`) WHERE pending <> 0;--> statement-breakpoint
CREATE TABLE `told_zero` (
	`run_id` integer NOT NULL,
	`user_id` text NOT NULL,
	`counter` text NOT NULL,
	PRIMARY KEY(`run_id`, `user_id`, `counter`)
);
--> statement-breakpoint
CREATE TABLE `used_cursors` (
	`stream_id` integer NOT NULL,
	`cursor` text NOT NULL,
	PRIMARY KEY(`stream_id`, `cursor`)
);
