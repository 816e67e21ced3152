// Makes one gift card worthless that nobody has redeemed.
import type { voidGiftCard as contract } from '@api-proxy/contracts/gift-cards';
import { giftCards } from '@api-proxy/db/schema/gift-cards';
import { and, eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { notFound } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { cardFailure } from './card-failure.ts';
import { cardOf, selectCards, statusOf } from './card-view.ts';

export const voidGiftCard: Verb<typeof contract> = async (context, { params }) => {
  requireActor(context, 'admin');
  const now = new Date(context.clock.nowMs());
  return change(context, async ({ tx, audit }) => {
    const [voided] = await tx
      .update(giftCards)
      .set({ status: 'void', voidedAt: now })
      .where(and(eq(giftCards.id, params.giftCardId), eq(giftCards.status, 'unused')))
      .returning({ expiresAt: giftCards.expiresAt });
    const [row] = await selectCards(tx).where(eq(giftCards.id, params.giftCardId));
    if (!row) throw notFound('gift card');
    if (!voided) throw cardFailure(row.card.status === 'void' ? 'void' : 'used');
    const after = cardOf(row, now);
    const { batchId, amountUsd } = after;
    const before = statusOf({ status: 'unused', expiresAt: voided.expiresAt }, now);
    await audit({
      action: 'giftCard.void',
      entityKind: 'giftCard',
      entityId: after.id,
      before: { batchId, amountUsd, status: before },
      after: { batchId, amountUsd, status: after.status },
    });
    return after;
  });
};
