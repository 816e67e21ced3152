// Begins a re-pricing: a range and filters are taken down, and the first requests are counted.
import type { createRepricing as contract, RepricingCreate } from '@api-proxy/contracts/finance';
import { repricings } from '@api-proxy/db/schema/repricings';
import { DAY_MS, SECOND_MS } from '@api-proxy/kit/duration';
import { AppError } from '@api-proxy/kit/error';
import { newId } from '@api-proxy/kit/id';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { invalidInput, uniqueOr } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { advanceRun } from './advance-run.ts';
import { findRun } from './run-view.ts';

const LONGEST_DAYS = 400;

/** The future is left out: its requests are still to come. */
function rangeOf({ from, to }: RepricingCreate, nowMs: number): { fromAt: Date; toAt: Date } {
  const fromAt = new Date(from);
  const toAt = new Date(Math.min(new Date(to).getTime(), nowMs));
  if (toAt <= fromAt)
    throw invalidInput('body.to', 'must lie after the beginning, and the range in the past');
  if (toAt.getTime() - fromAt.getTime() > LONGEST_DAYS * DAY_MS) {
    throw invalidInput('body.from', `a range may be at most ${LONGEST_DAYS} days long`);
  }
  return { fromAt, toAt };
}

function anotherIsOpen(): AppError {
  return new AppError({
    code: 'conflict',
    status: 409,
    message: 'Another re-pricing is open: confirm or discard it first.',
  });
}

export const createRepricing: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context, 'admin');
  const nowMs = context.clock.nowMs();
  const range = rangeOf(body, nowMs);
  const id = newId('rpr', nowMs);
  const filter = {
    model: body.model ?? null,
    channelId: body.channelId ?? null,
    userId: body.userId ?? null,
    keyId: body.keyId ?? null,
    chargeUnpriced: body.chargeUnpriced,
    note: body.note,
  };
  const begin = change(context, async ({ tx, audit }) => {
    const now = new Date(nowMs);
    await tx.insert(repricings).values({
      ...{ id, state: 'counting', ...range, ...filter, pricesAsOf: now },
      ...{ cursorAt: range.fromAt, cursorId: '' },
      ...{ createdBy: actor.userId, createdByName: actor.name, createdAt: now },
    });
    const after = { from: range.fromAt.toISOString(), to: range.toAt.toISOString(), ...filter };
    await audit({ action: 'repricing.create', entityKind: 'repricing', entityId: id, before: null, after });
  });
  await uniqueOr(begin, anotherIsOpen);
  await advanceRun(context, id, SECOND_MS);
  return findRun(context.db, id);
};
