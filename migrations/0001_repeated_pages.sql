ALTER TABLE `checkpoints` ADD `repeated_pages` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `checkpoints` ADD `barren_pages` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `parked_passes` ADD `repeated_pages` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `parked_passes` ADD `barren_pages` integer DEFAULT 0 NOT NULL;