// Prices in force and scheduled, or the whole history of one model; and the models that have no price.
import type { listPrices as contract } from '@api-proxy/contracts/prices';
import { models } from '@api-proxy/db/schema/models';
import { prices } from '@api-proxy/db/schema/prices';
import { and, asc, desc, eq, ilike, or } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import type { Context } from '../context.ts';
import { loadChannelNames, namesOnChannels } from '../model/known-names.ts';
import { containsPattern } from '../pattern.ts';
import type { Verb } from '../verb.ts';
import { currentPrices, type PriceRow, placeOf, priceOf } from './price-view.ts';

/** Models without a general price now: an override on one channel does not make a model priced. */
async function unpricedModels(context: Context, current: ReadonlyMap<string, PriceRow>): Promise<string[]> {
  const rows = await context.db.select({ name: models.name }).from(models);
  const onChannels = namesOnChannels(await loadChannelNames(context.db));
  const names = new Set([...rows.map(({ name }) => name), ...onChannels]);
  return [...names].filter((model) => !current.has(placeOf({ model, channelId: null }))).sort();
}

export const listPrices: Verb<typeof contract> = async (context, { query }) => {
  requireActor(context, 'admin');
  const nowMs = context.clock.nowMs();
  const all = await context.db.select().from(prices);
  const current = currentPrices(all, nowMs);
  const pattern = query.search ? containsPattern(query.search) : undefined;
  const rows = await context.db
    .select()
    .from(prices)
    .where(
      and(
        query.model ? eq(prices.model, query.model) : undefined,
        pattern === undefined ? undefined : or(ilike(prices.model, pattern), ilike(prices.provider, pattern)),
      ),
    )
    .orderBy(asc(prices.provider), asc(prices.model), desc(prices.effectiveFrom), desc(prices.id));
  const items = rows.map((row) => priceOf(row, current, nowMs));
  return {
    items: query.model ? items : items.filter(({ phase }) => phase !== 'past'),
    unpriced: await unpricedModels(context, current),
  };
};
