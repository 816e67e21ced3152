// The balance row of a user: made once, then moved by entries of the ledger.
import type { Transaction } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { newId } from '@api-proxy/kit/id';
import type { NanoUsd } from '@api-proxy/kit/money';
import { and, eq } from 'drizzle-orm';

export type Opening = { userId: string; amount: NanoUsd; actorUserId: string | null; now: Date };

/** Makes the balance of a new user; a first amount above zero is a grant in the ledger. */
export async function openBalance(tx: Transaction, opening: Opening): Promise<void> {
  const { userId, amount, now } = opening;
  const id = newId('bud', now.getTime());
  await tx.insert(budgets).values({
    id,
    ownerKind: 'user',
    ownerId: userId,
    span: 'balance',
    limit: amount,
    createdAt: now,
    updatedAt: now,
  });
  if (amount === 0n) return;
  await tx.insert(ledgerEntries).values({
    userId,
    kind: 'grant',
    reference: newId('led', now.getTime()),
    amount,
    balanceAfter: amount,
    actorUserId: opening.actorUserId,
    createdAt: now,
  });
}

/** Makes the balance row if there is none, and locks it until the transaction ends. */
export async function lockBalance(tx: Transaction, userId: string, now: Date) {
  const stamps = { createdAt: now, updatedAt: now };
  const fresh = {
    id: newId('bud', now.getTime()),
    ownerKind: 'user',
    ownerId: userId,
    span: 'balance',
  } as const;
  await tx
    .insert(budgets)
    .values({ ...fresh, limit: 0n, ...stamps })
    .onConflictDoNothing();
  const [row] = await tx
    .select()
    .from(budgets)
    .where(and(eq(budgets.ownerKind, 'user'), eq(budgets.ownerId, userId), eq(budgets.span, 'balance')))
    .for('update');
  if (!row) throw new Error('the balance row that was just made is gone');
  return row;
}
