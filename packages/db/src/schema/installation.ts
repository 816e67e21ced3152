// The one row that says who owns this installation: claimed by the first user who registers.
import { sql } from 'drizzle-orm';
import { check, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt } from './columns.ts';

export const installation = pgTable(
  'installation',
  {
    id: integer().primaryKey().default(1),
    ownerUserId: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [check('installation_single_row', sql`${table.id} = 1`)],
);
