// Models that the signed-in user can call now, and by which protocols.
import type { listAvailableModels as contract } from '@api-proxy/contracts/usage';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { channels } from '@api-proxy/db/schema/channels';
import { models } from '@api-proxy/db/schema/models';
import { prices } from '@api-proxy/db/schema/prices';
import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { accepts } from '../model/known-names.ts';
import { currentPrices, placeOf } from '../price/price-view.ts';
import type { ReadVerb } from '../verb.ts';

type Channel = Pick<typeof channels.$inferSelect, 'type' | 'speaks' | 'models'>;
type Protocol = 'anthropic-messages' | 'openai-chat' | 'openai-responses' | 'openai-embeddings';

const SPOKEN: Record<Channel['speaks'], readonly Protocol[]> = {
  chat: ['openai-chat'],
  responses: ['openai-responses'],
  both: ['openai-chat', 'openai-responses'],
  auto: ['openai-chat', 'openai-responses'],
};

/** Embedding models generate nothing; providers give them away by their name only. */
function protocolsOn(channel: Channel, model: string): readonly Protocol[] {
  if (channel.type === 'claude') return ['anthropic-messages'];
  return /embed/i.test(model) ? ['openai-embeddings'] : SPOKEN[channel.speaks];
}

export const listAvailableModels: ReadVerb<typeof contract> = async (context) => {
  requireActor(context);
  const { db, clock } = context;
  const usable = db
    .select({ id: channelKeys.channelId })
    .from(channelKeys)
    .where(eq(channelKeys.status, 'active'));
  const open = await db
    .select({ type: channels.type, speaks: channels.speaks, models: channels.models })
    .from(channels)
    .where(and(isNull(channels.deletedAt), eq(channels.enabled, true), inArray(channels.id, usable)));
  const catalogue = await db
    .select()
    .from(models)
    .where(eq(models.enabled, true))
    .orderBy(asc(models.sortOrder), asc(models.name));
  const current = currentPrices(await db.select().from(prices), clock.nowMs());
  const items = catalogue.map(({ name, displayName, provider }) => ({
    name,
    displayName,
    provider,
    priced: current.has(placeOf({ model: name, channelId: null })),
    protocols: [
      ...new Set(open.filter((one) => accepts(one, name)).flatMap((one) => protocolsOn(one, name))),
    ],
  }));
  return { items: items.filter(({ protocols }) => protocols.length > 0) };
};
