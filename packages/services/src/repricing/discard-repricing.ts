// Gives up a run that was not confirmed; what it counted is cleared away by a job.
import type { discardRepricing as contract } from '@api-proxy/contracts/finance';
import { repricings } from '@api-proxy/db/schema/repricings';
import { AppError } from '@api-proxy/kit/error';
import { and, eq, inArray } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import type { Verb } from '../verb.ts';
import { findRun } from './run-view.ts';

export const discardRepricing: Verb<typeof contract> = async (context, { params }) => {
  requireActor(context, 'admin');
  const { repricingId } = params;
  const now = new Date(context.clock.nowMs());
  await change(context, async ({ tx, audit }) => {
    const [run] = await tx
      .update(repricings)
      .set({ state: 'discarded', finishedAt: now })
      .where(and(eq(repricings.id, repricingId), inArray(repricings.state, ['counting', 'ready'])))
      .returning();
    if (!run) return;
    const after = { rows: run.rows, note: run.note };
    await audit({
      action: 'repricing.discard',
      entityKind: 'repricing',
      entityId: repricingId,
      before: null,
      after,
    });
  });
  const run = await findRun(context.db, repricingId);
  if (run.state === 'discarded') return run;
  throw new AppError({ code: 'conflict', status: 409, message: 'This re-pricing was confirmed already.' });
};
