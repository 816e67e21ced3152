CREATE TABLE "stored_responses" (
	"name" text PRIMARY KEY NOT NULL,
	"channel_id" text NOT NULL,
	"channel_key_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "stored_responses_expires_at" ON "stored_responses" USING btree ("expires_at");