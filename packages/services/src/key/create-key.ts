// Creates a key for oneself; the answer carries the secret, this once.
import type { createKey as contract } from '@api-proxy/contracts/keys';
import { keys } from '@api-proxy/db/schema/keys';
import { newId } from '@api-proxy/kit/id';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { setWindowQuotas } from '../quota/window-quotas.ts';
import type { Verb } from '../verb.ts';
import { checkAllowedIps } from './allowed-ip.ts';
import { keyAudit, keyOf } from './key-view.ts';
import { newKeyText } from './secret-text.ts';

export const createKey: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context);
  checkAllowedIps(body.allowedIps);
  const now = new Date(context.clock.nowMs());
  const id = newId('key', now.getTime());
  const { secret, prefix, lastFour } = newKeyText();
  const key = await change(context, async ({ tx, audit }) => {
    const { quotas, expiresAt, ...rest } = body;
    await tx.insert(keys).values({
      ...rest,
      id,
      userId: actor.userId,
      hash: context.keyHasher(secret),
      prefix,
      lastFour,
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
      createdAt: now,
      updatedAt: now,
    });
    await setWindowQuotas(tx, { ownerKind: 'key', ownerId: id }, { quotas, now });
    const created = await keyOf(tx, id, now.getTime());
    await audit({
      action: 'key.create',
      entityKind: 'key',
      entityId: id,
      before: null,
      after: keyAudit(created),
    });
    return created;
  });
  return { key, secret };
};
