// Adds a channel with its credentials and renames.
import type { createChannel as contract } from '@api-proxy/contracts/channels';
import { channels } from '@api-proxy/db/schema/channels';
import { newId } from '@api-proxy/kit/id';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { nameTaken, uniqueOr } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { channelAudit, channelNow, loadChannel } from './channel-view.ts';
import { addChannelKeys, checkChannelUrls, setRenames } from './channel-write.ts';

export const createChannel: Verb<typeof contract> = async (context, { body }) => {
  requireActor(context, 'admin');
  await checkChannelUrls(context, body);
  const now = new Date(context.clock.nowMs());
  const id = newId('chn', now.getTime());
  const work = change(context, async ({ tx, audit, configChanged }) => {
    const { keys, renames, ...fields } = body;
    await tx.insert(channels).values({ ...fields, id, createdAt: now, updatedAt: now });
    await addChannelKeys(tx, id, { context, secrets: keys.map(({ secret }) => secret) });
    await setRenames(tx, id, renames);
    const after = channelAudit(await loadChannel(tx, id));
    await audit({ action: 'channel.create', entityKind: 'channel', entityId: id, before: null, after });
    await configChanged();
  });
  await uniqueOr(work, () => nameTaken(body.name));
  return channelNow(context, id);
};
