// Money as an admin sees it: totals, the reconciliation of the books, and re-pricing of a time range.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { channelId, idText, instant, keyId, shortText, usd, usdNotNegative, userId } from './primitives.ts';

export const reconciliationId = idText('rec');
export const repricingId = idText('rpr');

export const book = z.enum([
  'ledger',
  'budget',
  'request_rows',
  'hour_roll_ups',
  'minute_roll_ups',
  'grants',
  'requests',
  'leases',
]);
export type Book = z.infer<typeof book>;

export const bookDifference = z.object({
  /** A user's id; for `leases` the id of a user or a key. */
  ownerId: z.string(),
  /** Null: gone, or a key. */
  ownerName: z.string().nullable(),
  book,
  /** USD as decimal text; for `requests` a number of requests. */
  expected: z.string(),
  found: z.string(),
});

export const reconciliation = z
  .object({
    id: reconciliationId,
    startedAt: instant,
    finishedAt: instant,
    trigger: z.enum(['nightly', 'manual']),
    /** Empty for the nightly run. */
    actorName: z.string(),
    users: z.int(),
    /** Sum of the absolute money differences; "0" when the books agree. */
    differenceUsd: usdNotNegative,
    differenceCount: z.int(),
    /** What users were charged in total, by the ledger. */
    chargedUsd: usd,
    /** From when on request rows could be compared too; older ones are no longer kept. */
    logSince: instant.nullable(),
    /** The first twenty. */
    differences: z.array(bookDifference),
  })
  .meta({ id: 'Reconciliation' });
export type Reconciliation = z.infer<typeof reconciliation>;

export const listReconciliations = endpoint({
  id: 'finance.reconciliations',
  method: 'GET',
  path: '/api/reconciliations',
  summary: 'The last comparisons of the books, newest first',
  access: 'admin',
  output: z.object({
    items: z.array(reconciliation),
    /** The zone whose night the nightly run keeps to. */
    timeZone: z.string(),
  }),
});

export const runReconciliation = endpoint({
  id: 'finance.reconcile',
  method: 'POST',
  path: '/api/reconciliations',
  summary: 'Compare ledger, budgets, request rows and roll-ups now',
  access: 'admin',
  output: reconciliation,
});

export const financeTotals = z
  .object({
    grantedUsd: usd,
    redeemedUsd: usd,
    adjustedUsd: usd,
    refundedUsd: usd,
    /** Consumed by requests, before adjustments. */
    usedUsd: usd,
    /** What all users together can still spend. */
    remainingUsd: usd,
    /** Set aside for requests under way. */
    leasedUsd: usd,
    users: z.int(),
    /** Users whose balance is used up or below zero. */
    emptyBalances: z.int(),
  })
  .meta({ id: 'FinanceTotals' });
export type FinanceTotals = z.infer<typeof financeTotals>;

export const getFinanceTotals = endpoint({
  id: 'finance.totals',
  method: 'GET',
  path: '/api/finance/totals',
  summary: 'Money of the whole installation: granted, redeemed, adjusted, used, remaining',
  access: 'admin',
  output: financeTotals,
});

export const repricingState = z.enum(['counting', 'ready', 'booking', 'done', 'discarded']);
export type RepricingState = z.infer<typeof repricingState>;

export const repricing = z
  .object({
    id: repricingId,
    state: repricingState,
    from: instant,
    to: instant,
    model: z.string().nullable(),
    channelId: channelId.nullable(),
    channelName: z.string().nullable(),
    userId: userId.nullable(),
    userName: z.string().nullable(),
    keyId: keyId.nullable(),
    keyName: z.string().nullable(),
    chargeUnpriced: z.boolean(),
    note: z.string(),
    /** Prices as they stood at this instant. */
    pricesAsOf: instant,
    /** Share of the range that was looked at, 0 to 1. */
    progress: z.number(),
    rows: z.int(),
    changedRows: z.int(),
    /** No price is in force for them: they stay as they are. */
    unpricedRows: z.int(),
    /** What the rows cost before this run, earlier adjustments included, and by the prices of now. */
    oldCostUsd: usd,
    newCostUsd: usd,
    /** `new − old`: above zero users pay more. */
    differenceUsd: usd,
    users: z.int(),
    bookedUsers: z.int(),
    createdByName: z.string(),
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'Repricing' });
export type Repricing = z.infer<typeof repricing>;

export const repricingUser = z.object({
  userId: z.string(),
  userName: z.string(),
  rows: z.int(),
  changedRows: z.int(),
  oldCostUsd: usd,
  newCostUsd: usd,
  differenceUsd: usd,
  /** Now, and once this user's part is booked. */
  balanceUsd: usd,
  balanceAfterUsd: usd,
  bookedAt: instant.nullable(),
});
export type RepricingUser = z.infer<typeof repricingUser>;

export const repricingDetail = repricing
  .extend({
    /** The hundred users with the largest difference. */
    largest: z.array(repricingUser),
  })
  .meta({ id: 'RepricingDetail' });
export type RepricingDetail = z.infer<typeof repricingDetail>;

export const repricingCreate = z.strictObject({
  /** Requests that started in `[from, to)`. */
  from: instant,
  to: instant,
  model: z.string().trim().min(1).max(200).nullish(),
  channelId: channelId.nullish(),
  userId: userId.nullish(),
  keyId: keyId.nullish(),
  /** Requests without a price were free; with this they are charged by the price that they have now. */
  chargeUnpriced: z.boolean().default(false),
  /** Users read it in their statement. */
  note: shortText(200),
});
export type RepricingCreate = z.input<typeof repricingCreate>;

const oneRun = z.object({ repricingId });

export const listRepricings = endpoint({
  id: 'repricings.list',
  method: 'GET',
  path: '/api/repricings',
  summary: 'The last re-pricing runs, newest first',
  access: 'admin',
  output: z.object({ items: z.array(repricing) }),
});

export const getRepricing = endpoint({
  id: 'repricings.get',
  method: 'GET',
  path: '/api/repricings/{repricingId}',
  summary: 'One re-pricing run with what it comes to for each user',
  access: 'admin',
  params: oneRun,
  output: repricingDetail,
});

export const createRepricing = endpoint({
  id: 'repricings.create',
  method: 'POST',
  path: '/api/repricings',
  summary: 'Begin a re-pricing: nothing is booked before it is confirmed; one can be open at a time',
  access: 'admin',
  body: repricingCreate,
  output: repricing,
  errors: ['conflict'],
});

export const advanceRepricing = endpoint({
  id: 'repricings.advance',
  method: 'POST',
  path: '/api/repricings/{repricingId}/advance',
  summary: 'Go on counting or booking for about a second; call it until the state is `ready` or `done`',
  access: 'admin',
  params: oneRun,
  output: repricing,
});

export const bookRepricing = endpoint({
  id: 'repricings.book',
  method: 'POST',
  path: '/api/repricings/{repricingId}/book',
  summary:
    'Confirm a counted run: one ledger entry per user; a run books once, however often it is confirmed',
  access: 'admin',
  params: oneRun,
  output: repricing,
  errors: ['conflict'],
});

export const discardRepricing = endpoint({
  id: 'repricings.discard',
  method: 'DELETE',
  path: '/api/repricings/{repricingId}',
  summary: 'Give up a run that was not confirmed',
  access: 'admin',
  params: oneRun,
  output: repricing,
  errors: ['conflict'],
});
