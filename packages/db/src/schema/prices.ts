// A tariff in nano-USD per million tokens from a date on; rows are never changed, a new row supersedes: that is the history.
import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { channels } from './channels.ts';
import { createdAt, id, instant, nanoUsdPerMTok } from './columns.ts';

export const prices = pgTable(
  'prices',
  {
    id: id(),
    provider: text().notNull(),
    /** Public model name. */
    model: text().notNull(),
    /** Set: an override that holds on this channel only. */
    channelId: text().references(() => channels.id, { onDelete: 'cascade' }),
    input: nanoUsdPerMTok().notNull(),
    output: nanoUsdPerMTok().notNull(),
    cacheRead: nanoUsdPerMTok().notNull(),
    cacheWrite5m: nanoUsdPerMTok().notNull(),
    cacheWrite1h: nanoUsdPerMTok().notNull(),
    /** Above this many prompt tokens (all input classes added) the long-context prices hold for the whole request. */
    longContextThreshold: integer(),
    longInput: nanoUsdPerMTok(),
    longOutput: nanoUsdPerMTok(),
    longCacheRead: nanoUsdPerMTok(),
    longCacheWrite5m: nanoUsdPerMTok(),
    longCacheWrite1h: nanoUsdPerMTok(),
    effectiveFrom: instant().notNull(),
    /** Set when an admin withdrew the price: from then on this row prices nothing. */
    withdrawnAt: instant(),
    source: text({ enum: ['catalog', 'manual', 'import'] })
      .notNull()
      .default('manual'),
    note: text().notNull().default(''),
    createdBy: text(),
    createdAt: createdAt(),
  },
  (table) => [
    index('prices_model').on(table.model, table.channelId, table.effectiveFrom),
    check(
      'prices_not_negative',
      sql`least(${table.input}, ${table.output}, ${table.cacheRead}, ${table.cacheWrite5m}, ${table.cacheWrite1h}) >= 0`,
    ),
  ],
);
