// Why money was refused, as a value; whoever faces the client turns it into a sentence.
import { formatUsd } from '@api-proxy/kit/money';
import type { Budget } from '../budget/budget.ts';

export type HoldDenial = {
  readonly denied:
    | 'quota_missing'
    | 'quota_zero'
    | 'quota_used_up'
    | 'window_used_up'
    | 'settlement_unavailable';
  /** When to come back, in ms from now. */
  readonly retryAfterMs?: number;
  readonly facts?: Readonly<Record<string, string | number | null>>;
};

const RETRY_WHEN_AWAY_MS = 5_000;

export const NO_BALANCE: HoldDenial = { denied: 'quota_missing' };
export const ZERO_BALANCE: HoldDenial = { denied: 'quota_zero' };

/** Rows can't be booked, or money can't be leased, because the database is away. */
export const AWAY: HoldDenial = { denied: 'settlement_unavailable', retryAfterMs: RETRY_WHEN_AWAY_MS };

export type Refusal = {
  readonly budget: Budget;
  readonly windowEndsAtMs: number;
  /** What was asked for, nano-USD. */
  readonly need: bigint;
  readonly nowMs: number;
};

/**
 * The budget has not enough left. Facts of both codes, USD as decimal text: `remaining`, of which requests under way may
 * hold a part, and `needed`, the most that this one can cost. Of `window_used_up` also `window` (the span), `scope`
 * (`user` or `key`), `limit`, `used`, and `resetsAt` (ISO, null when it never does or has just done so).
 */
export function usedUp({ budget, windowEndsAtMs, need, nowMs }: Refusal): HoldDenial {
  const used = nowMs < windowEndsAtMs ? budget.used : 0n;
  const amounts = { remaining: formatUsd(budget.limit - used), needed: formatUsd(need) };
  if (budget.span === 'balance') return { denied: 'quota_used_up', facts: amounts };
  const resets = Number.isFinite(windowEndsAtMs) && nowMs < windowEndsAtMs;
  const facts = {
    ...{
      window: budget.span,
      scope: budget.ownerKind,
      limit: formatUsd(budget.limit),
      used: formatUsd(used),
    },
    ...amounts,
    resetsAt: resets ? new Date(windowEndsAtMs).toISOString() : null,
  };
  // What is more than the whole limit is not worth trying again in the next window.
  if (!resets || need > budget.limit) return { denied: 'window_used_up', facts };
  return { denied: 'window_used_up', retryAfterMs: windowEndsAtMs - nowMs, facts };
}
