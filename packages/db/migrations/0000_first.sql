CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "announcement_dismissals" (
	"user_id" text NOT NULL,
	"announcement_id" text NOT NULL,
	"revision" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "announcement_dismissals_user_id_announcement_id_pk" PRIMARY KEY("user_id","announcement_id")
);
--> statement-breakpoint
CREATE TABLE "announcements" (
	"id" text PRIMARY KEY NOT NULL,
	"enabled" boolean DEFAULT false NOT NULL,
	"mode" text NOT NULL,
	"title" text NOT NULL,
	"html" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "announcements_mode" CHECK ("announcements"."mode" in ('banner', 'dialog'))
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"actor_user_id" text,
	"actor_name" text DEFAULT '' NOT NULL,
	"action" text NOT NULL,
	"entity_kind" text NOT NULL,
	"entity_id" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"ip" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "budget_leases" (
	"id" text PRIMARY KEY NOT NULL,
	"budget_id" text NOT NULL,
	"worker_id" text NOT NULL,
	"amount" bigint NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "budgets" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_kind" text NOT NULL,
	"owner_id" text NOT NULL,
	"span" text NOT NULL,
	"limit" bigint NOT NULL,
	"used" bigint DEFAULT 0 NOT NULL,
	"leased" bigint DEFAULT 0 NOT NULL,
	"window_started_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "budgets_leased_not_negative" CHECK ("budgets"."leased" >= 0)
);
--> statement-breakpoint
CREATE TABLE "channel_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"channel_id" text NOT NULL,
	"encrypted_secret" text NOT NULL,
	"last_four" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"status_reason" text,
	"status_changed_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channel_keys_status" CHECK ("channel_keys"."status" in ('active', 'disabled', 'rejected'))
);
--> statement-breakpoint
CREATE TABLE "channel_tests" (
	"id" text PRIMARY KEY NOT NULL,
	"channel_id" text NOT NULL,
	"channel_key_id" text,
	"kind" text NOT NULL,
	"model" text NOT NULL,
	"ok" boolean NOT NULL,
	"status" integer,
	"first_byte_ms" integer,
	"duration_ms" integer NOT NULL,
	"answer" text,
	"error_text" text,
	"actor_user_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"base_url" text NOT NULL,
	"models" text[] DEFAULT '{}'::text[] NOT NULL,
	"speaks" text DEFAULT 'auto' NOT NULL,
	"weight" integer DEFAULT 1 NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"max_concurrency" integer,
	"enabled" boolean DEFAULT true NOT NULL,
	"extra_headers" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"proxy_url" text,
	"connect_timeout_ms" integer,
	"first_byte_timeout_ms" integer,
	"idle_timeout_ms" integer,
	"on_client_gone" text DEFAULT 'abort' NOT NULL,
	"health_model" text,
	"health_interval_s" integer,
	"note" text DEFAULT '' NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channels_type" CHECK ("channels"."type" in ('claude', 'openai')),
	CONSTRAINT "channels_weight" CHECK ("channels"."weight" >= 0)
);
--> statement-breakpoint
CREATE TABLE "config_version" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "config_version_single_row" CHECK ("config_version"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "gift_cards" (
	"id" text PRIMARY KEY NOT NULL,
	"batch_id" text NOT NULL,
	"code_hash" text NOT NULL,
	"last_four" text NOT NULL,
	"amount" bigint NOT NULL,
	"status" text DEFAULT 'unused' NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"note" text DEFAULT '' NOT NULL,
	"redeemed_by" text,
	"redeemed_at" timestamp (3) with time zone,
	"voided_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "gift_cards_codeHash_unique" UNIQUE("code_hash"),
	CONSTRAINT "gift_cards_amount_positive" CHECK ("gift_cards"."amount" > 0),
	CONSTRAINT "gift_cards_status" CHECK ("gift_cards"."status" in ('unused', 'redeemed', 'void'))
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"owner_user_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "installation_single_row" CHECK ("installation"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "keys" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"prefix" text NOT NULL,
	"last_four" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"rpm" integer,
	"tpm" bigint,
	"max_concurrency" integer,
	"allowed_models" text[] DEFAULT '{}'::text[] NOT NULL,
	"allowed_ips" text[] DEFAULT '{}'::text[] NOT NULL,
	"rotated_from_id" text,
	"last_used_at" timestamp (3) with time zone,
	"deleted_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "keys_hash_unique" UNIQUE("hash"),
	CONSTRAINT "keys_status" CHECK ("keys"."status" in ('active', 'disabled'))
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"reference" text NOT NULL,
	"amount" bigint NOT NULL,
	"balance_after" bigint NOT NULL,
	"key_id" text,
	"note" text DEFAULT '' NOT NULL,
	"actor_user_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ledger_entries_kind" CHECK ("ledger_entries"."kind" in ('grant', 'charge', 'redeem', 'adjust', 'refund'))
);
--> statement-breakpoint
CREATE TABLE "mappings" (
	"id" text PRIMARY KEY NOT NULL,
	"channel_id" text NOT NULL,
	"model" text NOT NULL,
	"upstream_model" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "models" (
	"id" text PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"name" text NOT NULL,
	"display_name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"visible" boolean DEFAULT true NOT NULL,
	"upstream_model" text,
	"capabilities" jsonb DEFAULT '{"vision":false,"tools":false,"thinking":false}'::jsonb NOT NULL,
	"context_length" integer,
	"max_output_tokens" integer,
	"sort_order" integer DEFAULT 0 NOT NULL,
	"source" text DEFAULT 'manual' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "prices" (
	"id" text PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"channel_id" text,
	"input" bigint NOT NULL,
	"output" bigint NOT NULL,
	"cache_read" bigint NOT NULL,
	"cache_write5m" bigint NOT NULL,
	"cache_write1h" bigint NOT NULL,
	"long_context_threshold" integer,
	"long_input" bigint,
	"long_output" bigint,
	"long_cache_read" bigint,
	"long_cache_write5m" bigint,
	"long_cache_write1h" bigint,
	"effective_from" timestamp (3) with time zone NOT NULL,
	"withdrawn_at" timestamp (3) with time zone,
	"source" text DEFAULT 'manual' NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"created_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prices_not_negative" CHECK (least("prices"."input", "prices"."output", "prices"."cache_read", "prices"."cache_write5m", "prices"."cache_write1h") >= 0)
);
--> statement-breakpoint
CREATE TABLE "request_bodies" (
	"request_id" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"request_body" text,
	"response_body" text,
	"truncated" boolean DEFAULT false NOT NULL,
	CONSTRAINT "request_bodies_started_at_request_id_pk" PRIMARY KEY("started_at","request_id")
) PARTITION BY RANGE ("started_at");
--> statement-breakpoint
CREATE TABLE "request_log" (
	"request_id" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"user_id" text NOT NULL,
	"key_id" text NOT NULL,
	"channel_id" text,
	"channel_key_id" text,
	"protocol_in" text NOT NULL,
	"protocol_out" text,
	"operation" text NOT NULL,
	"model_asked" text NOT NULL,
	"model_served" text,
	"stream" boolean NOT NULL,
	"status" integer NOT NULL,
	"outcome" text NOT NULL,
	"error_code" text,
	"error_text" text,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_read_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_write5m_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_write1h_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"reasoning_tokens" bigint DEFAULT 0 NOT NULL,
	"estimated" boolean DEFAULT false NOT NULL,
	"server_tools" jsonb,
	"price_id" text,
	"multiplier_ppm" integer DEFAULT 1000000 NOT NULL,
	"priced" boolean DEFAULT false NOT NULL,
	"cost" bigint DEFAULT 0 NOT NULL,
	"operator_loss" bigint DEFAULT 0 NOT NULL,
	"first_byte_ms" integer,
	"duration_ms" bigint NOT NULL,
	"overhead_ms" real DEFAULT 0 NOT NULL,
	"client_ip" text,
	"user_agent" text,
	"upstream_request_id" text,
	"attempts" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"decision" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"dropped_fields" text[] DEFAULT '{}'::text[] NOT NULL,
	"probe" boolean DEFAULT false NOT NULL,
	CONSTRAINT "request_log_started_at_request_id_pk" PRIMARY KEY("started_at","request_id")
) PARTITION BY RANGE ("started_at");
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_by" text,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage_by_hour" (
	"bucket" timestamp (3) with time zone NOT NULL,
	"user_id" text NOT NULL,
	"key_id" text NOT NULL,
	"channel_id" text DEFAULT '' NOT NULL,
	"model" text NOT NULL,
	"outcome" text NOT NULL,
	"requests" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_read_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_write5m_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_write1h_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"reasoning_tokens" bigint DEFAULT 0 NOT NULL,
	"estimated_requests" bigint DEFAULT 0 NOT NULL,
	"cost" bigint DEFAULT 0 NOT NULL,
	"operator_loss" bigint DEFAULT 0 NOT NULL,
	"first_byte_ms_sum" bigint DEFAULT 0 NOT NULL,
	"first_byte_count" bigint DEFAULT 0 NOT NULL,
	"duration_ms_sum" bigint DEFAULT 0 NOT NULL,
	"first_byte_histogram" integer[] DEFAULT array_fill(0, array[13]) NOT NULL,
	"duration_histogram" integer[] DEFAULT array_fill(0, array[13]) NOT NULL,
	CONSTRAINT "usage_by_hour_bucket_user_id_key_id_channel_id_model_outcome_pk" PRIMARY KEY("bucket","user_id","key_id","channel_id","model","outcome")
);
--> statement-breakpoint
CREATE TABLE "usage_by_minute" (
	"bucket" timestamp (3) with time zone NOT NULL,
	"user_id" text NOT NULL,
	"key_id" text NOT NULL,
	"channel_id" text DEFAULT '' NOT NULL,
	"model" text NOT NULL,
	"outcome" text NOT NULL,
	"requests" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_read_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_write5m_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_write1h_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"reasoning_tokens" bigint DEFAULT 0 NOT NULL,
	"estimated_requests" bigint DEFAULT 0 NOT NULL,
	"cost" bigint DEFAULT 0 NOT NULL,
	"operator_loss" bigint DEFAULT 0 NOT NULL,
	"first_byte_ms_sum" bigint DEFAULT 0 NOT NULL,
	"first_byte_count" bigint DEFAULT 0 NOT NULL,
	"duration_ms_sum" bigint DEFAULT 0 NOT NULL,
	"first_byte_histogram" integer[] DEFAULT array_fill(0, array[13]) NOT NULL,
	"duration_histogram" integer[] DEFAULT array_fill(0, array[13]) NOT NULL,
	CONSTRAINT "usage_by_minute_bucket_user_id_key_id_channel_id_model_outcome_pk" PRIMARY KEY("bucket","user_id","key_id","channel_id","model","outcome")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"role" text DEFAULT 'user' NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"locale" text,
	"note" text DEFAULT '' NOT NULL,
	"rpm" integer,
	"tpm" bigint,
	"max_concurrency" integer,
	"multiplier_ppm" integer DEFAULT 1000000 NOT NULL,
	"last_seen_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_role" CHECK ("users"."role" in ('super_admin', 'admin', 'user')),
	CONSTRAINT "users_status" CHECK ("users"."status" in ('active', 'disabled'))
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "announcement_dismissals" ADD CONSTRAINT "announcement_dismissals_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "announcement_dismissals" ADD CONSTRAINT "announcement_dismissals_announcement_id_announcements_id_fk" FOREIGN KEY ("announcement_id") REFERENCES "public"."announcements"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_leases" ADD CONSTRAINT "budget_leases_budget_id_budgets_id_fk" FOREIGN KEY ("budget_id") REFERENCES "public"."budgets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channel_keys" ADD CONSTRAINT "channel_keys_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channel_tests" ADD CONSTRAINT "channel_tests_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "keys" ADD CONSTRAINT "keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mappings" ADD CONSTRAINT "mappings_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prices" ADD CONSTRAINT "prices_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "accounts_user" ON "accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "audit_log_created_at" ON "audit_log" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "audit_log_entity" ON "audit_log" USING btree ("entity_kind","entity_id","id");--> statement-breakpoint
CREATE INDEX "audit_log_actor" ON "audit_log" USING btree ("actor_user_id","id");--> statement-breakpoint
CREATE INDEX "budget_leases_budget" ON "budget_leases" USING btree ("budget_id");--> statement-breakpoint
CREATE INDEX "budget_leases_worker" ON "budget_leases" USING btree ("worker_id");--> statement-breakpoint
CREATE INDEX "budget_leases_expires_at" ON "budget_leases" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "budgets_owner_span_unique" ON "budgets" USING btree ("owner_kind","owner_id","span");--> statement-breakpoint
CREATE INDEX "channel_keys_channel" ON "channel_keys" USING btree ("channel_id");--> statement-breakpoint
CREATE INDEX "channel_tests_channel" ON "channel_tests" USING btree ("channel_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "channels_name_unique" ON "channels" USING btree ("name") WHERE "channels"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "gift_cards_created_at" ON "gift_cards" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "gift_cards_batch" ON "gift_cards" USING btree ("batch_id");--> statement-breakpoint
CREATE INDEX "keys_user" ON "keys" USING btree ("user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "keys_created_at" ON "keys" USING btree ("created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_entries_kind_reference_unique" ON "ledger_entries" USING btree ("kind","reference");--> statement-breakpoint
CREATE INDEX "ledger_entries_user" ON "ledger_entries" USING btree ("user_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "mappings_channel_model_unique" ON "mappings" USING btree ("channel_id","model");--> statement-breakpoint
CREATE UNIQUE INDEX "models_name_unique" ON "models" USING btree ("name");--> statement-breakpoint
CREATE INDEX "models_order" ON "models" USING btree ("sort_order","name");--> statement-breakpoint
CREATE INDEX "prices_model" ON "prices" USING btree ("model","channel_id","effective_from");--> statement-breakpoint
CREATE INDEX "request_log_request_id" ON "request_log" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "request_log_user" ON "request_log" USING btree ("user_id","started_at","request_id");--> statement-breakpoint
CREATE INDEX "request_log_key" ON "request_log" USING btree ("key_id","started_at","request_id");--> statement-breakpoint
CREATE INDEX "request_log_channel" ON "request_log" USING btree ("channel_id","started_at","request_id");--> statement-breakpoint
CREATE INDEX "request_log_model" ON "request_log" USING btree ("model_asked","started_at","request_id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expires_at" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "usage_by_hour_user" ON "usage_by_hour" USING btree ("user_id","bucket");--> statement-breakpoint
CREATE INDEX "usage_by_minute_user" ON "usage_by_minute" USING btree ("user_id","bucket");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_unique" ON "users" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "users_created_at" ON "users" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "verifications_identifier" ON "verifications" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "workers_heartbeat_at" ON "workers" USING btree ("heartbeat_at");--> statement-breakpoint
INSERT INTO "config_version" ("id", "version") VALUES (1, 1);
