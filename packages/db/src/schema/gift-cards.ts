// A one-time code worth money; only a keyed hash of the code is stored.
import { sql } from 'drizzle-orm';
import { check, index, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, id, instant, nanoUsd } from './columns.ts';

export const giftCards = pgTable(
  'gift_cards',
  {
    id: id(),
    batchId: text().notNull(),
    /** HMAC-SHA-256 of the normalised code, hex. */
    codeHash: text().notNull().unique(),
    lastFour: text().notNull(),
    amount: nanoUsd().notNull(),
    status: text({ enum: ['unused', 'redeemed', 'void'] })
      .notNull()
      .default('unused'),
    expiresAt: instant(),
    note: text().notNull().default(''),
    redeemedBy: text(),
    redeemedAt: instant(),
    voidedAt: instant(),
    createdBy: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index('gift_cards_created_at').on(table.createdAt, table.id),
    index('gift_cards_batch').on(table.batchId),
    check('gift_cards_amount_positive', sql`${table.amount} > 0`),
    check('gift_cards_status', sql`${table.status} in ('unused', 'redeemed', 'void')`),
  ],
);
