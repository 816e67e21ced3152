// What a batch does to ledger, budgets and leases, worked out from the locked rows; arithmetic only.

import { rollingAt } from '@api-proxy/kit/window';
import type { Budget, OwnerKind } from '../budget/budget.ts';
import type { PreparedRow } from './prepared-row.ts';

export type Charge = {
  readonly requestId: string;
  readonly userId: string;
  readonly keyId: string;
  /** Negative, nano-USD. */
  readonly amount: bigint;
  readonly balanceAfter: bigint;
};

/** The part of a lease that a request's cost used up. */
export type Taken = { readonly requestId: string; readonly budgetId: string; readonly amount: bigint };

export type Charges = {
  readonly entries: readonly Charge[];
  /** Budgets that changed, as they are to be stored. */
  readonly budgets: readonly Budget[];
  /** What is left of each lease that changed, by budget. */
  readonly leases: ReadonlyMap<string, bigint>;
  readonly taken: readonly Taken[];
};

export type Books = {
  /** All budgets of the rows' users and keys, locked. */
  readonly budgets: readonly Budget[];
  /** This worker's lease per budget, nano-USD. */
  readonly leases: ReadonlyMap<string, bigint>;
  /** Budgets on which this worker holds money for a request. */
  heldBy(requestId: string): readonly string[];
  readonly zone: Intl.DateTimeFormat;
};

const ownerName = (kind: OwnerKind, id: string): string => `${kind}:${id}`;

/** `used` after a cost that arose at `atMs`: a lapsed window rolls; a cost of a calendar window that is over counts no more. */
export function spendAt(
  budget: Budget,
  cost: bigint,
  spent: { readonly atMs: number; readonly zone: Intl.DateTimeFormat },
): Budget {
  const rolling = rollingAt(budget.span, spent.atMs, spent.zone);
  const startedAtMs = budget.windowStartedAtMs;
  if (rolling && (startedAtMs === null || startedAtMs < rolling.lapsedBeforeMs)) {
    return { ...budget, used: cost, windowStartedAtMs: rolling.startMs };
  }
  const late = startedAtMs !== null && spent.atMs < startedAtMs;
  if (rolling && late && budget.span !== '5h') return budget;
  return { ...budget, used: budget.used + cost };
}

/** Plans the charges of newly stored rows, in the order in which the requests ended. Rows without cost do nothing. */
export function planCharges(rows: readonly PreparedRow[], books: Books): Charges {
  const budgets = new Map(books.budgets.map((budget) => [budget.id, budget]));
  const byOwner = new Map<string, string[]>();
  for (const budget of books.budgets) {
    const name = ownerName(budget.ownerKind, budget.ownerId);
    const ids = byOwner.get(name);
    if (ids) ids.push(budget.id);
    else byOwner.set(name, [budget.id]);
  }
  // A key belongs to one user, but nothing here relies on it.
  const known = new Map<string, readonly string[]>();
  const payersOf = ({ userId, keyId }: PreparedRow): readonly string[] => {
    const pair = `${userId} ${keyId}`;
    const before = known.get(pair);
    if (before) return before;
    const own = byOwner.get(ownerName('user', userId)) ?? [];
    const ids = [...own, ...(byOwner.get(ownerName('key', keyId)) ?? [])];
    known.set(pair, ids);
    return ids;
  };
  const leases = new Map<string, bigint>();
  const changed = new Set<string>();
  const entries: Charge[] = [];
  const taken: Taken[] = [];
  const paying = rows.filter((row) => row.charge !== 0n).sort((a, b) => a.endedAtMs - b.endedAtMs);
  for (const row of paying) {
    const cost = row.charge;
    const held = books.heldBy(row.requestId);
    for (const id of payersOf(row)) {
      const before = budgets.get(id);
      if (!before) continue;
      let after = spendAt(before, cost, { atMs: row.endedAtMs, zone: books.zone });
      if (held.includes(id)) {
        const lease = leases.get(id) ?? books.leases.get(id) ?? 0n;
        const amount = lease < cost ? lease : cost;
        leases.set(id, lease - amount);
        taken.push({ requestId: row.requestId, budgetId: id, amount });
        after = { ...after, leased: after.leased - amount };
      }
      budgets.set(id, after);
      changed.add(id);
      if (after.span !== 'balance') continue;
      entries.push({
        requestId: row.requestId,
        userId: row.userId,
        keyId: row.keyId,
        amount: -cost,
        balanceAfter: after.limit - after.used,
      });
    }
  }
  return { entries, budgets: [...budgets.values()].filter(({ id }) => changed.has(id)), leases, taken };
}
