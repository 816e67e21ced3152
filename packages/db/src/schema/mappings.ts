// The rule that renames a public model on one channel: what that channel is asked for instead.
import { pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { channels } from './channels.ts';
import { createdAt, id } from './columns.ts';

export const mappings = pgTable(
  'mappings',
  {
    id: id(),
    channelId: text()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    /** Public model name. */
    model: text().notNull(),
    upstreamModel: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('mappings_channel_model_unique').on(table.channelId, table.model)],
);
