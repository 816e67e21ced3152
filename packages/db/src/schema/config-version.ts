// The number that grows with every change of channels, models, mappings, prices or settings: a lost bus message heals by it.
import { sql } from 'drizzle-orm';
import { bigint, check, integer, pgTable } from 'drizzle-orm/pg-core';
import { updatedAt } from './columns.ts';

export const configVersion = pgTable(
  'config_version',
  {
    id: integer().primaryKey().default(1),
    version: bigint({ mode: 'number' }).notNull().default(1),
    updatedAt: updatedAt(),
  },
  (table) => [check('config_version_single_row', sql`${table.id} = 1`)],
);
