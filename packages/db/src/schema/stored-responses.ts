// Which channel key made a stored response: its id is known to that upstream only. Names are hashes of user and id.
import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const storedResponses = pgTable(
  'stored_responses',
  {
    name: text().primaryKey(),
    channelId: text().notNull(),
    channelKeyId: text().notNull(),
    expiresAt: instant().notNull(),
  },
  (table) => [index('stored_responses_expires_at').on(table.expiresAt)],
);
