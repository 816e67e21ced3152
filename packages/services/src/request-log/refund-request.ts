// Gives a user back what one request cost, once: the ledger entry, the balance and the limits in one transaction.
import type { refundRequest as contract } from '@api-proxy/contracts/request-logs';
import type { Transaction } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { AppError } from '@api-proxy/kit/error';
import { newId } from '@api-proxy/kit/id';
import { formatUsd, type NanoUsd } from '@api-proxy/kit/money';
import { eq, sql } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { notFound, uniqueOr } from '../failure.ts';
import { lockUser } from '../user/guard-user.ts';
import { balanceOf } from '../user/user-view.ts';
import type { Verb } from '../verb.ts';
import { paidFor, refundOf } from './paid-for.ts';

type Row = typeof requestLog.$inferSelect;
type Balance = { readonly limit: NanoUsd; readonly used: NanoUsd };

const conflict = (message: string) => new AppError({ code: 'conflict', status: 409, message });
const alreadyRefunded = () => conflict('This request was refunded already.');

export const refundRequest: Verb<typeof contract> = async (context, { params, body }) => {
  const actor = requireActor(context, 'admin');
  const { requestId } = params;
  const now = new Date(context.clock.nowMs());
  const refunding = change(context, async ({ tx, audit, callerChanged }) => {
    const [row] = await tx.select().from(requestLog).where(eq(requestLog.requestId, requestId)).limit(1);
    if (!row) throw notFound('request');
    await lockUser(tx, actor, row.userId);
    await refuseWhileRepricing(tx);
    await lockBudgets(tx, row, now);
    if (await refundOf(tx, requestId)) throw alreadyRefunded();
    const amount = await paidFor(tx, row);
    if (amount <= 0n) throw conflict('Nothing was paid for this request.');
    await lowerLimits(tx, row, { amount, now });
    const after = await raiseBalance(tx, row, { amount, now });
    await tx.insert(ledgerEntries).values({
      ...{ userId: row.userId, kind: 'refund', reference: requestId, amount },
      balanceAfter: after.limit - after.used,
      keyId: row.keyId,
      note: body.note,
      actorUserId: actor.userId,
      createdAt: now,
    });
    const before = balanceOf({ limit: after.limit - amount, used: after.used });
    const entry = { ...balanceOf(after), amountUsd: formatUsd(amount), note: body.note };
    await audit({
      action: 'request.refund',
      entityKind: 'request',
      entityId: requestId,
      before,
      after: { ...entry, userId: row.userId },
    });
    callerChanged(row.userId);
    callerChanged(row.userId, row.keyId);
    return { requestId, amountUsd: formatUsd(amount), balance: balanceOf(after) };
  });
  return uniqueOr(refunding, alreadyRefunded);
};

/** What an open run has counted must still hold when it is booked; the lock keeps a new one from beginning meanwhile. */
async function refuseWhileRepricing(tx: Transaction): Promise<void> {
  await tx.execute(sql`lock table repricings in share mode`);
  const open = rowsOf(
    await tx.execute(sql`select 1 from repricings where state in ('counting', 'ready', 'booking') limit 1`),
  );
  if (open.length > 0) throw conflict('A re-pricing is open: book or discard it first.');
}

const owned = (row: Row) => sql`
  ((b.owner_kind = 'user' and b.owner_id = ${row.userId}) or (b.owner_kind = 'key' and b.owner_id = ${row.keyId}))`;

/** By id, as the settlement does it, so that the two wait for each other and don't deadlock. */
async function lockBudgets(tx: Transaction, row: Row, now: Date): Promise<void> {
  await tx.execute(sql`
    insert into budgets (id, owner_kind, owner_id, span, "limit")
    values (${newId('bud', now.getTime())}, 'user', ${row.userId}, 'balance', 0) on conflict do nothing`);
  await tx.execute(sql`select b.id from budgets b where ${owned(row)} order by b.id for no key update`);
}

type Refund = { readonly amount: NanoUsd; readonly now: Date };

/** A limit counts what fell into its running window, and that only. */
async function lowerLimits(tx: Transaction, row: Row, { amount, now }: Refund): Promise<void> {
  const endedAt = new Date(Math.round(row.startedAt.getTime() + row.durationMs));
  await tx.execute(sql`
    update budgets b set used = greatest(0, b.used - ${amount.toString()}::bigint),
      updated_at = ${now.toISOString()}::timestamptz
    where ${owned(row)} and b.span <> 'balance'
      and (b.span = 'total' or b.window_started_at <= ${endedAt.toISOString()}::timestamptz)`);
}

/** What was granted moves, what was used does not: `used` is the sum of the rows (docs/decisions/0062). */
async function raiseBalance(tx: Transaction, row: Row, { amount, now }: Refund): Promise<Balance> {
  const [balance] = rowsOf<{ limit: string; used: string }>(
    await tx.execute(sql`
      update budgets set "limit" = "limit" + ${amount.toString()}::bigint,
        updated_at = ${now.toISOString()}::timestamptz
      where owner_kind = 'user' and owner_id = ${row.userId} and span = 'balance'
      returning "limit"::text as "limit", used::text as used`),
  );
  if (!balance) throw new Error('the balance that was just locked is gone');
  return { limit: BigInt(balance.limit), used: BigInt(balance.used) };
}
