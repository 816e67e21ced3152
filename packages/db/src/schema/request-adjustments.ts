// What a re-pricing run changes about one request: the row and its charge stay, later runs count from here.
import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, nanoUsd } from './columns.ts';
import { repricings } from './repricings.ts';

export const requestAdjustments = pgTable(
  'request_adjustments',
  {
    runId: text()
      .notNull()
      .references(() => repricings.id),
    requestId: text().notNull(),
    userId: text().notNull(),
    keyId: text().notNull(),
    /** When the request ended: the window that its cost fell into. */
    endedAt: instant().notNull(),
    /** The price that the run applied. */
    priceId: text().notNull(),
    /** What the request costs more (or, negative, less) than before this run. */
    delta: nanoUsd().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.requestId] }),
    index('request_adjustments_request').on(table.requestId),
    index('request_adjustments_user').on(table.runId, table.userId),
  ],
);
