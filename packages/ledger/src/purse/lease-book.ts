// All leases and holds of this worker, in memory: the purse reserves here, the settlement turns holds into costs.
import type { Budget } from '../budget/budget.ts';
import type { Taken } from '../settlement/charges.ts';
import type { Holds } from '../settlement/holds.ts';
import { changeAmount, emptyLease, type Lease } from './lease.ts';

export type LeaseBook = Holds & {
  /** The lease on a budget; an empty one when there was none. The budget counts as seen now. */
  leaseOn(budget: Budget, nowMs: number): Lease;
  all(): Iterable<Lease>;
  forgetLease(lease: Lease): void;
  /** Notes that `amount`, already reserved on the lease, belongs to a request. */
  attach(requestId: string, lease: Lease, amount: bigint): void;
  /** Frees what a request holds; does nothing once its cost is known. */
  release(requestId: string): void;
  /** Requests that hold money or whose cost is not booked yet. */
  holds(): number;
};

export type LeaseBookOptions = {
  nowMs(): number;
  /** End of the window that a budget is in: ±Infinity when it has none or none has begun. */
  windowEndOf(budget: Budget): number;
};

type Part = { readonly lease: Lease; amount: bigint };
type Hold = { spent: boolean; readonly parts: Part[] };

export function createLeaseBook(options: LeaseBookOptions): LeaseBook {
  const leases = new Map<string, Lease>();
  const holdings = createHoldings();
  const see = (lease: Lease, budget: Budget, nowMs: number): void => {
    if (budget.limit !== lease.budget.limit || budget.used < lease.budget.used) lease.refused = undefined;
    lease.budget = budget;
    lease.seenMs = nowMs;
    lease.windowEndsAtMs = options.windowEndOf(budget);
  };
  return {
    ...holdings,
    all: () => leases.values(),
    forgetLease: (lease) => void leases.delete(lease.budget.id),
    leaseOn(budget, nowMs) {
      const known = leases.get(budget.id);
      if (known) {
        see(known, budget, nowMs);
        return known;
      }
      const made = emptyLease(budget, options.windowEndOf(budget), nowMs);
      leases.set(budget.id, made);
      return made;
    },
    observe(budgets) {
      const nowMs = options.nowMs();
      for (const budget of budgets) {
        const lease = leases.get(budget.id);
        if (lease) see(lease, budget, nowMs);
      }
    },
  };
}

type Holdings = Omit<LeaseBook, 'all' | 'forgetLease' | 'leaseOn' | 'observe'>;

/** What each request holds: from its reservation to its release, or to the booking of its cost. */
function createHoldings(): Holdings {
  const holds = new Map<string, Hold>();
  const free = (requestId: string): readonly Part[] => {
    const hold = holds.get(requestId);
    if (!hold) return [];
    holds.delete(requestId);
    for (const { lease, amount } of hold.parts) lease.held -= amount;
    return hold.parts;
  };
  const spentParts = (requestId: string): readonly Part[] => {
    const hold = holds.get(requestId);
    return hold?.spent ? hold.parts : [];
  };
  return {
    holds: () => holds.size,
    attach(requestId, lease, amount) {
      const hold = holds.get(requestId);
      if (hold) hold.parts.push({ lease, amount });
      else holds.set(requestId, { spent: false, parts: [{ lease, amount }] });
    },
    release(requestId) {
      if (!holds.get(requestId)?.spent) free(requestId);
    },
    spend(requestId, cost) {
      const hold = holds.get(requestId);
      if (!hold || hold.spent) return;
      hold.spent = true;
      for (const part of hold.parts) {
        part.lease.held += cost - part.amount;
        part.amount = cost;
      }
    },
    heldBy: (requestId) => spentParts(requestId).map(({ lease }) => lease.budget.id),
    booking(requestIds) {
      const involved = requestIds.flatMap((id) => spentParts(id).map(({ lease }) => lease));
      for (const lease of involved) lease.busy++;
      return () => {
        for (const lease of involved) lease.busy--;
      };
    },
    booked(requestId, taken: readonly Taken[]) {
      for (const { lease } of free(requestId)) {
        const part = taken.find(({ budgetId }) => budgetId === lease.budget.id);
        changeAmount(lease, -(part?.amount ?? 0n));
      }
    },
    bookedBefore(requestId) {
      for (const { lease } of free(requestId)) lease.knowledge = 'unknown';
    },
    dropped: (requestId) => void free(requestId),
  };
}
