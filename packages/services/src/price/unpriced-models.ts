// Models without a general price now: of the catalogue, on channels, or called lately. An override on one channel is no price.
import type { UnpricedModel } from '@api-proxy/contracts/prices';
import { models } from '@api-proxy/db/schema/models';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { DAY_MS } from '@api-proxy/kit/duration';
import { and, gte, inArray, ne, or, sql } from 'drizzle-orm';
import type { ReadContext } from '../context.ts';
import { loadChannelNames, namesOnChannels } from '../model/known-names.ts';
import { type PriceRow, placeOf } from './price-view.ts';

const LATELY_MS = 30 * DAY_MS;

/** Requests by model: of known names all, of others only those that reached a channel; anybody can ask for any name. */
async function requestsOf(context: ReadContext, known: readonly string[]): Promise<Map<string, number>> {
  const since = new Date(context.clock.nowMs() - LATELY_MS);
  const counted = ne(usageByHour.channelId, '');
  const rows = await context.db
    .select({ model: usageByHour.model, requests: sql<string>`sum(${usageByHour.requests})` })
    .from(usageByHour)
    .where(
      and(
        gte(usageByHour.bucket, since),
        known.length > 0 ? or(counted, inArray(usageByHour.model, known)) : counted,
      ),
    )
    .groupBy(usageByHour.model);
  return new Map(rows.map(({ model, requests }) => [model, Number(requests)]));
}

/** @param current prices in force by `placeOf`. */
export async function unpricedModels(
  context: ReadContext,
  current: ReadonlyMap<string, PriceRow>,
): Promise<UnpricedModel[]> {
  const isPriced = (model: string) => current.has(placeOf({ model, channelId: null }));
  const catalogue = await context.db.select({ name: models.name }).from(models);
  const inCatalogue = new Set(catalogue.map(({ name }) => name));
  const channels = await loadChannelNames(context.db);
  const known = [...new Set([...inCatalogue, ...namesOnChannels(channels)])].filter(
    (name) => !isPriced(name),
  );
  const requests = await requestsOf(context, known);
  const called = [...requests.keys()].filter((name) => !isPriced(name));
  return [...new Set([...known, ...called])]
    .map((model) => ({
      model,
      inCatalogue: inCatalogue.has(model),
      channels: channels.filter((channel) => channel.models.includes(model)).map(({ name }) => name),
      requests: requests.get(model) ?? 0,
    }))
    .sort((a, b) => b.requests - a.requests || (a.model < b.model ? -1 : 1));
}
