// The closed sets of words that the API and the console share.
import { z } from 'zod';

export const role = z.enum(['super_admin', 'admin', 'user']);
export type Role = z.infer<typeof role>;

export const userStatus = z.enum(['active', 'disabled']);
export const keyStatus = z.enum(['active', 'disabled']);
export const channelType = z.enum(['claude', 'openai']);
export type ChannelType = z.infer<typeof channelType>;

export const channelSpeaks = z.enum(['auto', 'chat', 'responses', 'both']);
export const channelKeyStatus = z.enum(['active', 'disabled', 'rejected']);
export const channelState = z.enum(['healthy', 'cooling', 'open', 'disabled']);
export const protocol = z.enum([
  'anthropic-messages',
  'openai-chat',
  'openai-responses',
  'openai-embeddings',
]);
export const outcome = z.enum([
  'ok',
  'client_closed',
  'client_error',
  'denied',
  'upstream_error',
  'upstream_truncated',
  'interrupted',
]);
export type Outcome = z.infer<typeof outcome>;

export const ledgerKind = z.enum(['grant', 'charge', 'redeem', 'adjust', 'refund']);
export const budgetSpan = z.enum(['5h', 'day', 'week', 'month', 'total']);
export type BudgetSpan = z.infer<typeof budgetSpan>;

/** `expired`: unused, and its time is over. */
export const giftCardStatus = z.enum(['unused', 'redeemed', 'void', 'expired']);
export type GiftCardStatus = z.infer<typeof giftCardStatus>;

export const locale = z.enum(['zh', 'en']);
export type Locale = z.infer<typeof locale>;
