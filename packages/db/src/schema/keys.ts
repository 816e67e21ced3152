// A relay credential `sk-relay-…`: only its keyed hash, public prefix and last four characters are stored.
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, id, instant, updatedAt } from './columns.ts';
import { users } from './users.ts';

export const keys = pgTable(
  'keys',
  {
    id: id(),
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** HMAC-SHA-256 of the whole key, hex. */
    hash: text().notNull().unique(),
    /** e.g. `sk-relay-Ab3x` */
    prefix: text().notNull(),
    lastFour: text().notNull(),
    status: text({ enum: ['active', 'disabled'] })
      .notNull()
      .default('active'),
    expiresAt: instant(),
    rpm: integer(),
    tpm: bigint({ mode: 'number' }),
    maxConcurrency: integer(),
    /** Public model names; empty: every model. */
    allowedModels: text().array().notNull().default(sql`'{}'::text[]`),
    /** Addresses or CIDR ranges; empty: every address. */
    allowedIps: text().array().notNull().default(sql`'{}'::text[]`),
    rotatedFromId: text(),
    lastUsedAt: instant(),
    /** A deleted key stays as a row, so that old log rows keep their name. */
    deletedAt: instant(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('keys_user').on(table.userId, table.createdAt, table.id),
    index('keys_created_at').on(table.createdAt, table.id),
    check('keys_status', sql`${table.status} in ('active', 'disabled')`),
  ],
);
