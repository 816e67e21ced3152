// What an admitted caller is told about its budgets: headers for the answer.
import { formatUsd } from '@api-proxy/kit/money';
import type { Budget } from '../budget/budget.ts';
import type { Lease } from './lease.ts';

/**
 * Flat headers. `x-quota-remaining-usd`: left of the balance. Where spending limits apply, the one with the least left:
 * `x-quota-window` (`key` or `user`, a dash, the span), `x-quota-window-remaining-usd`, and `x-quota-window-resets-at`
 * (ISO 8601) unless it never does. Decimal USD as of the last booking that this worker saw, never below zero.
 */
export function quotaHeaders(leases: readonly Lease[]): readonly string[] {
  const headers: string[] = [];
  let tightest: Lease | undefined;
  for (const lease of leases) {
    if (lease.budget.span === 'balance') headers.push('x-quota-remaining-usd', formatUsd(remaining(lease)));
    else if (!tightest || remaining(lease) < remaining(tightest)) tightest = lease;
  }
  if (!tightest) return headers;
  const { budget, windowEndsAtMs } = tightest;
  headers.push('x-quota-window', `${budget.ownerKind}-${budget.span}`);
  headers.push('x-quota-window-remaining-usd', formatUsd(remaining(tightest)));
  if (Number.isFinite(windowEndsAtMs)) {
    headers.push('x-quota-window-resets-at', new Date(windowEndsAtMs).toISOString());
  }
  return headers;
}

/** As {@link quotaHeaders}, worked out anew only when a budget was seen anew: many requests come between two bookings. */
export function createQuotaTeller(): typeof quotaHeaders {
  const told = new WeakMap<readonly Lease[], { seen: readonly Budget[]; headers: readonly string[] }>();
  return (leases) => {
    const before = told.get(leases);
    if (before && leases.every(({ budget }, index) => budget === before.seen[index])) return before.headers;
    const headers = quotaHeaders(leases);
    told.set(leases, { seen: leases.map(({ budget }) => budget), headers });
    return headers;
  };
}

function remaining({ budget }: Lease): bigint {
  const left = budget.limit - budget.used;
  return left > 0n ? left : 0n;
}
