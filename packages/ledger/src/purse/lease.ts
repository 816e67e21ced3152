// One budget's lease in this worker's memory: what was taken, what of it is held, and how fast it goes.
import type { Budget } from '../budget/budget.ts';

/**
 * What `amount` is worth after an answer of the database was lost. `at_least`: the stored lease may be larger, so what is
 * here can be spent. `unknown`: it may be smaller, so nothing is held until it was read again.
 */
export type Knowledge = 'exact' | 'at_least' | 'unknown';

/** Amounts in nano-USD, instants in epoch ms. */
export type Lease = {
  /** The budget as last seen. */
  budget: Budget;
  seenMs: number;
  /** When the budget's window ends and `used` starts anew; Infinity without a window, −Infinity before the first. */
  windowEndsAtMs: number;
  /** Taken from the budget, equal to `budget_leases.amount`. */
  amount: bigint;
  /** Reserved for requests under way, and the cost of ended ones that are not booked yet. */
  held: bigint;
  /** From then on a sweeper may take the lease away: nothing is held out of it any more. */
  expiresAtMs: number;
  knowledge: Knowledge;
  /** Statements under way that change the stored amount. */
  busy: number;
  /** Grows with every change of `amount`. */
  changes: number;
  lastHeldMs: number;
  /** Sum of what requests asked for, fading by a factor e each {@link PACE_MS}. */
  pace: number;
  /** The budget had less than `shortBy` left a moment ago. */
  refused: { readonly shortBy: bigint; readonly untilMs: number } | undefined;
};

/** A lease is sized for what was asked in about this time. */
const PACE_MS = 10_000;
/** A new lease covers this many requests like the one that asked. */
const REQUESTS_AHEAD = 4n;

/** A lease of nothing on a budget that was just read. */
export function emptyLease(budget: Budget, windowEndsAtMs: number, nowMs: number): Lease {
  return {
    budget,
    seenMs: nowMs,
    windowEndsAtMs,
    amount: 0n,
    held: 0n,
    expiresAtMs: Number.POSITIVE_INFINITY,
    knowledge: 'exact',
    busy: 0,
    changes: 0,
    lastHeldMs: nowMs,
    pace: 0,
    refused: undefined,
  };
}

/** What can still be held; below zero when costs went over their holds. */
export function available(lease: Lease): bigint {
  return lease.amount - lease.held;
}

/** Whether the local amount is to be relied on. */
export function isTrusted(lease: Lease, nowMs: number): boolean {
  return lease.knowledge !== 'unknown' && nowMs < lease.expiresAtMs;
}

/** Whether `need` can be held without asking the database. */
export function covers(lease: Lease, need: bigint, nowMs: number): boolean {
  return isTrusted(lease, nowMs) && nowMs < lease.windowEndsAtMs && available(lease) >= need;
}

/** Whether the budget said a moment ago that it has not enough for `need`. */
export function refusesNow(lease: Lease, need: bigint, nowMs: number): boolean {
  const { refused } = lease;
  if (refused === undefined || nowMs >= refused.untilMs || nowMs >= lease.windowEndsAtMs) return false;
  return need - available(lease) >= refused.shortBy;
}

/** Reserves `need` and notes that it was asked for. */
export function reserve(lease: Lease, need: bigint, nowMs: number): void {
  lease.held += need;
  lease.pace = paceAt(lease, nowMs) + Number(need);
  lease.lastHeldMs = nowMs;
}

function paceAt(lease: Lease, nowMs: number): number {
  return lease.pace * Math.exp(-Math.max(0, nowMs - lease.lastHeldMs) / PACE_MS);
}

/** How much more than the waiting requests need is worth taking, for requests to come. */
export function aheadOf(lease: Lease, need: bigint, nowMs: number): bigint {
  const bySpeed = BigInt(Math.round(paceAt(lease, nowMs)));
  const byNeed = need * REQUESTS_AHEAD;
  return bySpeed > byNeed ? bySpeed : byNeed;
}

/** An answer was lost after which the stored lease may be larger than the local amount. */
export function noteLostAnswer(lease: Lease): void {
  if (lease.knowledge === 'exact') lease.knowledge = 'at_least';
}

/** Changes the local amount as the database's was changed. */
export function changeAmount(lease: Lease, by: bigint): void {
  if (by === 0n) return;
  lease.amount += by;
  lease.changes++;
}
