// The built-in list next to what the installation has, and names on channels that neither knows.
import type { listCatalog as contract } from '@api-proxy/contracts/models';
import { models } from '@api-proxy/db/schema/models';
import { prices } from '@api-proxy/db/schema/prices';
import { requireActor } from '../authorise.ts';
import { loadChannelNames, namesOnChannels } from '../model/known-names.ts';
import { currentPrices, placeOf } from '../price/price-view.ts';
import type { ReadVerb } from '../verb.ts';
import { builtInCatalog } from './built-in.ts';

export const listCatalog: ReadVerb<typeof contract> = async (context) => {
  requireActor(context, 'admin');
  const { db, clock } = context;
  const modelRows = await db.select({ name: models.name }).from(models);
  const added = new Set(modelRows.map(({ name }) => name));
  const current = currentPrices(await db.select().from(prices), clock.nowMs());
  const channels = await loadChannelNames(db);
  const catalog = builtInCatalog();
  const listed = new Set(catalog.models.map(({ name }) => name));
  return {
    source: catalog.source,
    items: catalog.models.map((entry) => ({
      ...entry,
      added: added.has(entry.name),
      priced: current.has(placeOf({ model: entry.name, channelId: null })),
      channels: channels.filter((channel) => channel.models.includes(entry.name)).map(({ name }) => name),
    })),
    unknown: [...namesOnChannels(channels)].filter((name) => !listed.has(name) && !added.has(name)).sort(),
  };
};
