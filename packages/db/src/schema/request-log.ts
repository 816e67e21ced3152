// One row per accepted request; range-partitioned by day of `started_at` (see partitions.ts).
import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, real, text } from 'drizzle-orm/pg-core';
import { count, instant, nanoUsd } from './columns.ts';

/** One try at one channel key, as stored in `attempts`. */
export type LoggedAttempt = {
  channelId: string;
  channelKeyId: string;
  upstreamModel: string;
  status: number | null;
  outcome: string;
  reason: string;
  startedAtMs: number;
  durationMs: number;
};

/** Why a channel was kept or dropped when the route was planned, as stored in `decision` and in `route_plans`. */
export type LoggedDecision = { channelId: string; kept: boolean; reason: string };

export const requestLog = pgTable(
  'request_log',
  {
    requestId: text().notNull(),
    startedAt: instant().notNull(),
    userId: text().notNull(),
    keyId: text().notNull(),
    channelId: text(),
    channelKeyId: text(),
    protocolIn: text().notNull(),
    protocolOut: text(),
    operation: text().notNull(),
    modelAsked: text().notNull(),
    modelServed: text(),
    stream: boolean().notNull(),
    /** HTTP status sent to the client; 499: the client left first. */
    status: integer().notNull(),
    outcome: text({
      enum: [
        'ok',
        'client_closed',
        'client_error',
        'denied',
        'upstream_error',
        'upstream_truncated',
        'interrupted',
      ],
    }).notNull(),
    errorCode: text(),
    errorText: text(),
    /** Disjoint classes of tokens; reasoning is information and part of output. */
    inputTokens: count().notNull().default(0),
    cacheReadTokens: count().notNull().default(0),
    cacheWrite5mTokens: count().notNull().default(0),
    cacheWrite1hTokens: count().notNull().default(0),
    outputTokens: count().notNull().default(0),
    reasoningTokens: count().notNull().default(0),
    estimated: boolean().notNull().default(false),
    serverTools: jsonb().$type<Record<string, number>>(),
    priceId: text(),
    multiplierPpm: integer().notNull().default(1_000_000),
    priced: boolean().notNull().default(false),
    cost: nanoUsd().notNull().default(sql`0`),
    /** What the operator pays upstream although the user does not. */
    operatorLoss: nanoUsd().notNull().default(sql`0`),
    firstByteMs: integer(),
    durationMs: bigint({ mode: 'number' }).notNull(),
    overheadMs: real().notNull().default(0),
    clientIp: text(),
    userAgent: text(),
    upstreamRequestId: text(),
    attempts: jsonb().$type<LoggedAttempt[]>().notNull().default([]),
    /** The record of `route_plans` that this route was planned from; null: `decision` has it all. */
    planId: text(),
    decision: jsonb().$type<LoggedDecision[]>().notNull().default([]),
    droppedFields: text().array().notNull().default(sql`'{}'::text[]`),
    /** A health check, not a person's request: no one pays. */
    probe: boolean().notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.startedAt, table.requestId] }),
    index('request_log_request_id').on(table.requestId),
    // Filters of the log's page. Without `request_id` at the end they are half as large and cheaper to write (docs/decisions/0072).
    index('request_log_user').on(table.userId, table.startedAt),
    index('request_log_key').on(table.keyId, table.startedAt),
    index('request_log_channel').on(table.channelId, table.startedAt),
    index('request_log_model').on(table.modelAsked, table.startedAt),
  ],
);
