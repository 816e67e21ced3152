// Which revision of an announcement a user has put away.
import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { announcements } from './announcements.ts';
import { createdAt } from './columns.ts';
import { users } from './users.ts';

export const announcementDismissals = pgTable(
  'announcement_dismissals',
  {
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    announcementId: text()
      .notNull()
      .references(() => announcements.id, { onDelete: 'cascade' }),
    revision: integer().notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.announcementId] })],
);
