// A public model name of the catalogue and what it can do.
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, id, updatedAt } from './columns.ts';

export type ModelCapabilities = { vision: boolean; tools: boolean; thinking: boolean };

export const models = pgTable(
  'models',
  {
    id: id(),
    provider: text().notNull(),
    name: text().notNull(),
    displayName: text().notNull(),
    description: text().notNull().default(''),
    enabled: boolean().notNull().default(true),
    visible: boolean().notNull().default(true),
    /** Name sent upstream; null: the public name. */
    upstreamModel: text(),
    capabilities: jsonb()
      .$type<ModelCapabilities>()
      .notNull()
      .default(sql`'{"vision":false,"tools":false,"thinking":false}'::jsonb`),
    /** Tokens; null: unknown. */
    contextLength: integer(),
    maxOutputTokens: integer(),
    sortOrder: integer().notNull().default(0),
    /** `catalog`: filled from the built-in list, may be refreshed; `manual`: local edits win. */
    source: text({ enum: ['catalog', 'manual'] })
      .notNull()
      .default('manual'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('models_name_unique').on(table.name),
    index('models_order').on(table.sortOrder, table.name),
  ],
);
