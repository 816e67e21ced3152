// The spending limits of a user or a key as budget rows: one per window. The balance of a user is none of them.
import type { WindowQuotas } from '@api-proxy/contracts/quotas';
import type { Transaction } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { newId } from '@api-proxy/kit/id';
import { and, eq, ne, notInArray } from 'drizzle-orm';
import { parsedUsd } from '../money-input.ts';

export type QuotaOwner = { readonly ownerKind: 'user' | 'key'; readonly ownerId: string };

function windowsOf({ ownerKind, ownerId }: QuotaOwner) {
  return and(eq(budgets.ownerKind, ownerKind), eq(budgets.ownerId, ownerId), ne(budgets.span, 'balance'));
}

/**
 * Locks the owner's limits by id until the transaction ends. The settlement locks budgets by id and then keys, so this
 * comes before a lock on the owner: two who take the same locks in the same order never wait for each other.
 */
export async function lockWindowQuotas(tx: Transaction, owner: QuotaOwner): Promise<void> {
  await tx.select({ id: budgets.id }).from(budgets).where(windowsOf(owner)).orderBy(budgets.id).for('update');
}

/** Makes the limits of the owner exactly these; a window that stays keeps what is used of it. */
export async function setWindowQuotas(
  tx: Transaction,
  owner: QuotaOwner,
  { quotas, now }: { quotas: WindowQuotas; now: Date },
): Promise<void> {
  const spans = quotas.map(({ span }) => span);
  const own = windowsOf(owner);
  await lockWindowQuotas(tx, owner);
  await tx.delete(budgets).where(spans.length > 0 ? and(own, notInArray(budgets.span, spans)) : own);
  for (const { span, limitUsd } of quotas) {
    const limit = parsedUsd(limitUsd);
    const id = newId('bud', now.getTime());
    await tx
      .insert(budgets)
      .values({ ...owner, id, span, limit, createdAt: now, updatedAt: now })
      .onConflictDoUpdate({
        target: [budgets.ownerKind, budgets.ownerId, budgets.span],
        set: { limit, updatedAt: now },
      });
  }
}

/** Gives `toKeyId` the limits of `fromKeyId` with what is used of them, so that a rotation is no way around a limit. */
export async function copyKeyQuotas(
  tx: Transaction,
  { fromKeyId, toKeyId, now }: { fromKeyId: string; toKeyId: string; now: Date },
): Promise<void> {
  const rows = await tx
    .select()
    .from(budgets)
    .where(windowsOf({ ownerKind: 'key', ownerId: fromKeyId }))
    .for('update');
  for (const row of rows) {
    const id = newId('bud', now.getTime());
    await tx
      .insert(budgets)
      .values({ ...row, id, ownerId: toKeyId, leased: 0n, createdAt: now, updatedAt: now });
  }
}

export async function dropWindowQuotas(tx: Transaction, owner: QuotaOwner): Promise<void> {
  await lockWindowQuotas(tx, owner);
  await tx.delete(budgets).where(windowsOf(owner));
}
