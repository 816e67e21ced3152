// One comparison of the books (ledger, budgets, request rows, roll-ups): when, by whom, and what differed.

import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { id, instant, nanoUsd } from './columns.ts';

/** One disagreement; amounts are nano-USD as decimal texts, for `requests` numbers of requests. */
export type StoredDifference = { ownerId: string; book: string; expected: string; found: string };

export const reconciliations = pgTable(
  'reconciliations',
  {
    id: id(),
    startedAt: instant().notNull(),
    finishedAt: instant().notNull(),
    trigger: text({ enum: ['nightly', 'manual'] }).notNull(),
    actorUserId: text(),
    actorName: text().notNull().default(''),
    users: integer().notNull(),
    /** Sum of the absolute money differences. */
    difference: nanoUsd().notNull(),
    /** How many disagreements there were; the first of them are in `differences`. */
    differenceCount: integer().notNull(),
    differences: jsonb().$type<StoredDifference[]>().notNull().default([]),
    charged: nanoUsd().notNull(),
    /** From when on request rows could be compared too. */
    logSince: instant(),
  },
  (table) => [
    index('reconciliations_started_at').on(table.startedAt, table.id),
    check('reconciliations_trigger', sql`${table.trigger} in ('nightly', 'manual')`),
  ],
);
