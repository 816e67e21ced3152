// Renames, enables, disables a key, or changes its limits.
import type { updateKey as contract, KeyUpdate } from '@api-proxy/contracts/keys';
import { keys } from '@api-proxy/db/schema/keys';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { setWindowQuotas } from '../quota/window-quotas.ts';
import type { Verb } from '../verb.ts';
import { checkAllowedIps } from './allowed-ip.ts';
import { keyAudit, keyOf } from './key-view.ts';
import { lockKey } from './own-key.ts';

function expiry(text: KeyUpdate['expiresAt']): Date | null | undefined {
  return typeof text === 'string' ? new Date(text) : text;
}

export const updateKey: Verb<typeof contract> = async (context, { params, body }) => {
  const actor = requireActor(context);
  checkAllowedIps(body.allowedIps);
  const now = new Date(context.clock.nowMs());
  return change(context, async ({ tx, audit, callerChanged }) => {
    const { key } = await lockKey(tx, actor, params.keyId);
    const before = await keyOf(tx, key.id, now.getTime());
    const { quotas, expiresAt, ...rest } = body;
    const expires = expiry(expiresAt);
    await tx
      .update(keys)
      .set({ ...rest, ...(expires !== undefined && { expiresAt: expires }), updatedAt: now })
      .where(eq(keys.id, key.id));
    if (quotas) await setWindowQuotas(tx, { ownerKind: 'key', ownerId: key.id }, { quotas, now });
    const after = await keyOf(tx, key.id, now.getTime());
    await audit({
      action: 'key.update',
      entityKind: 'key',
      entityId: key.id,
      before: keyAudit(before),
      after: keyAudit(after),
    });
    callerChanged(key.userId, key.id);
    return after;
  });
};
