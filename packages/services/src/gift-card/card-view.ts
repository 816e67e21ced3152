// Gift cards as the contract shows them: with names, and `expired` worked out from the time.
import type { GiftCardStatus } from '@api-proxy/contracts/enums';
import type { GiftCard } from '@api-proxy/contracts/gift-cards';
import type { Database } from '@api-proxy/db/database';
import { giftCards } from '@api-proxy/db/schema/gift-cards';
import { users } from '@api-proxy/db/schema/users';
import { formatUsd } from '@api-proxy/kit/money';
import { and, eq, gt, isNull, lte, or, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';

/** The condition that a card is still worth something at `now`. */
export function redeemable(now: Date): SQL | undefined {
  return and(eq(giftCards.status, 'unused'), or(isNull(giftCards.expiresAt), gt(giftCards.expiresAt, now)));
}

/** The condition that a card shows this status at `now`. */
export function hasStatus(status: GiftCardStatus, now: Date): SQL | undefined {
  switch (status) {
    case 'unused':
      return redeemable(now);
    case 'expired':
      return and(eq(giftCards.status, 'unused'), lte(giftCards.expiresAt, now));
    case 'redeemed':
    case 'void':
      return eq(giftCards.status, status);
  }
}

export function statusOf(card: Pick<typeof giftCards.$inferSelect, 'status' | 'expiresAt'>, now: Date) {
  const expired = card.status === 'unused' && card.expiresAt !== null && card.expiresAt <= now;
  return expired ? 'expired' : card.status;
}

/** Cards with the names of who redeemed and who made them; the caller adds conditions and an order. */
export function selectCards(db: Database) {
  const redeemer = alias(users, 'redeemer');
  const maker = alias(users, 'maker');
  return db
    .select({ card: giftCards, redeemerName: redeemer.name, makerName: maker.name })
    .from(giftCards)
    .leftJoin(redeemer, eq(redeemer.id, giftCards.redeemedBy))
    .leftJoin(maker, eq(maker.id, giftCards.createdBy))
    .$dynamic();
}

export type CardRow = Awaited<ReturnType<typeof selectCards>>[number];

export function cardOf({ card, redeemerName, makerName }: CardRow, now: Date): GiftCard {
  return {
    id: card.id,
    batchId: card.batchId,
    lastFour: card.lastFour,
    amountUsd: formatUsd(card.amount),
    status: statusOf(card, now),
    expiresAt: card.expiresAt?.toISOString() ?? null,
    note: card.note,
    redeemedBy: card.redeemedBy === null ? null : { userId: card.redeemedBy, name: redeemerName },
    redeemedAt: card.redeemedAt?.toISOString() ?? null,
    voidedAt: card.voidedAt?.toISOString() ?? null,
    createdByName: makerName,
    createdAt: card.createdAt.toISOString(),
  };
}
