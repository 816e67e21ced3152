// Confirms a counted run; confirming it again changes nothing.
import type { bookRepricing as contract } from '@api-proxy/contracts/finance';
import { repricings } from '@api-proxy/db/schema/repricings';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { AppError } from '@api-proxy/kit/error';
import { formatUsd } from '@api-proxy/kit/money';
import { and, eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import type { Verb } from '../verb.ts';
import { advanceRun } from './advance-run.ts';
import { findRun } from './run-view.ts';

export const bookRepricing: Verb<typeof contract> = async (context, { params }) => {
  const actor = requireActor(context, 'admin');
  const { repricingId } = params;
  await change(context, async ({ tx, audit }) => {
    const [run] = await tx
      .update(repricings)
      .set({ state: 'booking', bookedBy: actor.userId })
      .where(and(eq(repricings.id, repricingId), eq(repricings.state, 'ready')))
      .returning();
    if (!run) return;
    const after = {
      rows: run.rows,
      changedRows: run.changedRows,
      oldCostUsd: formatUsd(run.oldCost),
      newCostUsd: formatUsd(run.newCost),
      note: run.note,
    };
    await audit({
      action: 'repricing.book',
      entityKind: 'repricing',
      entityId: repricingId,
      before: null,
      after,
    });
  });
  await advanceRun(context, repricingId, SECOND_MS);
  const run = await findRun(context.db, repricingId);
  if (run.state === 'booking' || run.state === 'done') return run;
  const message =
    run.state === 'discarded' ? 'This re-pricing was discarded.' : 'This re-pricing is still being counted.';
  throw new AppError({ code: 'conflict', status: 409, message });
};
