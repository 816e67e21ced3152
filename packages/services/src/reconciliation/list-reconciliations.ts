// The last comparisons of the books, newest first.
import type { listReconciliations as contract } from '@api-proxy/contracts/finance';
import { reconciliations } from '@api-proxy/db/schema/reconciliations';
import { desc } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { readSettings } from '../settings/read-settings.ts';
import type { ReadVerb } from '../verb.ts';
import { reconciliationsOf } from './reconciliation-view.ts';

const SHOWN = 14;

export const listReconciliations: ReadVerb<typeof contract> = async (context) => {
  requireActor(context, 'admin');
  const { db } = context;
  const rows = await db
    .select()
    .from(reconciliations)
    .orderBy(desc(reconciliations.startedAt), desc(reconciliations.id))
    .limit(SHOWN);
  const { timeZone } = await readSettings(db);
  return { items: await reconciliationsOf(db, rows), timeZone };
};
