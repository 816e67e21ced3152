// A statement, newest first: one's own; an admin may ask for another user's.
import type { listLedger as contract } from '@api-proxy/contracts/ledger';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { users } from '@api-proxy/db/schema/users';
import { formatUsd } from '@api-proxy/kit/money';
import { and, desc, eq, gte, lt } from 'drizzle-orm';
import { isAdmin, requireActor } from '../authorise.ts';
import { forbidden } from '../failure.ts';
import { decodeSerialCursor, pageOf } from '../page.ts';
import type { ReadVerb } from '../verb.ts';

const REQUEST = /\breq_[0-9a-z]{1,40}/;

/** A charge's reference is its request's id; that of a correction names the request in it. */
function requestIn(reference: string): string | null {
  return REQUEST.exec(reference)?.[0] ?? null;
}

export const listLedger: ReadVerb<typeof contract> = async (context, { query }) => {
  const actor = requireActor(context);
  const userId = query.user ?? actor.userId;
  if (userId !== actor.userId && !isAdmin(actor)) throw forbidden();
  const rows = await context.db
    .select({ entry: ledgerEntries, actorName: users.name })
    .from(ledgerEntries)
    .leftJoin(users, eq(users.id, ledgerEntries.actorUserId))
    .where(
      and(
        eq(ledgerEntries.userId, userId),
        query.kind && eq(ledgerEntries.kind, query.kind),
        query.from === undefined ? undefined : gte(ledgerEntries.createdAt, new Date(query.from)),
        query.to === undefined ? undefined : lt(ledgerEntries.createdAt, new Date(query.to)),
        query.cursor === undefined ? undefined : lt(ledgerEntries.id, decodeSerialCursor(query.cursor)),
      ),
    )
    .orderBy(desc(ledgerEntries.id))
    .limit(query.limit + 1);
  return pageOf(rows, query.limit, {
    item: ({ entry, actorName }) => ({
      id: String(entry.id),
      kind: entry.kind,
      reference: entry.reference,
      requestId: requestIn(entry.reference),
      amountUsd: formatUsd(entry.amount),
      balanceAfterUsd: formatUsd(entry.balanceAfter),
      note: entry.note,
      actorName,
      createdAt: entry.createdAt.toISOString(),
    }),
    cursor: ({ entry }) => [String(entry.id)],
  });
};
