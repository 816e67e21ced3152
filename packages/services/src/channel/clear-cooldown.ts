// Lets a cooling channel be used at once.
import type { clearCooldown as contract } from '@api-proxy/contracts/channels';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { and, eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import type { Verb } from '../verb.ts';
import { loadChannel } from './channel-view.ts';

export const clearCooldown: Verb<typeof contract> = async (context, { params: { channelId } }) => {
  requireActor(context, 'admin');
  const keyIds = await change(context, async ({ tx, audit }) => {
    const { keys } = await loadChannel(tx, channelId);
    await tx
      .update(channelKeys)
      .set({ statusReason: null })
      .where(and(eq(channelKeys.channelId, channelId), eq(channelKeys.status, 'active')));
    const before = { coolingUntilMs: context.channelLive.of(channelId).coolingUntilMs };
    await audit({
      action: 'channel.clearCooldown',
      entityKind: 'channel',
      entityId: channelId,
      before,
      after: null,
    });
    return keys.map(({ id }) => id);
  });
  await context.channelLive.clearCooldown(channelId, keyIds);
  return { ok: true };
};
