// Money taken out of a budget for one worker, returned when idle, expired, or when the worker is gone.
import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { budgets } from './budgets.ts';
import { createdAt, id, instant, nanoUsd } from './columns.ts';

export const budgetLeases = pgTable(
  'budget_leases',
  {
    id: id(),
    budgetId: text()
      .notNull()
      .references(() => budgets.id, { onDelete: 'cascade' }),
    workerId: text().notNull(),
    amount: nanoUsd().notNull(),
    expiresAt: instant().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index('budget_leases_budget').on(table.budgetId),
    index('budget_leases_worker').on(table.workerId),
    index('budget_leases_expires_at').on(table.expiresAt),
  ],
);
