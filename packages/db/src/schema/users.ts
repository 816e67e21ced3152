// A person in the console: who they are, what they may do, which limits hold for all their keys.

import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, id, instant, updatedAt } from './columns.ts';

export const users = pgTable(
  'users',
  {
    id: id(),
    name: text().notNull(),
    email: text().notNull(),
    emailVerified: boolean().notNull().default(false),
    image: text(),
    role: text({ enum: ['super_admin', 'admin', 'user'] })
      .notNull()
      .default('user'),
    status: text({ enum: ['active', 'disabled'] })
      .notNull()
      .default('active'),
    locale: text({ enum: ['zh', 'en'] }),
    note: text().notNull().default(''),
    /** Requests and tokens per minute, parallel requests; null: no limit. */
    rpm: integer(),
    tpm: bigint({ mode: 'number' }),
    maxConcurrency: integer(),
    /** Factor on every cost, in millionths: 1_000_000 = the list price. */
    multiplierPpm: integer().notNull().default(1_000_000),
    lastSeenAt: instant(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('users_email_unique').on(sql`lower(${table.email})`),
    index('users_created_at').on(table.createdAt, table.id),
    check('users_role', sql`${table.role} in ('super_admin', 'admin', 'user')`),
    check('users_status', sql`${table.status} in ('active', 'disabled')`),
  ],
);
