// The balance row of a user: made once, then moved by entries of the ledger.
import type { Transaction } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { newId } from '@api-proxy/kit/id';
import type { NanoUsd } from '@api-proxy/kit/money';

export type Opening = { userId: string; amount: NanoUsd; actorUserId: string; now: Date };

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
