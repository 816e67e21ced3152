// Makes every card of a batch worthless that nobody has redeemed.
import type { voidGiftCardBatch as contract } from '@api-proxy/contracts/gift-cards';
import { giftCards } from '@api-proxy/db/schema/gift-cards';
import { and, eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { notFound } from '../failure.ts';
import type { Verb } from '../verb.ts';

export const voidGiftCardBatch: Verb<typeof contract> = async (context, { params }) => {
  requireActor(context, 'admin');
  const ofBatch = eq(giftCards.batchId, params.batchId);
  return change(context, async ({ tx, audit }) => {
    const [known] = await tx.select({ id: giftCards.id }).from(giftCards).where(ofBatch).limit(1);
    if (!known) throw notFound('batch of gift cards');
    const rows = await tx
      .update(giftCards)
      .set({ status: 'void', voidedAt: new Date(context.clock.nowMs()) })
      .where(and(ofBatch, eq(giftCards.status, 'unused')))
      .returning({ id: giftCards.id });
    if (rows.length > 0) {
      await audit({
        action: 'giftCard.voidBatch',
        entityKind: 'giftCard',
        entityId: params.batchId,
        before: null,
        after: { voided: rows.length },
      });
    }
    return { voided: rows.length };
  });
};
