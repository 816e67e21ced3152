// Gift cards: one-time codes worth money. An admin sees the codes once, in the answer that makes them.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { giftCardStatus } from './enums.ts';
import {
  giftCardBatchId,
  giftCardId,
  instant,
  pageOf,
  pageQuery,
  usdPositive,
  userId,
} from './primitives.ts';
import { balance } from './users.ts';

export const giftCard = z
  .object({
    id: giftCardId,
    /** Shared by all cards that were made together. */
    batchId: giftCardBatchId,
    /** All that is known of the code. */
    lastFour: z.string(),
    amountUsd: usdPositive,
    status: giftCardStatus,
    /** Redeemable before this instant; null: for ever. */
    expiresAt: instant.nullable(),
    note: z.string(),
    /** `name` is null when that user was deleted. */
    redeemedBy: z.object({ userId, name: z.string().nullable() }).nullable(),
    redeemedAt: instant.nullable(),
    voidedAt: instant.nullable(),
    /** Null when that admin was deleted. */
    createdByName: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'GiftCard' });
export type GiftCard = z.infer<typeof giftCard>;

export const giftCardsCreate = z.strictObject({
  amountUsd: usdPositive,
  count: z.int().min(1).max(500).default(1),
  expiresAt: instant.nullable().default(null),
  /** Only admins see it. */
  note: z.string().trim().max(500).default(''),
});

export const newGiftCards = z
  .object({
    batchId: giftCardBatchId,
    amountUsd: usdPositive,
    expiresAt: instant.nullable(),
    note: z.string(),
    /** In full, this once: only a hash of each is stored. */
    codes: z.array(z.string()),
  })
  .meta({ id: 'NewGiftCards' });
export type NewGiftCards = z.infer<typeof newGiftCards>;

export const giftCardRedeem = z.strictObject({
  /** As typed: case, spaces, dashes and full-width characters don't matter. */
  code: z.string().trim().min(1).max(100),
});

export const listGiftCards = endpoint({
  id: 'giftCards.list',
  method: 'GET',
  path: '/api/gift-cards',
  summary: 'Gift cards, newest first, without their codes',
  access: 'admin',
  query: pageQuery.extend({
    status: giftCardStatus.optional(),
    batch: giftCardBatchId.optional(),
    /** One to four characters found in the last four; never a whole code. */
    lastFour: z
      .string()
      .regex(/^[0-9A-Za-z]{1,4}$/, { error: 'at most the last four characters of a code' })
      .optional(),
  }),
  output: pageOf(giftCard),
});

export const createGiftCards = endpoint({
  id: 'giftCards.create',
  method: 'POST',
  path: '/api/gift-cards',
  summary: 'Make one or many gift cards; the answer has the codes, this once',
  access: 'admin',
  body: giftCardsCreate,
  output: newGiftCards,
});

export const voidGiftCard = endpoint({
  id: 'giftCards.void',
  method: 'POST',
  path: '/api/gift-cards/{giftCardId}/void',
  summary: 'Make a card that nobody has redeemed worthless, for good',
  access: 'admin',
  params: z.object({ giftCardId }),
  output: giftCard,
  errors: ['gift_card_used', 'gift_card_void'],
});

export const voidGiftCardBatch = endpoint({
  id: 'giftCards.voidBatch',
  method: 'POST',
  path: '/api/gift-card-batches/{batchId}/void',
  summary: 'Void every card of a batch that nobody has redeemed',
  access: 'admin',
  params: z.object({ batchId: giftCardBatchId }),
  /** How many were voided by this call. */
  output: z.object({ voided: z.int() }),
});

export const redeemGiftCard = endpoint({
  id: 'giftCards.redeem',
  method: 'POST',
  path: '/api/gift-cards/redeem',
  summary: 'Redeem a code: its amount is added to the own balance',
  access: 'user',
  body: giftCardRedeem,
  output: z.object({ amountUsd: usdPositive, balance }),
  errors: ['gift_card_unknown', 'gift_card_used', 'gift_card_void', 'gift_card_expired', 'too_many_requests'],
});
