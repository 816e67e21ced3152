// One test call to a channel: by an admin's click or by the scheduled health check.
import { boolean, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { channels } from './channels.ts';
import { createdAt, id } from './columns.ts';

export const channelTests = pgTable(
  'channel_tests',
  {
    id: id(),
    channelId: text()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    channelKeyId: text(),
    kind: text({ enum: ['manual', 'scheduled'] }).notNull(),
    model: text().notNull(),
    ok: boolean().notNull(),
    status: integer(),
    firstByteMs: integer(),
    durationMs: integer().notNull(),
    /** What came back, capped. */
    answer: text(),
    errorText: text(),
    actorUserId: text(),
    createdAt: createdAt(),
  },
  (table) => [index('channel_tests_channel').on(table.channelId, table.createdAt)],
);
