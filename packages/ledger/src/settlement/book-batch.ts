// Books a batch in one transaction: log rows, charges, budgets, leases, roll-ups; each table takes one parameter.
import type { BulkTransaction, CopyIn } from '@api-proxy/db/bulk';
import type { Database, Transaction } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { newId } from '@api-proxy/kit/id';
import { type SQL, sql } from 'drizzle-orm';
import { BUDGET_COLUMNS, type Budget, type BudgetRow, budgetOf, type OwnerKind } from '../budget/budget.ts';
import { type Charges, planCharges } from './charges.ts';
import { jsonOf, linesOf } from './joined-texts.ts';
import { type Column, columnList, recordSet, recordsOf } from './json-parameter.ts';
import { LOG_COLUMNS } from './log-record.ts';
import type { PreparedRow } from './prepared-row.ts';
import {
  LATENCY_BUCKETS,
  ROLL_UP_HISTOGRAMS,
  ROLL_UP_KEY,
  ROLL_UP_SUMS,
  type RollUp,
  rollUpMinutes,
} from './roll-up.ts';

export type BatchContext = {
  readonly db: Database;
  /** Loads the log rows by COPY, which refuses a batch with a row that is stored already. */
  readonly bulk?: BulkTransaction | undefined;
  /** Whose leases the charges use up. */
  readonly workerId: string;
  /** Budgets on which this worker holds money for a request. */
  heldBy(requestId: string): readonly string[];
  /** The zone of the quota windows. */
  readonly zone: Intl.DateTimeFormat;
};

export type Booked = {
  /** Request ids stored now; the others of the batch were booked before. */
  readonly inserted: ReadonlySet<string>;
  readonly charges: Charges;
};

/**
 * For this transaction only: no statement, no wait for a lock and no silence of this process may hold locks for long.
 * https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const DEADLINES = sql`select set_config('statement_timeout', '15s', true), set_config('lock_timeout', '10s', true),
  set_config('idle_in_transaction_session_timeout', '15s', true)`;

const NO_CHARGES: Charges = { entries: [], budgets: [], leases: new Map(), taken: [] };

/**
 * Books rows, each at most once for good: a row whose `(started_at, request_id)` is stored already does nothing, or
 * makes the whole batch fail with a unique violation when it was to be loaded by COPY.
 * Locks in a fixed order (log, budgets by id, ledger, leases, roll-ups, keys), so that parallel writers wait and
 * don't deadlock. @throws what the driver throws; nothing is booked then.
 */
export async function bookBatch(context: BatchContext, rows: readonly PreparedRow[]): Promise<Booked> {
  const book = async (tx: Transaction, store: () => Promise<Set<string>>): Promise<Booked> => {
    await tx.execute(DEADLINES);
    const inserted = await store();
    const fresh = firstOfEach(rows, inserted);
    if (fresh.length === 0) return { inserted, charges: NO_CHARGES };
    const charges = await bookCharges(tx, context, fresh);
    await addRollUps(tx, rollUpMinutes(fresh));
    await touchKeys(tx, fresh);
    return { inserted, charges };
  };
  const { db, bulk } = context;
  const lines = bulk ? linesOf(rows) : null;
  if (!bulk || lines === null) return db.transaction((tx) => book(tx, () => insertLog(tx, rows)));
  return bulk((tx, copyIn) => book(tx, () => copyLog(copyIn, rows, lines)));
}

function firstOfEach(rows: readonly PreparedRow[], ids: ReadonlySet<string>): PreparedRow[] {
  const left = new Set(ids);
  return rows.filter((row) => left.delete(row.requestId));
}

async function insertLog(tx: Transaction, rows: readonly PreparedRow[]): Promise<Set<string>> {
  // Hardly ever is one stored already: those are named, not the hundreds that are stored now.
  const before = rowsOf<{ request_id: string }>(
    await tx.execute(sql`
      with r as materialized (${recordsOf(jsonOf(rows), LOG_COLUMNS)}),
      stored as (
        insert into request_log (${columnList(LOG_COLUMNS)})
        select ${columnList(LOG_COLUMNS)} from r order by started_at, request_id
        on conflict do nothing returning request_id)
      select request_id from r where request_id not in (select request_id from stored)`),
  );
  const inserted = new Set(rows.map((row) => row.requestId));
  for (const row of before) inserted.delete(row.request_id);
  return inserted;
}

/** All or none: where one row is stored already, the server refuses them all. */
async function copyLog(copyIn: CopyIn, rows: readonly PreparedRow[], lines: Buffer): Promise<Set<string>> {
  const names = LOG_COLUMNS.map(([name]) => `"${name}"`).join(', ');
  await copyIn(`copy request_log (${names}) from stdin`, lines);
  return new Set(rows.map((row) => row.requestId));
}

async function bookCharges(
  tx: Transaction,
  context: BatchContext,
  rows: readonly PreparedRow[],
): Promise<Charges> {
  const paying = rows.filter((row) => row.charge !== 0n);
  if (paying.length === 0) return NO_CHARGES;
  const budgets = await lockBudgets(tx, paying);
  const held = [...new Set(paying.flatMap((row) => context.heldBy(row.requestId)))];
  const leases = await readLeases(tx, context.workerId, held);
  const charges = planCharges(paying, { budgets, leases, heldBy: context.heldBy, zone: context.zone });
  await insertEntries(tx, charges);
  await storeBudgets(tx, charges.budgets);
  await storeLeases(tx, context.workerId, charges.leases);
  return charges;
}

type Owner = { readonly kind: OwnerKind; readonly owner: string };

async function selectBudgets(tx: Transaction, owners: readonly Owner[]): Promise<Budget[]> {
  const source = recordSet(owners, [
    ['kind', 'text', (row) => row.kind],
    ['owner', 'text', (row) => row.owner],
  ]);
  const found = rowsOf<BudgetRow>(
    await tx.execute(sql`
      select ${sql.raw(BUDGET_COLUMNS)} from budgets b
      join ${source} on b.owner_kind = r.kind and b.owner_id = r.owner
      order by b.id for no key update of b`),
  );
  return found.map(budgetOf);
}

/** Every budget of the rows' users and keys; a payer without a balance gets one, so that no charge is lost. */
async function lockBudgets(tx: Transaction, rows: readonly PreparedRow[]): Promise<Budget[]> {
  const users = new Set(rows.map((row) => row.userId));
  const owners: Owner[] = [...users].map((owner) => ({ kind: 'user', owner }));
  for (const owner of new Set(rows.map((row) => row.keyId))) owners.push({ kind: 'key', owner });
  const budgets = await selectBudgets(tx, owners);
  const balanced = new Set(budgets.filter(({ span }) => span === 'balance').map(({ ownerId }) => ownerId));
  const missing = [...users].filter((user) => !balanced.has(user)).sort();
  if (missing.length === 0) return budgets;
  const source = recordSet(missing, [
    ['id', 'text', () => newId('bud')],
    ['owner', 'text', (owner) => owner],
  ]);
  await tx.execute(sql`
    insert into budgets (id, owner_kind, owner_id, span, "limit")
    select id, 'user', owner, 'balance', 0 from ${source} order by owner on conflict do nothing`);
  return selectBudgets(tx, owners);
}

async function readLeases(
  tx: Transaction,
  workerId: string,
  budgetIds: readonly string[],
): Promise<Map<string, bigint>> {
  if (budgetIds.length === 0) return new Map();
  const source = recordSet(budgetIds, [['budget', 'text', (id) => id]]);
  const found = rowsOf<{ budget_id: string; amount: string }>(
    await tx.execute(sql`
      select l.budget_id, l.amount::text as amount from budget_leases l
      join ${source} on l.budget_id = r.budget where l.worker_id = ${workerId}`),
  );
  return new Map(found.map((row) => [row.budget_id, BigInt(row.amount)]));
}

async function insertEntries(tx: Transaction, charges: Charges): Promise<void> {
  if (charges.entries.length === 0) return;
  const source = recordSet(charges.entries, [
    ['place', 'integer', (_row, place) => place],
    ['user_id', 'text', (row) => row.userId],
    ['reference', 'text', (row) => row.requestId],
    ['amount', 'bigint', (row) => row.amount.toString()],
    ['balance_after', 'bigint', (row) => row.balanceAfter.toString()],
    ['key_id', 'text', (row) => row.keyId],
  ]);
  await tx.execute(sql`
    insert into ledger_entries (user_id, kind, reference, amount, balance_after, key_id)
    select user_id, 'charge', reference, amount, balance_after, key_id from ${source} order by place`);
}

async function storeBudgets(tx: Transaction, budgets: readonly Budget[]): Promise<void> {
  const source = recordSet(budgets, [
    ['id', 'text', (row) => row.id],
    ['used', 'bigint', (row) => row.used.toString()],
    ['leased', 'bigint', (row) => row.leased.toString()],
    [
      'started',
      'timestamptz',
      ({ windowStartedAtMs: ms }) => (ms === null ? null : new Date(ms).toISOString()),
    ],
  ]);
  await tx.execute(sql`
    update budgets b set used = r.used, leased = r.leased, window_started_at = r.started, updated_at = now()
    from ${source} where b.id = r.id`);
}

async function storeLeases(
  tx: Transaction,
  workerId: string,
  leases: ReadonlyMap<string, bigint>,
): Promise<void> {
  if (leases.size === 0) return;
  const source = recordSet(
    [...leases],
    [
      ['budget', 'text', ([budgetId]) => budgetId],
      ['amount', 'bigint', ([, amount]) => amount.toString()],
    ],
  );
  await tx.execute(sql`
    update budget_leases l set amount = r.amount from ${source}
    where l.budget_id = r.budget and l.worker_id = ${workerId}`);
}

/** `column = table.column + excluded.column` for sums, element by element for histograms. */
function additions(table: string): SQL {
  const sums = ROLL_UP_SUMS.map(([name]) => `"${name}" = ${table}."${name}" + excluded."${name}"`);
  const histograms = ROLL_UP_HISTOGRAMS.map(([name]) => {
    const elements = Array.from(
      { length: LATENCY_BUCKETS },
      (_, index) => `${table}."${name}"[${index + 1}] + excluded."${name}"[${index + 1}]`,
    );
    return `"${name}" = array[${elements.join(', ')}]`;
  });
  return sql.raw([...sums, ...histograms].join(', '));
}

const ROLL_UP_COLUMNS = [...ROLL_UP_KEY, ...ROLL_UP_SUMS, ...ROLL_UP_HISTOGRAMS];

/** A column of the hour table out of the minutes `r`. */
function hourly([name, type]: Column<RollUp>): string {
  if (name === 'bucket') return `date_trunc('hour', bucket, 'UTC')`;
  if (type === 'text') return `"${name}"`;
  if (type !== 'integer[]') return `sum("${name}")::bigint`;
  const sums = Array.from({ length: LATENCY_BUCKETS }, (_, index) => `sum("${name}"[${index + 1}])::integer`);
  return `array[${sums.join(', ')}]`;
}

const HOURLY = ROLL_UP_COLUMNS.map(hourly).join(', ');

/** Both tables by one statement: the hours are added up from the same parameter. */
async function addRollUps(tx: Transaction, minutes: readonly RollUp[]): Promise<void> {
  if (minutes.length === 0) return;
  const columns = columnList(ROLL_UP_COLUMNS);
  const conflict = sql`on conflict (${columnList(ROLL_UP_KEY)}) do update set`;
  await tx.execute(sql`
    with r as materialized (select * from ${recordSet(minutes, ROLL_UP_COLUMNS)}),
    minutes as (
      insert into usage_by_minute (${columns}) select ${columns} from r
      ${conflict} ${additions('usage_by_minute')})
    insert into usage_by_hour (${columns})
    select ${sql.raw(HOURLY)} from r group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
    ${conflict} ${additions('usage_by_hour')}`);
}

/** Moves `last_used_at` forward; keys are locked in order first. */
async function touchKeys(tx: Transaction, rows: readonly PreparedRow[]): Promise<void> {
  const latest = new Map<string, number>();
  for (const row of rows) {
    if (!row.probe) latest.set(row.keyId, Math.max(latest.get(row.keyId) ?? 0, row.endedAtMs));
  }
  if (latest.size === 0) return;
  const source = recordSet(
    [...latest],
    [
      ['id', 'text', ([id]) => id],
      ['at', 'timestamptz', ([, atMs]) => new Date(atMs).toISOString()],
    ],
  );
  await tx.execute(sql`
    with locked as (select k.id, r.at from keys k join ${source} on k.id = r.id order by k.id for no key update of k)
    update keys set last_used_at = greatest(keys.last_used_at, locked.at) from locked where keys.id = locked.id`);
}
