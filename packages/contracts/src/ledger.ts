// A user's statement: every movement of money with the balance after it.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { ledgerKind } from './enums.ts';
import { instant, pageOf, pageQuery, usd, userId } from './primitives.ts';

export const ledgerEntry = z
  .object({
    id: z.string(),
    kind: ledgerKind,
    reference: z.string(),
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
  query: pageQuery.extend({ user: userId.optional(), kind: ledgerKind.optional() }),
  output: pageOf(ledgerEntry),
});
