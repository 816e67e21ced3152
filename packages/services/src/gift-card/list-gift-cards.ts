// All gift cards, newest first.
import type { listGiftCards as contract } from '@api-proxy/contracts/gift-cards';
import { giftCards } from '@api-proxy/db/schema/gift-cards';
import { and, desc, eq, ilike, lt, or } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { decodeTimeCursor, pageOf } from '../page.ts';
import { containsPattern } from '../pattern.ts';
import type { ReadVerb } from '../verb.ts';
import { cardOf, hasStatus, selectCards } from './card-view.ts';

function after(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  const { at, id } = decodeTimeCursor(cursor);
  return or(lt(giftCards.createdAt, at), and(eq(giftCards.createdAt, at), lt(giftCards.id, id)));
}

export const listGiftCards: ReadVerb<typeof contract> = async (context, { query }) => {
  requireActor(context, 'admin');
  const now = new Date(context.clock.nowMs());
  const rows = await selectCards(context.db)
    .where(
      and(
        query.status && hasStatus(query.status, now),
        query.batch === undefined ? undefined : eq(giftCards.batchId, query.batch),
        query.lastFour === undefined ? undefined : ilike(giftCards.lastFour, containsPattern(query.lastFour)),
        after(query.cursor),
      ),
    )
    .orderBy(desc(giftCards.createdAt), desc(giftCards.id))
    .limit(query.limit + 1);
  return pageOf(rows, query.limit, {
    item: (row) => cardOf(row, now),
    cursor: ({ card }) => [card.createdAt.toISOString(), card.id],
  });
};
