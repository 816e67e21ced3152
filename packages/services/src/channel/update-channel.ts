// Changes a channel; what is left out stays, a stored credential that is named without a secret keeps it.
import type { ChannelUpdate, updateChannel as contract } from '@api-proxy/contracts/channels';
import type { Transaction } from '@api-proxy/db/database';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { channels } from '@api-proxy/db/schema/channels';
import { and, eq, inArray } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { invalidInput, nameTaken, uniqueOr } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { channelAudit, channelNow, loadChannel, type StoredChannel } from './channel-view.ts';
import { addChannelKeys, checkChannelUrls, sealed, setRenames } from './channel-write.ts';

type KeyInputs = NonNullable<ChannelUpdate['keys']>;
type KeptKey = Extract<KeyInputs[number], { id: string }>;

/** A new secret makes a rejected key active again. */
async function changeKept(tx: Transaction, context: Context, kept: KeptKey): Promise<void> {
  const status = kept.status ?? (kept.secret === undefined ? undefined : 'active');
  if (status === undefined) return;
  const now = new Date(context.clock.nowMs());
  await tx
    .update(channelKeys)
    .set({
      ...(kept.secret !== undefined && sealed(context, kept.secret)),
      status,
      statusReason: null,
      statusChangedAt: now,
      updatedAt: now,
    })
    .where(eq(channelKeys.id, kept.id));
}

async function changeKeys(
  tx: Transaction,
  context: Context,
  change: { stored: StoredChannel; keys: KeyInputs },
) {
  const { stored, keys } = change;
  const kept = keys.filter((key): key is KeptKey => 'id' in key);
  const known = new Set(stored.keys.map(({ id }) => id));
  const stranger = kept.find(({ id }) => !known.has(id));
  if (stranger) throw invalidInput('body.keys', `${stranger.id} is not a key of this channel`);
  const named = new Set(kept.map(({ id }) => id));
  const gone = [...known].filter((id) => !named.has(id));
  if (gone.length > 0) {
    await tx
      .delete(channelKeys)
      .where(and(eq(channelKeys.channelId, stored.row.id), inArray(channelKeys.id, gone)));
  }
  for (const key of kept) await changeKept(tx, context, key);
  const secrets = keys.flatMap((key) => ('id' in key ? [] : [key.secret]));
  await addChannelKeys(tx, stored.row.id, { context, secrets });
}

export const updateChannel: Verb<typeof contract> = async (context, { params, body }) => {
  requireActor(context, 'admin');
  await checkChannelUrls(context, body);
  const { channelId } = params;
  const work = change(context, async ({ tx, audit, configChanged }) => {
    await tx.select({ id: channels.id }).from(channels).where(eq(channels.id, channelId)).for('update');
    const stored = await loadChannel(tx, channelId);
    const { keys, renames, ...fields } = body;
    await tx
      .update(channels)
      .set({ ...fields, updatedAt: new Date(context.clock.nowMs()) })
      .where(eq(channels.id, channelId));
    if (keys) await changeKeys(tx, context, { stored, keys });
    if (renames) await setRenames(tx, channelId, renames);
    await audit({
      action: 'channel.update',
      entityKind: 'channel',
      entityId: channelId,
      before: channelAudit(stored),
      after: channelAudit(await loadChannel(tx, channelId)),
    });
    await configChanged();
  });
  await uniqueOr(work, () => nameTaken(body.name ?? ''));
  // What a key is set to holds at once: what outcomes taught about it before is over.
  const anew = (body.keys ?? []).flatMap((key) =>
    'id' in key && (key.secret !== undefined || key.status === 'active') ? [key.id] : [],
  );
  if (anew.length > 0) await context.channelLive.clearCooldown(channelId, anew);
  return channelNow(context, channelId);
};
