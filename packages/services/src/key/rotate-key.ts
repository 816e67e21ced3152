// Replaces a key by one with the same settings; the old one may go on for a chosen time.
import type { rotateKey as contract } from '@api-proxy/contracts/keys';
import type { Transaction } from '@api-proxy/db/database';
import { keys } from '@api-proxy/db/schema/keys';
import { MINUTE_MS } from '@api-proxy/kit/duration';
import { newId } from '@api-proxy/kit/id';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { forbidden } from '../failure.ts';
import { copyKeyQuotas, dropWindowQuotas } from '../quota/window-quotas.ts';
import type { Verb } from '../verb.ts';
import { keyAudit, keyOf } from './key-view.ts';
import { lockKey } from './own-key.ts';
import { newKeyText } from './secret-text.ts';

type Old = { id: string; expiresAt: Date | null };

/** Ends the old key now, or at the end of the overlap, whichever its own expiry allows. */
async function retire(tx: Transaction, old: Old, { overlapMs, now }: { overlapMs: number; now: Date }) {
  if (overlapMs === 0) {
    await tx
      .update(keys)
      .set({ deletedAt: now, status: 'disabled', updatedAt: now })
      .where(eq(keys.id, old.id));
    await dropWindowQuotas(tx, { ownerKind: 'key', ownerId: old.id });
    return;
  }
  const end = new Date(now.getTime() + overlapMs);
  const expiresAt = old.expiresAt && old.expiresAt < end ? old.expiresAt : end;
  await tx.update(keys).set({ expiresAt, updatedAt: now }).where(eq(keys.id, old.id));
}

export const rotateKey: Verb<typeof contract> = async (context, { params, body }) => {
  const actor = requireActor(context);
  const now = new Date(context.clock.nowMs());
  const id = newId('key', now.getTime());
  const { secret, prefix, lastFour } = newKeyText();
  const key = await change(context, async ({ tx, audit, callerChanged }) => {
    const { key: old } = await lockKey(tx, actor, params.keyId);
    // A rotation shows a secret, and that is for the owner's eyes only.
    if (old.userId !== actor.userId) throw forbidden('Only its owner can rotate a key.');
    const before = await keyOf(tx, old.id, now.getTime());
    await tx.insert(keys).values({
      ...old,
      id,
      hash: context.keyHasher(secret),
      prefix,
      lastFour,
      rotatedFromId: old.id,
      lastUsedAt: null,
      createdAt: now,
      updatedAt: now,
    });
    await copyKeyQuotas(tx, { fromKeyId: old.id, toKeyId: id, now });
    await retire(tx, old, { overlapMs: body.overlapMinutes * MINUTE_MS, now });
    const created = await keyOf(tx, id, now.getTime());
    const after = { ...keyAudit(created), overlapMinutes: body.overlapMinutes };
    await audit({
      action: 'key.rotate',
      entityKind: 'key',
      entityId: old.id,
      before: keyAudit(before),
      after,
    });
    callerChanged(old.userId, old.id);
    return created;
  });
  return { key, secret };
};
