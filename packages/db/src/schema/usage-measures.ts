// The columns that the minute and the hour roll-up share: dimensions, and sums that dashboards read instead of the log.
import { sql } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/pg-core';
import { count, instant, nanoUsd } from './columns.ts';

/** Upper bounds in milliseconds of the latency histogram's buckets; the last bucket is open. */
export const LATENCY_BOUNDS_MS = [
  50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 102_400,
] as const;

const histogram = () => integer().array().notNull().default(sql`array_fill(0, array[13])`);
const sum = () => count().notNull().default(0);

export const usageMeasures = () => ({
  bucket: instant().notNull(),
  userId: text().notNull(),
  keyId: text().notNull(),
  /** Empty text: no channel was reached. */
  channelId: text().notNull().default(''),
  model: text().notNull(),
  outcome: text().notNull(),
  requests: sum(),
  inputTokens: sum(),
  cacheReadTokens: sum(),
  cacheWrite5mTokens: sum(),
  cacheWrite1hTokens: sum(),
  outputTokens: sum(),
  reasoningTokens: sum(),
  estimatedRequests: sum(),
  cost: nanoUsd().notNull().default(sql`0`),
  operatorLoss: nanoUsd().notNull().default(sql`0`),
  firstByteMsSum: sum(),
  firstByteCount: sum(),
  durationMsSum: sum(),
  firstByteHistogram: histogram(),
  durationHistogram: histogram(),
});
