// Changes a model; from then on it counts as edited by hand, and a refreshed built-in list leaves it alone.
import type { updateModel as contract } from '@api-proxy/contracts/models';
import { models } from '@api-proxy/db/schema/models';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { nameTaken, notFound, uniqueOr } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { modelAudit, modelOf } from './model-view.ts';

export const updateModel: Verb<typeof contract> = async (context, { params: { modelId }, body }) => {
  requireActor(context, 'admin');
  const now = new Date(context.clock.nowMs());
  const work = change(context, async ({ tx, audit, configChanged }) => {
    const [before] = await tx.select().from(models).where(eq(models.id, modelId)).for('update');
    if (!before) throw notFound('model');
    const [after] = await tx
      .update(models)
      .set({ ...body, source: 'manual', updatedAt: now })
      .where(eq(models.id, modelId))
      .returning();
    if (!after) throw notFound('model');
    await audit({
      action: 'model.update',
      entityKind: 'model',
      entityId: modelId,
      before: modelAudit(before),
      after: modelAudit(after),
    });
    await configChanged();
    return modelOf(tx, after, now.getTime());
  });
  return uniqueOr(work, () => nameTaken(body.name ?? ''));
};
