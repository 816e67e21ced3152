// Makes a disabled copy with the same settings and credentials.
import type { copyChannel as contract } from '@api-proxy/contracts/channels';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { channels } from '@api-proxy/db/schema/channels';
import { newId } from '@api-proxy/kit/id';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { nameTaken, uniqueOr } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { channelAudit, channelNow, loadChannel } from './channel-view.ts';
import { setRenames } from './channel-write.ts';

export const copyChannel: Verb<typeof contract> = async (context, { params, body }) => {
  requireActor(context, 'admin');
  const now = new Date(context.clock.nowMs());
  const id = newId('chn', now.getTime());
  const stamps = { createdAt: now, updatedAt: now };
  const work = change(context, async ({ tx, audit, configChanged }) => {
    const source = await loadChannel(tx, params.channelId);
    await tx.insert(channels).values({ ...source.row, id, name: body.name, enabled: false, ...stamps });
    const copies = source.keys.map((key, index) => ({
      ...key,
      id: newId('chk', now.getTime() + index),
      channelId: id,
      ...stamps,
    }));
    if (copies.length > 0) await tx.insert(channelKeys).values(copies);
    await setRenames(tx, id, source.renames);
    await audit({
      action: 'channel.copy',
      entityKind: 'channel',
      entityId: id,
      before: { copiedFrom: params.channelId },
      after: channelAudit(await loadChannel(tx, id)),
    });
    await configChanged();
  });
  await uniqueOr(work, () => nameTaken(body.name));
  return channelNow(context, id);
};
