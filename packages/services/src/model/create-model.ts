// Adds a model to the catalogue.
import type { createModel as contract } from '@api-proxy/contracts/models';
import { models } from '@api-proxy/db/schema/models';
import { newId } from '@api-proxy/kit/id';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { nameTaken, uniqueOr } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { modelAudit, modelOf } from './model-view.ts';

export const createModel: Verb<typeof contract> = async (context, { body }) => {
  requireActor(context, 'admin');
  const now = new Date(context.clock.nowMs());
  const id = newId('mdl', now.getTime());
  const work = change(context, async ({ tx, audit, configChanged }) => {
    const displayName = body.displayName ?? body.name;
    const [row] = await tx
      .insert(models)
      .values({ ...body, id, displayName, createdAt: now, updatedAt: now })
      .returning();
    if (!row) throw new Error('the model that was just made is gone');
    await audit({
      action: 'model.create',
      entityKind: 'model',
      entityId: id,
      before: null,
      after: modelAudit(row),
    });
    await configChanged();
    return modelOf(tx, row, now.getTime());
  });
  return uniqueOr(work, () => nameTaken(body.name));
};
