DROP INDEX "request_log_user";--> statement-breakpoint
DROP INDEX "request_log_key";--> statement-breakpoint
DROP INDEX "request_log_channel";--> statement-breakpoint
DROP INDEX "request_log_model";--> statement-breakpoint
CREATE INDEX "request_log_user" ON "request_log" USING btree ("user_id","started_at");--> statement-breakpoint
CREATE INDEX "request_log_key" ON "request_log" USING btree ("key_id","started_at");--> statement-breakpoint
CREATE INDEX "request_log_channel" ON "request_log" USING btree ("channel_id","started_at");--> statement-breakpoint
CREATE INDEX "request_log_model" ON "request_log" USING btree ("model_asked","started_at");