// Books one user's part of a confirmed run: one ledger entry, the balance and the spending limits, in one transaction.
import type { Database, Transaction } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { repricingUsers } from '@api-proxy/db/schema/repricing-users';
import type { repricings } from '@api-proxy/db/schema/repricings';
import { newId } from '@api-proxy/kit/id';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';

type Run = typeof repricings.$inferSelect;
type Part = typeof repricingUsers.$inferSelect;

/** Who must be told that budgets changed. */
export type BookedPart = { readonly userId: string; readonly keyIds: readonly string[] };

/** Books the next user that is not booked; undefined when nobody is left. @throws what the driver throws. */
export function bookNextUser(db: Database, run: Run, now: Date): Promise<BookedPart | undefined> {
  return db.transaction(async (tx) => {
    const open = and(eq(repricingUsers.runId, run.id), isNull(repricingUsers.bookedAt));
    const [part] = await tx
      .select()
      .from(repricingUsers)
      .where(open)
      .orderBy(asc(repricingUsers.userId))
      .limit(1)
      .for('update', { skipLocked: true });
    if (!part) return undefined;
    const keyIds = part.changedRows === 0 ? [] : await book(tx, { run, part, now });
    await tx
      .update(repricingUsers)
      .set({ bookedAt: now })
      .where(and(eq(repricingUsers.runId, run.id), eq(repricingUsers.userId, part.userId)));
    return { userId: part.userId, keyIds };
  });
}

type Booking = { readonly run: Run; readonly part: Part; readonly now: Date };

async function book(tx: Transaction, booking: Booking): Promise<string[]> {
  const keyIds = await keysOfPart(tx, booking);
  await lockBudgets(tx, booking, keyIds);
  await moveLimits(tx, booking);
  const amount = booking.part.oldCost - booking.part.newCost;
  if (amount !== 0n) await bookEntry(tx, booking, amount);
  return keyIds;
}

async function keysOfPart(tx: Transaction, { run, part }: Booking): Promise<string[]> {
  const found = rowsOf<{ key_id: string }>(
    await tx.execute(sql`
      select distinct key_id from request_adjustments where run_id = ${run.id} and user_id = ${part.userId}`),
  );
  return found.map(({ key_id }) => key_id);
}

/** By id, as the settlement does it, so that the two wait for each other and don't deadlock. */
async function lockBudgets(
  tx: Transaction,
  { part: { userId }, now }: Booking,
  keyIds: readonly string[],
): Promise<void> {
  await tx.execute(sql`
    insert into budgets (id, owner_kind, owner_id, span, "limit")
    values (${newId('bud', now.getTime())}, 'user', ${userId}, 'balance', 0) on conflict do nothing`);
  const keys = sql`(select jsonb_array_elements_text(${JSON.stringify(keyIds)}::jsonb))`;
  await tx.execute(sql`
    select id from budgets
    where (owner_kind = 'user' and owner_id = ${userId}) or (owner_kind = 'key' and owner_id in ${keys})
    order by id for no key update`);
}

/** A limit counts what fell into its running window, and that only; what is over stays as it was. */
async function moveLimits(tx: Transaction, { run, part, now }: Booking): Promise<void> {
  await tx.execute(sql`
    update budgets b set used = greatest(0, b.used + d.delta), updated_at = ${now.toISOString()}::timestamptz
    from (
      select o.id, sum(a.delta)::bigint as delta
      from budgets o join request_adjustments a
        on (o.owner_kind = 'user' and o.owner_id = a.user_id) or (o.owner_kind = 'key' and o.owner_id = a.key_id)
      where a.run_id = ${run.id} and a.user_id = ${part.userId} and o.span <> 'balance'
        and (o.span = 'total' or a.ended_at >= o.window_started_at)
      group by o.id) d
    where b.id = d.id`);
}

/** What was granted moves, what was used does not: `used` is the sum of the rows, and these are never edited. */
async function bookEntry(tx: Transaction, { run, part, now }: Booking, amount: bigint): Promise<void> {
  const [balance] = rowsOf<{ after: string }>(
    await tx.execute(sql`
      update budgets set "limit" = "limit" + ${amount.toString()}::bigint, updated_at = ${now.toISOString()}::timestamptz
      where owner_kind = 'user' and owner_id = ${part.userId} and span = 'balance'
      returning ("limit" - used)::text as after`),
  );
  if (!balance) throw new Error('the balance that was just locked is gone');
  await tx.insert(ledgerEntries).values({
    userId: part.userId,
    kind: 'adjust',
    reference: `${run.id}:${part.userId}`,
    amount,
    balanceAfter: BigInt(balance.after),
    note: run.note,
    actorUserId: run.bookedBy,
    createdAt: now,
  });
}
