// An upstream endpoint: where it is, what it speaks and accepts, its share of the traffic.
import { sql } from 'drizzle-orm';
import { boolean, check, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, id, instant, updatedAt } from './columns.ts';

export const channels = pgTable(
  'channels',
  {
    id: id(),
    name: text().notNull(),
    type: text({ enum: ['claude', 'openai'] }).notNull(),
    baseUrl: text().notNull(),
    /** Public model names this channel accepts, or `*`. */
    models: text().array().notNull().default(sql`'{}'::text[]`),
    /** For type `openai`: which generation protocols it speaks. */
    speaks: text({ enum: ['auto', 'chat', 'responses', 'both'] })
      .notNull()
      .default('auto'),
    weight: integer().notNull().default(1),
    priority: integer().notNull().default(0),
    maxConcurrency: integer(),
    enabled: boolean().notNull().default(true),
    extraHeaders: jsonb().$type<Record<string, string>>().notNull().default({}),
    proxyUrl: text(),
    /** Offer HTTP/2 in the TLS handshake. */
    http2: boolean().notNull().default(false),
    /** Null: the installation's default. */
    connectTimeoutMs: integer(),
    firstByteTimeoutMs: integer(),
    idleTimeoutMs: integer(),
    onClientGone: text({ enum: ['abort', 'drain'] })
      .notNull()
      .default('abort'),
    healthModel: text(),
    healthIntervalS: integer(),
    note: text().notNull().default(''),
    deletedAt: instant(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('channels_name_unique').on(table.name).where(sql`${table.deletedAt} is null`),
    check('channels_type', sql`${table.type} in ('claude', 'openai')`),
    check('channels_weight', sql`${table.weight} >= 0`),
  ],
);
