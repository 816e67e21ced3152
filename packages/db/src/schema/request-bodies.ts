// Redacted, size-capped bodies of a logged request, kept apart because they live shorter; partitioned by day like request_log.
import { boolean, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const requestBodies = pgTable(
  'request_bodies',
  {
    requestId: text().notNull(),
    startedAt: instant().notNull(),
    requestBody: text(),
    responseBody: text(),
    truncated: boolean().notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.startedAt, table.requestId] })],
);
