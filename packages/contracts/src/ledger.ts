// A user's statement: every movement of money with the balance after it.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { ledgerKind } from './enums.ts';
import { instant, pageOf, pageQuery, requestId, usd, userId } from './primitives.ts';

export const ledgerEntry = z
  .object({
    id: z.string(),
    kind: ledgerKind,
    /** What caused it, unique within its kind; see `requestId`. */
    reference: z.string(),
    /** The request that it charges or corrects; null: none. */
    requestId: requestId.nullable(),
    amountUsd: usd,
    balanceAfterUsd: usd,
    note: z.string(),
    actorName: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'LedgerEntry' });
export type LedgerEntry = z.infer<typeof ledgerEntry>;

export const listLedger = endpoint({
  id: 'ledger.list',
  method: 'GET',
  path: '/api/ledger',
  summary: 'Own statement, newest first; an admin may ask for another user',
  access: 'user',
  query: z.object({
    cursor: pageQuery.shape.cursor,
    /** Up to a thousand, for whoever keeps a whole statement. */
    limit: z.coerce.number().int().min(1).max(1_000).default(50),
    user: userId.optional(),
    kind: ledgerKind.optional(),
    /** From this instant on. */
    from: instant.optional(),
    /** Before this instant. */
    to: instant.optional(),
  }),
  output: pageOf(ledgerEntry),
});
