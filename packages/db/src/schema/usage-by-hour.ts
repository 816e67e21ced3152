// Usage added up per hour; kept for good, read by dashboards of more than a day.
import { index, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { usageMeasures } from './usage-measures.ts';

export const usageByHour = pgTable('usage_by_hour', usageMeasures(), (table) => [
  primaryKey({
    columns: [table.bucket, table.userId, table.keyId, table.channelId, table.model, table.outcome],
  }),
  index('usage_by_hour_user').on(table.userId, table.bucket),
]);
