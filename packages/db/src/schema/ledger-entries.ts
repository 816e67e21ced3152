// An immutable money movement with the balance after it; corrections are new entries.
import { sql } from 'drizzle-orm';
import { bigserial, check, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, nanoUsd } from './columns.ts';

export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    id: bigserial({ mode: 'bigint' }).primaryKey(),
    userId: text().notNull(),
    kind: text({ enum: ['grant', 'charge', 'redeem', 'adjust', 'refund'] }).notNull(),
    /** What caused it, unique within its kind: request id, gift card id, id of the admin's act. */
    reference: text().notNull(),
    /** Signed: positive adds to the balance. */
    amount: nanoUsd().notNull(),
    balanceAfter: nanoUsd().notNull(),
    keyId: text(),
    note: text().notNull().default(''),
    actorUserId: text(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('ledger_entries_kind_reference_unique').on(table.kind, table.reference),
    index('ledger_entries_user').on(table.userId, table.id),
    check('ledger_entries_kind', sql`${table.kind} in ('grant', 'charge', 'redeem', 'adjust', 'refund')`),
  ],
);
