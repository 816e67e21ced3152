// When a spending window is over, and what is used of it by then.
import type { BudgetSpan } from '@api-proxy/contracts/enums';
import type { WindowQuota } from '@api-proxy/contracts/quotas';
import { DAY_MS, HOUR_MS } from '@api-proxy/kit/duration';
import { formatUsd } from '@api-proxy/kit/money';

/** The end of a window that began at `start`; null: it never ends. */
function windowEnd(span: BudgetSpan, start: Date): Date | null {
  switch (span) {
    case '5h':
      return new Date(start.getTime() + 5 * HOUR_MS);
    case 'day':
      return new Date(start.getTime() + DAY_MS);
    case 'week':
      return new Date(start.getTime() + 7 * DAY_MS);
    case 'month': {
      const end = new Date(start);
      end.setUTCMonth(end.getUTCMonth() + 1);
      return end;
    }
    case 'total':
      return null;
  }
}

export type WindowBudget = {
  readonly span: BudgetSpan;
  /** Nano-USD. */
  readonly limit: bigint;
  readonly used: bigint;
  readonly windowStartedAt: Date | null;
};

type WindowState = {
  /** Nano-USD used in the window that runs now. */
  used: bigint;
  resetsAt: Date | null;
};

/** A window that is over counts as unused: the next request starts a new one. */
function windowState(budget: WindowBudget, nowMs: number): WindowState {
  if (budget.span === 'total') return { used: budget.used, resetsAt: null };
  const end = budget.windowStartedAt && windowEnd(budget.span, budget.windowStartedAt);
  if (!end || end.getTime() <= nowMs) return { used: 0n, resetsAt: null };
  return { used: budget.used, resetsAt: end };
}

/** A spending limit in the shape of the contract. */
export function quotaOf(budget: WindowBudget, nowMs: number): WindowQuota {
  const { used, resetsAt } = windowState(budget, nowMs);
  return {
    span: budget.span,
    limitUsd: formatUsd(budget.limit),
    usedUsd: formatUsd(used),
    resetsAt: resetsAt?.toISOString() ?? null,
  };
}
