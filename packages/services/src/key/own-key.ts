// The key that an actor may change: own ones; an admin everyone's, except a super admin's.
import type { Transaction } from '@api-proxy/db/database';
import { keys } from '@api-proxy/db/schema/keys';
import { eq } from 'drizzle-orm';
import { isAdmin } from '../authorise.ts';
import type { Actor } from '../context.ts';
import { notFound } from '../failure.ts';
import { lockWindowQuotas } from '../quota/window-quotas.ts';
import { mayTouch } from '../user/guard-user.ts';
import { findKey, type KeyRow } from './key-view.ts';

/** Locks the key and its limits until the transaction ends. @throws AppError `not_found`, also for other people's keys. */
export async function lockKey(tx: Transaction, actor: Actor, keyId: string): Promise<KeyRow> {
  await lockWindowQuotas(tx, { ownerKind: 'key', ownerId: keyId });
  await tx.select({ id: keys.id }).from(keys).where(eq(keys.id, keyId)).for('update');
  const row = await findKey(tx, keyId);
  if (!row) throw notFound('key');
  if (row.key.userId === actor.userId) return row;
  if (!isAdmin(actor)) throw notFound('key');
  mayTouch(actor, row.userRole);
  return row;
}
