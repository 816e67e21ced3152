// What a re-pricing run comes to for one user: shown before it is confirmed, booked as one ledger entry.
import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { count, instant, nanoUsd } from './columns.ts';
import { repricings } from './repricings.ts';

export const repricingUsers = pgTable(
  'repricing_users',
  {
    runId: text()
      .notNull()
      .references(() => repricings.id),
    userId: text().notNull(),
    rows: count().notNull(),
    changedRows: count().notNull(),
    oldCost: nanoUsd().notNull(),
    newCost: nanoUsd().notNull(),
    bookedAt: instant(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.userId] }),
    index('repricing_users_open').on(table.runId, table.bookedAt, table.userId),
  ],
);
