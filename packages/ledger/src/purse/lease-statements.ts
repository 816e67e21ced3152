// The statements that move money between a budget and a worker's lease. One rule keeps `leased` exact: a stored lease
// changes only while its budget's row is locked, and always by the same amount as the budget's `leased`.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import type { Rolling } from '@api-proxy/kit/window';
import { type SQL, sql } from 'drizzle-orm';
import { BUDGET_COLUMNS, type Budget, type BudgetRow, budgetOf } from '../budget/budget.ts';
import { recordSet } from '../settlement/json-parameter.ts';

/** The name of a worker's one lease on a budget. */
export function leaseId(workerId: string, budgetId: string): string {
  return `lse_${workerId}_${budgetId}`;
}

/** A user and one of its keys. */
export type Pair = { readonly userId: string; readonly keyId: string };

/** For each pair all budgets of the user and of the key. */
export async function readBudgets(db: Database, pairs: readonly Pair[]): Promise<Budget[][]> {
  const users = sql.param([...new Set(pairs.map(({ userId }) => userId))]);
  const keys = sql.param(pairs.map(({ keyId }) => keyId));
  const found = rowsOf<BudgetRow>(
    await db.execute(sql`
      select ${sql.raw(BUDGET_COLUMNS)} from budgets b
      where (b.owner_kind = 'user' and b.owner_id = any(${users}))
         or (b.owner_kind = 'key' and b.owner_id = any(${keys}))`),
  );
  const budgets = Map.groupBy(found.map(budgetOf), ({ ownerKind, ownerId }) => `${ownerKind} ${ownerId}`);
  return pairs.map(({ userId, keyId }) => [
    ...(budgets.get(`user ${userId}`) ?? []),
    ...(budgets.get(`key ${keyId}`) ?? []),
  ]);
}

export type TakeRequest = {
  readonly budgetId: string;
  readonly workerId: string;
  /** Below this nothing is taken: what the first waiting request lacks. */
  readonly atLeast: bigint;
  /** What all waiting requests lack; taken as far as the budget goes. */
  readonly needed: bigint;
  /** With what requests to come may need; taken only up to an eighth of what is left, so leases shrink near the end. */
  readonly wanted: bigint;
  readonly rolling: Rolling | undefined;
  readonly expiresAtMs: number;
};

export type TakeAnswer = {
  /** The budget after the take; undefined: it is gone. */
  readonly budget: Budget | undefined;
  /** Undefined: the budget has less than `atLeast` to give. */
  readonly granted: bigint | undefined;
};

/** The most that a `bigint` of the database holds: no budget has more, so asking for more asks for the same. */
const MOST = 2n ** 63n - 1n;

const asked = (amount: bigint): string => (amount < MOST ? amount : MOST).toString();
const instant = (ms: number): string => new Date(ms).toISOString();

/** SQL for `used` and the window's start once a lapsed window has rolled. */
function rolled(rolling: Rolling | undefined): { used: SQL; startedAt: SQL } {
  if (!rolling) return { used: sql`b.used`, startedAt: sql`b.window_started_at` };
  const lapsed = sql`(b.window_started_at is null or b.window_started_at < ${instant(rolling.lapsedBeforeMs)}::timestamptz)`;
  return {
    used: sql`case when ${lapsed} then 0 else b.used end`,
    startedAt: sql`case when ${lapsed} then ${instant(rolling.startMs)}::timestamptz else b.window_started_at end`,
  };
}

/**
 * Takes money out of a budget for a worker: one conditional update. `seen` waits for the row's lock and reads what is
 * committed then, so whatever runs beside it, `used + leased` never exceeds the limit by a take.
 */
export async function takeFromBudget(db: Database, take: TakeRequest): Promise<TakeAnswer> {
  const { used, startedAt } = rolled(take.rolling);
  const found = rowsOf<BudgetRow & { granted: string | null }>(
    await db.execute(sql`
      with seen as (
        select b.id, b.owner_kind, b.owner_id, b.span, b."limit", ${used} as used, b.leased,
          ${startedAt} as window_started_at
        from budgets b where b.id = ${take.budgetId} for no key update
      ), part as (
        select id, least(free, greatest(${asked(take.needed)}::bigint,
          least(${asked(take.wanted)}::bigint, free / 8))) as granted
        from (select id, "limit" - used - leased as free from seen) s
        where free >= ${asked(take.atLeast)}::bigint and free >= 0
      ), taken as (
        update budgets b set used = seen.used, window_started_at = seen.window_started_at,
          leased = seen.leased + coalesce(part.granted, 0), updated_at = now()
        from seen left join part on part.id = seen.id where b.id = seen.id
        returning b.id
      ), lease as (
        insert into budget_leases (id, budget_id, worker_id, amount, expires_at)
        select ${leaseId(take.workerId, take.budgetId)}, part.id, ${take.workerId}, part.granted,
          ${instant(take.expiresAtMs)}::timestamptz
        from part join taken on taken.id = part.id
        on conflict (id) do update
          set amount = budget_leases.amount + excluded.amount, expires_at = excluded.expires_at
      )
      select ${sql.raw(BUDGET_COLUMNS)}, part.granted::text as granted
      from seen b join taken on taken.id = b.id left join part on part.id = b.id`),
  );
  const [row] = found;
  if (!row) return { budget: undefined, granted: undefined };
  const budget = budgetOf(row);
  if (row.granted === null) return { budget, granted: undefined };
  const granted = BigInt(row.granted);
  return { budget: { ...budget, leased: budget.leased + granted }, granted };
}

export type Return = { readonly budgetId: string; readonly amount: bigint };

/** Gives parts of a worker's leases back; a lease that has less than is returned is left as it is. */
export async function returnToBudgets(
  db: Database,
  workerId: string,
  returns: readonly Return[],
): Promise<void> {
  const source = recordSet(returns, [
    ['budget', 'text', (row) => row.budgetId],
    ['amount', 'bigint', (row) => row.amount.toString()],
  ]);
  await db.transaction(async (tx) => {
    await tx.execute(
      sql`select b.id from budgets b join ${source} on r.budget = b.id order by b.id for no key update of b`,
    );
    await tx.execute(sql`
      with cut as (
        update budget_leases l set amount = l.amount - r.amount from ${source}
        where l.worker_id = ${workerId} and l.budget_id = r.budget and l.amount >= r.amount
        returning l.budget_id, r.amount
      )
      update budgets b set leased = b.leased - cut.amount from cut where b.id = cut.budget_id`);
    await tx.execute(sql`
      delete from budget_leases l using ${source}
      where l.worker_id = ${workerId} and l.budget_id = r.budget and l.amount = 0`);
  });
}

/** Prolongs all leases of a worker; gives what each has, by budget. */
export async function renewLeases(
  db: Database,
  workerId: string,
  expiresAtMs: number,
): Promise<Map<string, bigint>> {
  const found = rowsOf<{ budget_id: string; amount: string }>(
    await db.execute(sql`
      update budget_leases set expires_at = ${instant(expiresAtMs)}::timestamptz
      where worker_id = ${workerId} returning budget_id, amount::text as amount`),
  );
  return new Map(found.map((row) => [row.budget_id, BigInt(row.amount)]));
}
