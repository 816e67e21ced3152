// Deletes a key. The row stays without being usable, so that old log rows keep its name.
import type { deleteKey as contract } from '@api-proxy/contracts/keys';
import { keys } from '@api-proxy/db/schema/keys';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { dropWindowQuotas } from '../quota/window-quotas.ts';
import type { Verb } from '../verb.ts';
import { keyAudit, keyOf } from './key-view.ts';
import { lockKey } from './own-key.ts';

export const deleteKey: Verb<typeof contract> = async (context, { params }) => {
  const actor = requireActor(context);
  const now = new Date(context.clock.nowMs());
  return change(context, async ({ tx, audit, callerChanged }) => {
    const { key } = await lockKey(tx, actor, params.keyId);
    const before = keyAudit(await keyOf(tx, key.id, now.getTime()));
    await tx
      .update(keys)
      .set({ deletedAt: now, status: 'disabled', updatedAt: now })
      .where(eq(keys.id, key.id));
    await dropWindowQuotas(tx, { ownerKind: 'key', ownerId: key.id });
    await audit({ action: 'key.delete', entityKind: 'key', entityId: key.id, before, after: null });
    callerChanged(key.userId, key.id);
    return { ok: true };
  });
};
