// Who changed what, with the values before and after (never a secret).
import { bigserial, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt } from './columns.ts';

export const auditLog = pgTable(
  'audit_log',
  {
    id: bigserial({ mode: 'bigint' }).primaryKey(),
    actorUserId: text(),
    actorName: text().notNull().default(''),
    /** e.g. `channel.update` */
    action: text().notNull(),
    entityKind: text().notNull(),
    entityId: text().notNull(),
    before: jsonb(),
    after: jsonb(),
    ip: text(),
    createdAt: createdAt(),
  },
  (table) => [
    index('audit_log_created_at').on(table.createdAt, table.id),
    index('audit_log_entity').on(table.entityKind, table.entityId, table.id),
    index('audit_log_actor').on(table.actorUserId, table.id),
  ],
);
