// Deletes a channel and its credentials. The row stays without being usable, so that old log rows keep its name.
import type { deleteChannel as contract } from '@api-proxy/contracts/channels';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { channels } from '@api-proxy/db/schema/channels';
import { mappings } from '@api-proxy/db/schema/mappings';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import type { Verb } from '../verb.ts';
import { channelAudit, loadChannel } from './channel-view.ts';

export const deleteChannel: Verb<typeof contract> = async (context, { params: { channelId } }) => {
  requireActor(context, 'admin');
  return change(context, async ({ tx, audit, configChanged }) => {
    await tx.select({ id: channels.id }).from(channels).where(eq(channels.id, channelId)).for('update');
    const before = channelAudit(await loadChannel(tx, channelId));
    const now = new Date(context.clock.nowMs());
    // The row outlives the deletion, what is secret in it does not.
    await tx
      .update(channels)
      .set({ deletedAt: now, enabled: false, extraHeaders: {}, proxyUrl: null, updatedAt: now })
      .where(eq(channels.id, channelId));
    await tx.delete(channelKeys).where(eq(channelKeys.channelId, channelId));
    await tx.delete(mappings).where(eq(mappings.channelId, channelId));
    await audit({
      action: 'channel.delete',
      entityKind: 'channel',
      entityId: channelId,
      before,
      after: null,
    });
    await configChanged();
    return { ok: true };
  });
};
