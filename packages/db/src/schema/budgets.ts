// An amount of money over a window, for a user or a key: what is granted, used, and out on leases.
import { sql } from 'drizzle-orm';
import { check, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, id, instant, nanoUsd, updatedAt } from './columns.ts';

export const budgets = pgTable(
  'budgets',
  {
    id: id(),
    ownerKind: text({ enum: ['user', 'key'] }).notNull(),
    ownerId: text().notNull(),
    /** `balance`: the user's prepaid quota, no window. The others are spending limits. */
    span: text({ enum: ['balance', '5h', 'day', 'week', 'month', 'total'] }).notNull(),
    /** For `balance`: granted in total. For the others: allowed per window. */
    limit: nanoUsd().notNull(),
    used: nanoUsd().notNull().default(sql`0`),
    leased: nanoUsd().notNull().default(sql`0`),
    /** Start of the window that `used` counts; null for `balance` and `total`. */
    windowStartedAt: instant(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('budgets_owner_span_unique').on(table.ownerKind, table.ownerId, table.span),
    check('budgets_leased_not_negative', sql`${table.leased} >= 0`),
  ],
);
