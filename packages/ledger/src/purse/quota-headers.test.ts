// Promise: what is remembered of the quota headers is what they would be now.
import { expect, it } from 'vitest';
import type { Budget } from '../budget/budget.ts';
import { emptyLease } from './lease.ts';
import { createQuotaTeller, quotaHeaders } from './quota-headers.ts';

const budget = (over: Partial<Budget>): Budget => ({
  ...{ id: 'bud_1', ownerKind: 'user', ownerId: 'usr_1', span: 'balance' },
  ...{ limit: 5_000_000_000n, used: 0n, leased: 0n, windowStartedAtMs: null },
  ...over,
});

it('headers are kept as long as no budget is seen anew, and no longer', () => {
  const leases = [
    emptyLease(budget({}), Number.POSITIVE_INFINITY, 0),
    emptyLease(budget({ id: 'bud_2', ownerKind: 'key', span: 'day', limit: 1_000_000_000n }), 86_400_000, 0),
  ];
  const tell = createQuotaTeller();
  const first = tell(leases);
  expect(first).toEqual(quotaHeaders(leases));
  expect(tell(leases)).toBe(first);
  for (const lease of leases) {
    lease.budget = { ...lease.budget, used: lease.budget.used + 250_000_000n };
    expect(tell(leases)).toEqual(quotaHeaders(leases));
  }
  expect(tell(leases)).toEqual([
    ...['x-quota-remaining-usd', '4.75'],
    ...['x-quota-window', 'key-day'],
    ...['x-quota-window-remaining-usd', '0.75'],
    ...['x-quota-window-resets-at', '1970-01-02T00:00:00.000Z'],
  ]);
});
