// What is used of a spending window by now, and when it is over.
import type { BudgetSpan } from '@api-proxy/contracts/enums';
import type { WindowQuota } from '@api-proxy/contracts/quotas';
import { formatUsd } from '@api-proxy/kit/money';
import { rollingAt, windowEndMs } from '@api-proxy/kit/window';

export type WindowBudget = {
  readonly span: BudgetSpan;
  /** Nano-USD. */
  readonly limit: bigint;
  readonly used: bigint;
  readonly windowStartedAt: Date | null;
};

/** When one looks, and the calendar of the zone whose midnights count. */
export type Moment = { readonly nowMs: number; readonly calendar: Intl.DateTimeFormat };

/** A window that is over counts as unused: the next request starts a new one. */
function windowState(budget: WindowBudget, { nowMs, calendar }: Moment): { used: bigint; endMs?: number } {
  const rolling = rollingAt(budget.span, nowMs, calendar);
  if (!rolling) return { used: budget.used };
  const startedMs = budget.windowStartedAt?.getTime();
  if (startedMs === undefined || startedMs < rolling.lapsedBeforeMs) return { used: 0n };
  const endMs = windowEndMs(budget.span, startedMs, calendar);
  return { used: budget.used, ...(endMs === undefined ? {} : { endMs }) };
}

/** A spending limit in the shape of the contract. */
export function quotaOf(budget: WindowBudget, moment: Moment): WindowQuota {
  const { used, endMs } = windowState(budget, moment);
  return {
    span: budget.span,
    limitUsd: formatUsd(budget.limit),
    usedUsd: formatUsd(used),
    resetsAt: endMs === undefined ? null : new Date(endMs).toISOString(),
  };
}
