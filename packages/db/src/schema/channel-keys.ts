// One upstream credential of a channel, encrypted at rest, with its own state.
import { sql } from 'drizzle-orm';
import { check, index, pgTable, text } from 'drizzle-orm/pg-core';
import { channels } from './channels.ts';
import { createdAt, id, instant, updatedAt } from './columns.ts';

export const channelKeys = pgTable(
  'channel_keys',
  {
    id: id(),
    channelId: text()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    /** AES-256-GCM, `v1.<iv>.<ciphertext and tag>`. */
    encryptedSecret: text().notNull(),
    lastFour: text().notNull(),
    /** `disabled`: by hand, never revived by a job; `rejected`: upstream refused it, a health check may revive it. */
    status: text({ enum: ['active', 'disabled', 'rejected'] })
      .notNull()
      .default('active'),
    statusReason: text(),
    statusChangedAt: instant(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('channel_keys_channel').on(table.channelId),
    check('channel_keys_status', sql`${table.status} in ('active', 'disabled', 'rejected')`),
  ],
);
