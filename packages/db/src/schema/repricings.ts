// A re-pricing run: which requests, by the prices of which instant, how far it is, and what it comes to.
import { sql } from 'drizzle-orm';
import { boolean, check, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { count, createdAt, id, instant, nanoUsd } from './columns.ts';

export const repricings = pgTable(
  'repricings',
  {
    id: id(),
    /** counting → ready → booking → done; a run that is not confirmed ends as discarded. */
    state: text({ enum: ['counting', 'ready', 'booking', 'done', 'discarded'] }).notNull(),
    /** Requests that started in `[from_at, to_at)`. */
    fromAt: instant().notNull(),
    toAt: instant().notNull(),
    model: text(),
    channelId: text(),
    userId: text(),
    keyId: text(),
    /** Whether requests that had no price, and were free for it, are charged now. */
    chargeUnpriced: boolean().notNull().default(false),
    note: text().notNull(),
    /** Prices as they stand at this instant: what was withdrawn by then prices nothing. */
    pricesAsOf: instant().notNull(),
    /** The last request that was looked at: where the next batch begins. */
    cursorAt: instant(),
    cursorId: text(),
    rows: count().notNull().default(0),
    changedRows: count().notNull().default(0),
    unpricedRows: count().notNull().default(0),
    oldCost: nanoUsd().notNull().default(sql`0`),
    newCost: nanoUsd().notNull().default(sql`0`),
    createdBy: text().notNull(),
    createdByName: text().notNull(),
    createdAt: createdAt(),
    bookedBy: text(),
    finishedAt: instant(),
  },
  (table) => [
    index('repricings_created_at').on(table.createdAt, table.id),
    // One at a time: what a run counts must still hold when it is booked.
    uniqueIndex('repricings_one_open').on(sql`(true)`).where(sql`state in ('counting', 'ready', 'booking')`),
    check('repricings_state', sql`${table.state} in ('counting', 'ready', 'booking', 'done', 'discarded')`),
  ],
);
