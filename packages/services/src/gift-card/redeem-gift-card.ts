// Redeems a code: the claim of the card, the balance and the ledger entry in one transaction.
import type { redeemGiftCard as contract } from '@api-proxy/contracts/gift-cards';
import type { Transaction } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { giftCards } from '@api-proxy/db/schema/gift-cards';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { formatUsd } from '@api-proxy/kit/money';
import { and, eq, sql } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { lockBalance } from '../quota/balance.ts';
import { lockUser } from '../user/guard-user.ts';
import { balanceOf } from '../user/user-view.ts';
import type { Verb } from '../verb.ts';
import { type CardProblem, cardFailure } from './card-failure.ts';
import { redeemable } from './card-view.ts';
import { codeHash, normalCode } from './code-text.ts';
import { countAttempt, forgetAttempts } from './limit-guessing.ts';

type Claim = { hash: string; userId: string; now: Date };
type ClaimedCard = Pick<typeof giftCards.$inferSelect, 'id' | 'amount' | 'lastFour'>;

/** Why the card of this hash could not be claimed. */
async function problemOf(tx: Transaction, hash: string): Promise<CardProblem> {
  const [card] = await tx
    .select({ status: giftCards.status })
    .from(giftCards)
    .where(eq(giftCards.codeHash, hash));
  switch (card?.status) {
    case undefined:
      return 'unknown';
    case 'redeemed':
      return 'used';
    case 'void':
      return 'void';
    case 'unused':
      return 'expired';
  }
}

/** One conditional statement: of any number of claims at once exactly one gets the card. */
async function claim(tx: Transaction, { hash, userId, now }: Claim): Promise<ClaimedCard> {
  const [card] = await tx
    .update(giftCards)
    .set({ status: 'redeemed', redeemedBy: userId, redeemedAt: now })
    .where(and(eq(giftCards.codeHash, hash), redeemable(now)))
    .returning({ id: giftCards.id, amount: giftCards.amount, lastFour: giftCards.lastFour });
  if (!card) throw cardFailure(await problemOf(tx, hash));
  return card;
}

/** Adds the card's amount to the balance and writes the ledger entry. */
async function credit(tx: Transaction, card: ClaimedCard, { userId, now }: Claim) {
  const row = await lockBalance(tx, userId, now);
  const limit = row.limit + card.amount;
  await tx
    .update(budgets)
    .set({ limit: sql`${budgets.limit} + ${card.amount}`, updatedAt: now })
    .where(eq(budgets.id, row.id));
  await tx.insert(ledgerEntries).values({
    userId,
    kind: 'redeem',
    reference: card.id,
    amount: card.amount,
    balanceAfter: limit - row.used,
    note: `…${card.lastFour}`,
    actorUserId: userId,
    createdAt: now,
  });
  return balanceOf({ limit, used: row.used });
}

export const redeemGiftCard: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context);
  await countAttempt(context.attempts, actor);
  const normal = normalCode(body.code);
  if (normal === undefined) throw cardFailure('unknown');
  const wanted: Claim = {
    hash: codeHash(context.keyHasher, normal),
    userId: actor.userId,
    now: new Date(context.clock.nowMs()),
  };
  const redeemed = await change(context, async ({ tx, callerChanged }) => {
    await lockUser(tx, actor, actor.userId);
    const card = await claim(tx, wanted);
    const balance = await credit(tx, card, wanted);
    callerChanged(actor.userId);
    return { amountUsd: formatUsd(card.amount), balance };
  });
  await forgetAttempts(context.attempts, actor);
  return redeemed;
};
