// One re-pricing run, with the users whom it changes most.
import type { getRepricing as contract } from '@api-proxy/contracts/finance';
import { requireActor } from '../authorise.ts';
import type { ReadVerb } from '../verb.ts';
import { findRun, largestParts } from './run-view.ts';

const SHOWN = 100;

export const getRepricing: ReadVerb<typeof contract> = async (context, { params }) => {
  requireActor(context, 'admin');
  const run = await findRun(context.db, params.repricingId);
  return { ...run, largest: await largestParts(context.db, run.id, SHOWN) };
};
