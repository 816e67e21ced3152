CREATE TABLE "route_plans" (
	"id" text PRIMARY KEY NOT NULL,
	"channels" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "request_log" ADD COLUMN "plan_id" text;