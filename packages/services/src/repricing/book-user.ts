// Books one user's part of a confirmed run: one ledger entry, the balance and the spending limits, in one transaction.
import type { Database, Transaction } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { repricingUsers } from '@api-proxy/db/schema/repricing-users';
import type { repricings } from '@api-proxy/db/schema/repricings';
import { newId } from '@api-proxy/kit/id';
import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm';

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
  // Before anything is locked: a user's requests may be many, and the settlement waits for these locks.
  const sums = await sumByLimit(tx, booking, keyIds);
  const locked = await lockBudgets(tx, booking, keyIds);
  const stillSo = locked.every(({ id, since }) => sums.some((sum) => sum.id === id && sum.since === since));
  await moveLimits(tx, booking, stillSo ? sums : await sumByLimit(tx, booking, keyIds));
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

/** From when on a limit counts what its owner spends, as text of the session; null before its first window. */
const SINCE = sql`case when b.span = 'total' then '-infinity' else b.window_started_at end`;

/** Budgets of the user and of these keys; found apart, because an "or" would read all budgets there are. */
function owned({ part }: Booking, keyIds: readonly string[]): SQL {
  return sql`b.id = any(array(
    select u.id from budgets u where u.owner_kind = 'user' and u.owner_id = ${part.userId}
    union all
    select k.id from budgets k join jsonb_array_elements_text(${JSON.stringify(keyIds)}::jsonb) as o (id)
      on k.owner_kind = 'key' and k.owner_id = o.id))`;
}

type LimitSum = { readonly id: string; readonly since: string | null; readonly delta: string };

/** A limit counts what fell into its running window, and that only; what is over stays as it was. */
async function sumByLimit(
  tx: Transaction,
  booking: Booking,
  keyIds: readonly string[],
): Promise<readonly LimitSum[]> {
  const part = sql`a.run_id = ${booking.run.id} and a.user_id = ${booking.part.userId} and a.ended_at >= b.since`;
  // User and keys apart: joined with an "or", each request would look its limits up by itself.
  return rowsOf<LimitSum>(
    await tx.execute(sql`
      with limits as materialized (
        select b.id, b.owner_kind, b.owner_id, ${SINCE} as since from budgets b
        where b.span <> 'balance' and ${owned(booking, keyIds)}),
      sums as (
        select b.id, sum(a.delta) as delta
        from limits b join request_adjustments a on a.key_id = b.owner_id and ${part}
        where b.owner_kind = 'key' group by b.id
        union all
        select b.id, sum(a.delta) from limits b join request_adjustments a on ${part}
        where b.owner_kind = 'user' group by b.id)
      select b.id, b.since::text as since, coalesce(s.delta, 0)::text as delta
      from limits b left join sums s on s.id = b.id`),
  );
}

/** By id, as the settlement does it, so that the two wait for each other and don't deadlock. Gives the limits. */
async function lockBudgets(
  tx: Transaction,
  booking: Booking,
  keyIds: readonly string[],
): Promise<readonly Omit<LimitSum, 'delta'>[]> {
  const { part, now } = booking;
  await tx.execute(sql`
    insert into budgets (id, owner_kind, owner_id, span, "limit")
    values (${newId('bud', now.getTime())}, 'user', ${part.userId}, 'balance', 0) on conflict do nothing`);
  const locked = rowsOf<{ id: string; span: string; since: string | null }>(
    await tx.execute(sql`
      select b.id, b.span, (${SINCE})::text as since from budgets b where ${owned(booking, keyIds)}
      order by b.id for no key update`),
  );
  return locked.filter(({ span }) => span !== 'balance');
}

async function moveLimits(tx: Transaction, { now }: Booking, sums: readonly LimitSum[]): Promise<void> {
  const moved = sums.filter(({ delta }) => delta !== '0');
  if (moved.length === 0) return;
  await tx.execute(sql`
    update budgets b set used = greatest(0, b.used + r.delta), updated_at = ${now.toISOString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(moved)}::jsonb) as r (id text, delta bigint)
    where b.id = r.id`);
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
