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

export type Refusal = { readonly budget: Budget; readonly windowEndsAtMs: number; readonly nowMs: number };

/**
 * The budget has not enough left. Facts of `quota_used_up`: `remaining` (USD as decimal text); of `window_used_up`:
 * `window` (the span), `scope` (`user` or `key`), `limit` and `used` (USD), `resetsAt` (ISO, null when it never does).
 */
export function usedUp({ budget, windowEndsAtMs, nowMs }: Refusal): HoldDenial {
  if (budget.span === 'balance') {
    return { denied: 'quota_used_up', facts: { remaining: formatUsd(budget.limit - budget.used) } };
  }
  const resets = Number.isFinite(windowEndsAtMs);
  const facts = {
    window: budget.span,
    scope: budget.ownerKind,
    limit: formatUsd(budget.limit),
    used: formatUsd(budget.used),
    resetsAt: resets ? new Date(windowEndsAtMs).toISOString() : null,
  };
  if (!resets) return { denied: 'window_used_up', facts };
  return { denied: 'window_used_up', retryAfterMs: Math.max(0, windowEndsAtMs - nowMs), facts };
}
