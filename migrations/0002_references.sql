-- The views name the tables that are away for a moment.
PRAGMA legacy_alter_table=ON;--> statement-breakpoint
CREATE TABLE `__new_attachments` (
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
	`url_expires_at` text,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_attachments`("id", "post_id", "position", "kind", "generation_id", "width", "height", "duration_s", "url", "downloadable_url", "thumbnail_url", "gif_url", "md_url", "url_expires_at") SELECT "id", "post_id", "position", "kind", "generation_id", "width", "height", "duration_s", "url", "downloadable_url", "thumbnail_url", "gif_url", "md_url", "url_expires_at" FROM `attachments`;--> statement-breakpoint
DROP TABLE `attachments`;--> statement-breakpoint
ALTER TABLE `__new_attachments` RENAME TO `attachments`;--> statement-breakpoint
CREATE INDEX `attachments_by_post` ON `attachments` (`post_id`);--> statement-breakpoint
CREATE TABLE `__new_comments` (
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
	`last_seen_at` text NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`parent_comment_id`) REFERENCES `comments`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_comments`("id", "post_id", "parent_comment_id", "user_id", "text", "posted_at", "like_count", "reply_count", "tombstoned_at", "unavailable", "first_seen_at", "last_seen_at") SELECT "id", "post_id", "parent_comment_id", "user_id", "text", "posted_at", "like_count", "reply_count", "tombstoned_at", "unavailable", "first_seen_at", "last_seen_at" FROM `comments`;--> statement-breakpoint
DROP TABLE `comments`;--> statement-breakpoint
ALTER TABLE `__new_comments` RENAME TO `comments`;--> statement-breakpoint
CREATE INDEX `comments_by_post` ON `comments` (`post_id`);--> statement-breakpoint
CREATE TABLE `__new_post_metrics` (
	`post_id` text NOT NULL,
	`observed_at` text NOT NULL,
	`like_count` integer,
	`dislike_count` integer,
	`view_count` integer,
	`unique_view_count` integer,
	`reply_count` integer,
	`recursive_reply_count` integer,
	`remix_count` integer,
	PRIMARY KEY(`post_id`, `observed_at`),
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_post_metrics`("post_id", "observed_at", "like_count", "dislike_count", "view_count", "unique_view_count", "reply_count", "recursive_reply_count", "remix_count") SELECT "post_id", "observed_at", "like_count", "dislike_count", "view_count", "unique_view_count", "reply_count", "recursive_reply_count", "remix_count" FROM `post_metrics`;--> statement-breakpoint
DROP TABLE `post_metrics`;--> statement-breakpoint
ALTER TABLE `__new_post_metrics` RENAME TO `post_metrics`;--> statement-breakpoint
CREATE TABLE `__new_posts` (
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
	`last_seen_at` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_posts`("id", "user_id", "text", "posted_at", "updated_at", "like_count", "dislike_count", "view_count", "unique_view_count", "reply_count", "recursive_reply_count", "remix_count", "permalink", "preview_image_url", "parent_post_id", "root_post_id", "emoji", "is_featured", "tombstoned_at", "unavailable", "first_seen_at", "last_seen_at") SELECT "id", "user_id", "text", "posted_at", "updated_at", "like_count", "dislike_count", "view_count", "unique_view_count", "reply_count", "recursive_reply_count", "remix_count", "permalink", "preview_image_url", "parent_post_id", "root_post_id", "emoji", "is_featured", "tombstoned_at", "unavailable", "first_seen_at", "last_seen_at" FROM `posts`;--> statement-breakpoint
DROP TABLE `posts`;--> statement-breakpoint
ALTER TABLE `__new_posts` RENAME TO `posts`;--> statement-breakpoint
CREATE INDEX `posts_by_user` ON `posts` (`user_id`,`view_count`);--> statement-breakpoint
CREATE TABLE `__new_user_metrics` (
	`user_id` text NOT NULL,
	`observed_at` text NOT NULL,
	`follower_count` integer,
	`following_count` integer,
	`post_count` integer,
	`like_count` integer,
	`view_count` integer,
	`cameo_count` integer,
	PRIMARY KEY(`user_id`, `observed_at`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_user_metrics`("user_id", "observed_at", "follower_count", "following_count", "post_count", "like_count", "view_count", "cameo_count") SELECT "user_id", "observed_at", "follower_count", "following_count", "post_count", "like_count", "view_count", "cameo_count" FROM `user_metrics`;--> statement-breakpoint
DROP TABLE `user_metrics`;--> statement-breakpoint
ALTER TABLE `__new_user_metrics` RENAME TO `user_metrics`;--> statement-breakpoint
CREATE TABLE `__new_usernames` (
	`user_id` text NOT NULL,
	`username` text NOT NULL,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL,
	PRIMARY KEY(`user_id`, `username`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_usernames`("user_id", "username", "first_seen_at", "last_seen_at") SELECT "user_id", "username", "first_seen_at", "last_seen_at" FROM `usernames`;--> statement-breakpoint
DROP TABLE `usernames`;--> statement-breakpoint
ALTER TABLE `__new_usernames` RENAME TO `usernames`;--> statement-breakpoint
CREATE TABLE `__new_users` (
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
	`last_seen_at` text NOT NULL,
	FOREIGN KEY (`owner_user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_users`("id", "username", "display_name", "bio", "profile_picture_url", "banner_image_url", "follower_count", "following_count", "post_count", "like_count", "view_count", "cameo_count", "is_verified", "created_at", "social_links", "owner_user_id", "unavailable", "first_seen_at", "last_seen_at") SELECT "id", "username", "display_name", "bio", "profile_picture_url", "banner_image_url", "follower_count", "following_count", "post_count", "like_count", "view_count", "cameo_count", "is_verified", "created_at", "social_links", "owner_user_id", "unavailable", "first_seen_at", "last_seen_at" FROM `users`;--> statement-breakpoint
DROP TABLE `users`;--> statement-breakpoint
ALTER TABLE `__new_users` RENAME TO `users`;--> statement-breakpoint
PRAGMA legacy_alter_table=OFF;