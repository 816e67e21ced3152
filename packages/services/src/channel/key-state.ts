// What upstreams say about credentials, kept with them: rejected, used up, working again. Never undoes what a person did.
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { channels } from '@api-proxy/db/schema/channels';
import { HOUR_MS } from '@api-proxy/kit/duration';
import type { Secret } from '@api-proxy/kit/secret';
import { and, eq, isNotNull } from 'drizzle-orm';
import { type Change, change } from '../change.ts';
import type { AdminNotice, Context } from '../context.ts';

export type KeyNews = {
  readonly channelKeyId: string;
  /** What was sent: nothing is done when another credential has taken its place. */
  readonly secret: Secret;
  /** The upstream's answer. */
  readonly status: number | null;
};

type Found = Pick<AdminNotice, 'channelId' | 'channelName' | 'channelKeyId' | 'lastFour'> & {
  readonly row: typeof channelKeys.$inferSelect;
};

/** A key whose quota is used up is news once in this time. */
const QUIET_MS = HOUR_MS;

/** An active key is not used again before it was checked or a person sets it anew. Does nothing the second time. */
export async function markKeyRejected(context: Context, news: KeyNews): Promise<void> {
  const found = await moveKey(context, news, { from: 'active', to: 'rejected', reason: 'key_rejected' });
  if (found) tell(context, 'key_rejected', { found, status: news.status });
}

/** A rejected key works again: it is used at once. Does nothing to a key that is not rejected. */
export async function reviveKey(context: Context, news: KeyNews): Promise<void> {
  const found = await moveKey(context, news, { from: 'rejected', to: 'active', reason: null });
  if (!found) return;
  await context.channelLive.clearCooldown(found.channelId, [found.channelKeyId]);
  tell(context, 'key_revived', { found, status: news.status });
}

/** The quota of an active key is used up: it stays in use, as its pause ends by itself, and admins hear of it. */
export async function markKeyExhausted(context: Context, news: KeyNews): Promise<void> {
  const nowMs = context.clock.nowMs();
  const found = await change(context, async ({ tx }) => {
    const key = await findKey(context, tx, news);
    if (key?.row.status !== 'active') return null;
    const { statusReason, statusChangedAt } = key.row;
    if (statusReason !== null && nowMs - (statusChangedAt?.getTime() ?? 0) < QUIET_MS) return null;
    await tx
      .update(channelKeys)
      .set({ statusReason: reasonText('quota_exhausted', news.status), statusChangedAt: new Date(nowMs) })
      .where(eq(channelKeys.id, news.channelKeyId));
    return key;
  });
  if (found) tell(context, 'key_exhausted', { found, status: news.status });
}

/** An active key answered: what was said against it is over. */
export async function forgetComplaint(context: Context, channelKeyId: string): Promise<void> {
  await context.db
    .update(channelKeys)
    .set({ statusReason: null, statusChangedAt: new Date(context.clock.nowMs()) })
    .where(
      and(
        eq(channelKeys.id, channelKeyId),
        eq(channelKeys.status, 'active'),
        isNotNull(channelKeys.statusReason),
      ),
    );
}

type Move = {
  readonly from: 'active' | 'rejected';
  readonly to: 'active' | 'rejected';
  readonly reason: 'key_rejected' | null;
};

function moveKey(context: Context, news: KeyNews, { from, to, reason }: Move): Promise<Found | null> {
  return change(context, async (changes) => {
    const found = await findKey(context, changes.tx, news);
    if (found?.row.status !== from) return null;
    const now = new Date(context.clock.nowMs());
    const statusReason = reason && reasonText(reason, news.status);
    await changes.tx
      .update(channelKeys)
      .set({ status: to, statusReason, statusChangedAt: now, updatedAt: now })
      .where(eq(channelKeys.id, news.channelKeyId));
    const { channelKeyId: id, lastFour } = found;
    await changes.audit({
      action: to === 'rejected' ? 'channel.keyRejected' : 'channel.keyRevived',
      entityKind: 'channel',
      entityId: found.channelId,
      before: { keys: [{ id, lastFour, status: from, statusReason: found.row.statusReason }] },
      after: { keys: [{ id, lastFour, status: to, statusReason }] },
    });
    await changes.configChanged();
    return found;
  });
}

/** Locked until the end of the transaction; null when the credential is another one by now. */
async function findKey(context: Context, tx: Change['tx'], news: KeyNews): Promise<Found | null> {
  const [row] = await tx
    .select()
    .from(channelKeys)
    .where(eq(channelKeys.id, news.channelKeyId))
    .for('update');
  if (!row || context.vault.open(row.encryptedSecret).reveal() !== news.secret.reveal()) return null;
  const [channel] = await tx
    .select({ name: channels.name })
    .from(channels)
    .where(eq(channels.id, row.channelId));
  const { id: channelKeyId, channelId, lastFour } = row;
  return channel ? { row, channelId, channelName: channel.name, channelKeyId, lastFour } : null;
}

/** For the console, which puts it into words: never what the upstream wrote, as that may repeat the key. */
function reasonText(code: 'key_rejected' | 'quota_exhausted', status: number | null): string {
  return status === null ? code : `${code} ${status}`;
}

function tell(
  context: Context,
  kind: AdminNotice['kind'],
  { found, status }: { found: Found; status: number | null },
): void {
  const { channelId, channelName, channelKeyId, lastFour } = found;
  context.adminNotices.tell({ kind, channelId, channelName, channelKeyId, lastFour, status });
}
