// A running server worker and its heartbeat: how the sweeper knows whose leases and journal are orphaned.
import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';

export const workers = pgTable(
  'workers',
  {
    id: id(),
    host: text().notNull(),
    pid: integer().notNull(),
    version: text().notNull(),
    startedAt: createdAt(),
    heartbeatAt: instant().notNull().defaultNow(),
  },
  (table) => [index('workers_heartbeat_at').on(table.heartbeatAt)],
);
