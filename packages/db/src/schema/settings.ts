// One setting of the installation that differs from its default; secret values are encrypted texts.
import { jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { updatedAt } from './columns.ts';

export const settings = pgTable('settings', {
  name: text().primaryKey(),
  value: jsonb().notNull(),
  updatedBy: text(),
  updatedAt: updatedAt(),
});
