// When a spending window is over, and what is used of it by then.
import type { BudgetSpan } from '@api-proxy/contracts/enums';
import { DAY_MS, HOUR_MS } from '@api-proxy/kit/duration';

/** The end of a window that began at `start`; null: it never ends. */
export function windowEnd(span: BudgetSpan, start: Date): Date | null {
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

export type WindowState = {
  /** Nano-USD used in the window that runs now. */
  used: bigint;
  resetsAt: Date | null;
};

/** A window that is over counts as unused: the next request starts a new one. */
export function windowState(
  budget: { span: BudgetSpan; used: bigint; windowStartedAt: Date | null },
  nowMs: number,
): WindowState {
  if (budget.span === 'total') return { used: budget.used, resetsAt: null };
  const end = budget.windowStartedAt && windowEnd(budget.span, budget.windowStartedAt);
  if (!end || end.getTime() <= nowMs) return { used: 0n, resetsAt: null };
  return { used: budget.used, resetsAt: end };
}
