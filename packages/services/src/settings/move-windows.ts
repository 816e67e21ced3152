// A new time zone: spending windows that run now keep what is used of them until the next boundary of the new zone.
import type { Transaction } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { createZoneReader, zoneShift } from '@api-proxy/kit/window';
import { and, eq, gte, lt } from 'drizzle-orm';

const CALENDAR_SPANS = ['day', 'week', 'month'] as const;

/** Without it, a boundary of the new zone that lies inside a running window would set what is used to zero at once. */
export async function moveWindows(
  tx: Transaction,
  change: { before: string; after: string; nowMs: number },
): Promise<void> {
  const zones = createZoneReader();
  for (const span of CALENDAR_SPANS) {
    const shift = zoneShift(span, change.nowMs, {
      before: zones(change.before),
      after: zones(change.after),
    });
    if (!shift) continue;
    const startsAt = new Date(shift.startMs);
    await tx
      .update(budgets)
      .set({ windowStartedAt: startsAt, updatedAt: new Date(change.nowMs) })
      .where(
        and(
          eq(budgets.span, span),
          gte(budgets.windowStartedAt, new Date(shift.fromMs)),
          lt(budgets.windowStartedAt, startsAt),
        ),
      );
  }
}
