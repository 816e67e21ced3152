// Withdraws a price: from now on it prices nothing; rows billed with it keep it.
import type { withdrawPrice as contract } from '@api-proxy/contracts/prices';
import { prices } from '@api-proxy/db/schema/prices';
import { and, eq, isNull } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { notFound } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { priceOf } from './price-view.ts';

export const withdrawPrice: Verb<typeof contract> = async (context, { params: { priceId } }) => {
  requireActor(context, 'admin');
  const now = new Date(context.clock.nowMs());
  return change(context, async ({ tx, audit, configChanged }) => {
    const [row] = await tx
      .update(prices)
      .set({ withdrawnAt: now })
      .where(and(eq(prices.id, priceId), isNull(prices.withdrawnAt)))
      .returning();
    if (!row) throw notFound('price');
    const after = priceOf(row, new Map(), now.getTime());
    const before = { ...after, withdrawnAt: null };
    await audit({ action: 'price.withdraw', entityKind: 'price', entityId: priceId, before, after });
    await configChanged();
    return { ok: true };
  });
};
