// Takes a model out of the catalogue; its price history stays.
import type { deleteModel as contract } from '@api-proxy/contracts/models';
import { models } from '@api-proxy/db/schema/models';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { notFound } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { modelAudit } from './model-view.ts';

export const deleteModel: Verb<typeof contract> = async (context, { params: { modelId } }) => {
  requireActor(context, 'admin');
  return change(context, async ({ tx, audit, configChanged }) => {
    const [row] = await tx.delete(models).where(eq(models.id, modelId)).returning();
    if (!row) throw notFound('model');
    await audit({
      action: 'model.delete',
      entityKind: 'model',
      entityId: modelId,
      before: modelAudit(row),
      after: null,
    });
    await configChanged();
    return { ok: true };
  });
};
