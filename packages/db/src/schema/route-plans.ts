// What routes were planned from: the channels that were kept or dropped. Many requests share one, so rows of the log name it.
import { jsonb, pgTable } from 'drizzle-orm/pg-core';
import { createdAt, id } from './columns.ts';
import type { LoggedDecision } from './request-log.ts';

export const routePlans = pgTable('route_plans', {
  /** Made from the content: equal plans are one record, whoever writes it. */
  id: id(),
  channels: jsonb().$type<LoggedDecision[]>().notNull(),
  createdAt: createdAt(),
});
