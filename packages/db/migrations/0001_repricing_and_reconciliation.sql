CREATE TABLE "reconciliations" (
	"id" text PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone NOT NULL,
	"trigger" text NOT NULL,
	"actor_user_id" text,
	"actor_name" text DEFAULT '' NOT NULL,
	"users" integer NOT NULL,
	"difference" bigint NOT NULL,
	"difference_count" integer NOT NULL,
	"differences" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"charged" bigint NOT NULL,
	"log_since" timestamp (3) with time zone,
	CONSTRAINT "reconciliations_trigger" CHECK ("reconciliations"."trigger" in ('nightly', 'manual'))
);
--> statement-breakpoint
CREATE TABLE "repricing_users" (
	"run_id" text NOT NULL,
	"user_id" text NOT NULL,
	"rows" bigint NOT NULL,
	"changed_rows" bigint NOT NULL,
	"old_cost" bigint NOT NULL,
	"new_cost" bigint NOT NULL,
	"booked_at" timestamp (3) with time zone,
	CONSTRAINT "repricing_users_run_id_user_id_pk" PRIMARY KEY("run_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "repricings" (
	"id" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone NOT NULL,
	"model" text,
	"channel_id" text,
	"user_id" text,
	"key_id" text,
	"charge_unpriced" boolean DEFAULT false NOT NULL,
	"note" text NOT NULL,
	"prices_as_of" timestamp (3) with time zone NOT NULL,
	"cursor_at" timestamp (3) with time zone,
	"cursor_id" text,
	"rows" bigint DEFAULT 0 NOT NULL,
	"changed_rows" bigint DEFAULT 0 NOT NULL,
	"unpriced_rows" bigint DEFAULT 0 NOT NULL,
	"old_cost" bigint DEFAULT 0 NOT NULL,
	"new_cost" bigint DEFAULT 0 NOT NULL,
	"created_by" text NOT NULL,
	"created_by_name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"booked_by" text,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "repricings_state" CHECK ("repricings"."state" in ('counting', 'ready', 'booking', 'done', 'discarded'))
);
--> statement-breakpoint
CREATE TABLE "request_adjustments" (
	"run_id" text NOT NULL,
	"request_id" text NOT NULL,
	"user_id" text NOT NULL,
	"key_id" text NOT NULL,
	"ended_at" timestamp (3) with time zone NOT NULL,
	"price_id" text NOT NULL,
	"delta" bigint NOT NULL,
	CONSTRAINT "request_adjustments_run_id_request_id_pk" PRIMARY KEY("run_id","request_id")
);
--> statement-breakpoint
ALTER TABLE "repricing_users" ADD CONSTRAINT "repricing_users_run_id_repricings_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."repricings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_adjustments" ADD CONSTRAINT "request_adjustments_run_id_repricings_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."repricings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reconciliations_started_at" ON "reconciliations" USING btree ("started_at","id");--> statement-breakpoint
CREATE INDEX "repricing_users_open" ON "repricing_users" USING btree ("run_id","booked_at","user_id");--> statement-breakpoint
CREATE INDEX "repricings_created_at" ON "repricings" USING btree ("created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "repricings_one_open" ON "repricings" USING btree ((true)) WHERE state in ('counting', 'ready', 'booking');--> statement-breakpoint
CREATE INDEX "request_adjustments_request" ON "request_adjustments" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "request_adjustments_user" ON "request_adjustments" USING btree ("run_id","user_id");