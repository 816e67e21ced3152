// Sums per user out of every book, all as of the same instant.
import type { Database, Transaction } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { type SQL, sql } from 'drizzle-orm';

/** Nano-USD, except `requests` and `requestRows`. */
export type UserFigures = {
  /** Charges and everything else in the ledger. */
  ledger: bigint;
  granted: bigint;
  /** `used` and `limit` of the balance. */
  budget: bigint;
  limit: bigint;
  /** Cost in the hour roll-ups: of all time, and of the time before the shorter-lived books begin. */
  hours: bigint;
  hoursBeforeRows: bigint;
  hoursBeforeMinutes: bigint;
  minutes: bigint;
  rows: bigint;
  /** Since the request rows begin: by the hour roll-ups, and by the rows. */
  requests: bigint;
  requestRows: bigint;
};

export type LeaseFigures = { readonly ownerId: string; readonly leased: bigint; readonly leases: bigint };

export type Books = {
  readonly users: ReadonlyMap<string, UserFigures>;
  /** Budgets with something out on leases. */
  readonly leases: readonly LeaseFigures[];
  readonly logSinceMs: number | null;
};

type Name = keyof UserFigures;
type Found = { readonly user_id: string } & Readonly<Partial<Record<Name, string>>>;

const NAMES: readonly Name[] = [
  ...(['ledger', 'granted', 'budget', 'limit', 'hours', 'hoursBeforeRows'] as const),
  ...(['hoursBeforeMinutes', 'minutes', 'rows', 'requests', 'requestRows'] as const),
];

/** One snapshot: bookings that go on beside it change nothing that is read. @throws what the driver throws. */
export function readBooks(db: Database): Promise<Books> {
  return db.transaction(
    async (tx) => {
      const logSinceMs = await firstLogDay(tx);
      const users = new Map<string, UserFigures>();
      for (const query of await queries(tx, logSinceMs)) {
        for (const row of rowsOf<Found>(await tx.execute(query))) addTo(users, row);
      }
      return { users, leases: await readLeases(tx), logSinceMs };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

function addTo(users: Map<string, UserFigures>, row: Found): void {
  const figures = users.get(row.user_id) ?? nothing();
  for (const name of NAMES) figures[name] += BigInt(row[name] ?? 0);
  users.set(row.user_id, figures);
}

function nothing(): UserFigures {
  return {
    ...{ ledger: 0n, granted: 0n, budget: 0n, limit: 0n, hours: 0n, hoursBeforeRows: 0n },
    ...{ hoursBeforeMinutes: 0n, minutes: 0n, rows: 0n, requests: 0n, requestRows: 0n },
  };
}

/** The rows of a day are dropped with its partition, whole: they are complete from the first day that has one. */
async function firstLogDay(tx: Transaction): Promise<number | null> {
  const [row] = rowsOf<{ day: string | null }>(
    await tx.execute(sql`
      select min(right(child.relname, 8)) as day from pg_inherits
      join pg_class child on child.oid = pg_inherits.inhrelid
      join pg_class parent on parent.oid = pg_inherits.inhparent
      where parent.relname = 'request_log'`),
  );
  const day = row?.day;
  if (!day) return null;
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
}

/** The first hour that begins after the oldest minute: the one before it may have lost some of its minutes. */
async function firstMinuteHour(tx: Transaction): Promise<number | null> {
  const [row] = rowsOf<{ ms: string | null }>(
    await tx.execute(sql`
      select floor(extract(epoch from min(h.bucket)) * 1000)::bigint::text as ms from usage_by_hour h
      where h.bucket >= (select min(m.bucket) from usage_by_minute m)`),
  );
  return row?.ms ? Number(row.ms) : null;
}

async function queries(tx: Transaction, logSinceMs: number | null): Promise<SQL[]> {
  const minutesMs = await firstMinuteHour(tx);
  const logSince = instant(logSinceMs);
  const minutesSince = instant(minutesMs);
  return [
    sql`select user_id, (-coalesce(sum(amount) filter (where kind = 'charge'), 0))::text as ledger,
        coalesce(sum(amount) filter (where kind <> 'charge'), 0)::text as granted
      from ledger_entries group by user_id`,
    sql`select owner_id as user_id, used::text as budget, "limit"::text as "limit"
      from budgets where owner_kind = 'user' and span = 'balance'`,
    sql`select user_id, sum(cost)::text as hours,
        coalesce(sum(cost) filter (where bucket < ${logSince}), 0)::text as "hoursBeforeRows",
        coalesce(sum(cost) filter (where bucket < ${minutesSince}), 0)::text as "hoursBeforeMinutes",
        coalesce(sum(requests) filter (where bucket >= ${logSince}), 0)::text as requests
      from usage_by_hour group by user_id`,
    sql`select user_id, sum(cost)::text as minutes from usage_by_minute
      where bucket >= ${minutesSince} group by user_id`,
    sql`select user_id, sum(cost)::text as rows, count(*)::text as "requestRows"
      from request_log where not probe group by user_id`,
  ];
}

/** An instant as SQL; `null`: the book is empty, everything lies before it. */
function instant(ms: number | null): SQL {
  return ms === null ? sql`'infinity'::timestamptz` : sql`${new Date(ms).toISOString()}::timestamptz`;
}

async function readLeases(tx: Transaction): Promise<LeaseFigures[]> {
  const found = rowsOf<{ owner_id: string; leased: string; leases: string }>(
    await tx.execute(sql`
      select b.owner_id, b.leased::text as leased, coalesce(sum(l.amount), 0)::text as leases
      from budgets b left join budget_leases l on l.budget_id = b.id
      group by b.id having b.leased <> 0 or coalesce(sum(l.amount), 0) <> 0`),
  );
  return found.map(({ owner_id: ownerId, leased, leases }) => ({
    ownerId,
    leased: BigInt(leased),
    leases: BigInt(leases),
  }));
}
