// Goes on counting or booking for about a second.
import type { advanceRepricing as contract } from '@api-proxy/contracts/finance';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { requireActor } from '../authorise.ts';
import type { Verb } from '../verb.ts';
import { advanceRun } from './advance-run.ts';
import { findRun } from './run-view.ts';

export const advanceRepricing: Verb<typeof contract> = async (context, { params }) => {
  requireActor(context, 'admin');
  await advanceRun(context, params.repricingId, SECOND_MS);
  return findRun(context.db, params.repricingId);
};
