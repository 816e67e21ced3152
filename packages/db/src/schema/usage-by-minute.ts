// Usage added up per minute; written in the settlement's transaction, read by dashboards of up to a day.
import { index, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { usageMeasures } from './usage-measures.ts';

export const usageByMinute = pgTable('usage_by_minute', usageMeasures(), (table) => [
  primaryKey({
    columns: [table.bucket, table.userId, table.keyId, table.channelId, table.model, table.outcome],
  }),
  index('usage_by_minute_user').on(table.userId, table.bucket),
]);
