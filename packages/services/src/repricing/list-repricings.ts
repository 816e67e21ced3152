// The last re-pricing runs, newest first.
import type { listRepricings as contract } from '@api-proxy/contracts/finance';
import { repricings } from '@api-proxy/db/schema/repricings';
import { desc } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import type { ReadVerb } from '../verb.ts';
import { runOf, selectRuns } from './run-view.ts';

const SHOWN = 20;

export const listRepricings: ReadVerb<typeof contract> = async (context) => {
  requireActor(context, 'admin');
  const rows = await selectRuns(context.db)
    .orderBy(desc(repricings.createdAt), desc(repricings.id))
    .limit(SHOWN);
  return { items: rows.map(runOf) };
};
