// The whole catalogue in its order.
import type { listModels as contract } from '@api-proxy/contracts/models';
import { models } from '@api-proxy/db/schema/models';
import { asc, ilike, or } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { containsPattern } from '../pattern.ts';
import type { ReadVerb } from '../verb.ts';
import { modelsOf } from './model-view.ts';

export const listModels: ReadVerb<typeof contract> = async (context, { query }) => {
  requireActor(context, 'admin');
  const pattern = query.search ? containsPattern(query.search) : undefined;
  const rows = await context.db
    .select()
    .from(models)
    .where(
      pattern === undefined
        ? undefined
        : or(
            ilike(models.name, pattern),
            ilike(models.displayName, pattern),
            ilike(models.provider, pattern),
          ),
    )
    .orderBy(asc(models.sortOrder), asc(models.name));
  const items = await modelsOf(context.db, rows, context.clock.nowMs());
  if (query.priced === undefined) return { items };
  return { items: items.filter(({ price }) => (price !== null) === query.priced) };
};
