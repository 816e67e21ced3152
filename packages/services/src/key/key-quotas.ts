// The spending limits of a key as budget rows: one per window.
import type { KeyCreate } from '@api-proxy/contracts/keys';
import type { Transaction } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { newId } from '@api-proxy/kit/id';
import { and, eq, notInArray } from 'drizzle-orm';
import { parsedUsd } from '../money-input.ts';

export type KeyQuotas = NonNullable<KeyCreate['quotas']>;

/** Makes the limits of a key exactly these; a window that stays keeps what is used of it. */
export async function setKeyQuotas(
  tx: Transaction,
  keyId: string,
  { quotas, now }: { quotas: KeyQuotas; now: Date },
): Promise<void> {
  const spans = quotas.map(({ span }) => span);
  const own = and(eq(budgets.ownerKind, 'key'), eq(budgets.ownerId, keyId));
  await tx.delete(budgets).where(spans.length > 0 ? and(own, notInArray(budgets.span, spans)) : own);
  for (const { span, limitUsd } of quotas) {
    const limit = parsedUsd(limitUsd);
    await tx
      .insert(budgets)
      .values({
        id: newId('bud', now.getTime()),
        ownerKind: 'key',
        ownerId: keyId,
        span,
        limit,
        createdAt: now,
        updatedAt: now,
      })
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
    .where(and(eq(budgets.ownerKind, 'key'), eq(budgets.ownerId, fromKeyId)))
    .for('update');
  for (const row of rows) {
    const id = newId('bud', now.getTime());
    await tx
      .insert(budgets)
      .values({ ...row, id, ownerId: toKeyId, leased: 0n, createdAt: now, updatedAt: now });
  }
}

export async function dropKeyQuotas(tx: Transaction, keyId: string): Promise<void> {
  await tx.delete(budgets).where(and(eq(budgets.ownerKind, 'key'), eq(budgets.ownerId, keyId)));
}
