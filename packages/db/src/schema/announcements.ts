// A message shown to everyone in the console, as a scrolling banner or a dialog.
import { sql } from 'drizzle-orm';
import { boolean, check, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, id, updatedAt } from './columns.ts';

export const announcements = pgTable(
  'announcements',
  {
    id: id(),
    enabled: boolean().notNull().default(false),
    mode: text({ enum: ['banner', 'dialog'] }).notNull(),
    title: text().notNull(),
    /** Sanitised on write and again on read. */
    html: text().notNull(),
    /** Grows with each change: a dismissed one shows again. */
    revision: integer().notNull().default(1),
    createdBy: text(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [check('announcements_mode', sql`${table.mode} in ('banner', 'dialog')`)],
);
