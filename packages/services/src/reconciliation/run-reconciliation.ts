// Compares the books because an admin asks for it.
import type { runReconciliation as contract } from '@api-proxy/contracts/finance';
import { formatUsd } from '@api-proxy/kit/money';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import type { Verb } from '../verb.ts';
import { reconciliationsOf } from './reconciliation-view.ts';
import { recordReconciliation } from './record-reconciliation.ts';

export const runReconciliation: Verb<typeof contract> = async (context) => {
  const askedBy = requireActor(context, 'admin');
  const { db, clock, compareBooks: compare } = context;
  const row = await recordReconciliation({ db, clock, compare, askedBy });
  const after = { differenceUsd: formatUsd(row.difference), differenceCount: row.differenceCount };
  await change(context, ({ audit }) =>
    audit({
      ...{ action: 'reconciliation.run', entityKind: 'reconciliation', entityId: row.id },
      ...{ before: null, after },
    }),
  );
  const [view] = await reconciliationsOf(db, [row]);
  if (!view) throw new Error('the reconciliation that was just made is gone');
  return view;
};
