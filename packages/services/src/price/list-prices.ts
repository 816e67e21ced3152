// Prices in force and scheduled, or the whole history of one model; and the models that have no price.
import type { listPrices as contract } from '@api-proxy/contracts/prices';
import { prices } from '@api-proxy/db/schema/prices';
import { users } from '@api-proxy/db/schema/users';
import { and, asc, desc, eq, ilike, or } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { containsPattern } from '../pattern.ts';
import type { ReadVerb } from '../verb.ts';
import { currentPrices, priceOf } from './price-view.ts';
import { unpricedModels } from './unpriced-models.ts';

export const listPrices: ReadVerb<typeof contract> = async (context, { query }) => {
  requireActor(context, 'admin');
  const nowMs = context.clock.nowMs();
  const all = await context.db.select().from(prices);
  const current = currentPrices(all, nowMs);
  const pattern = query.search ? containsPattern(query.search) : undefined;
  const rows = await context.db
    .select({ price: prices, setBy: users.name })
    .from(prices)
    .leftJoin(users, eq(users.id, prices.createdBy))
    .where(
      and(
        query.model ? eq(prices.model, query.model) : undefined,
        pattern === undefined ? undefined : or(ilike(prices.model, pattern), ilike(prices.provider, pattern)),
      ),
    )
    .orderBy(asc(prices.provider), asc(prices.model), desc(prices.effectiveFrom), desc(prices.id));
  const items = rows.map(({ price, setBy }) => ({ ...priceOf(price, current, nowMs), setBy }));
  return {
    items: query.model ? items : items.filter(({ phase }) => phase !== 'past'),
    unpriced: await unpricedModels(context, current),
  };
};
