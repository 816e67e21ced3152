// Gets a batch into the database whatever single rows do: retries collisions, makes partitions, isolates bad rows.
import type { BulkTransaction } from '@api-proxy/db/bulk';
import type { Database } from '@api-proxy/db/database';
import { ensurePartitions } from '@api-proxy/db/partitions';
import type { Clock } from '@api-proxy/kit/clock';
import { DAY_MS, sleep } from '@api-proxy/kit/duration';
import { type Booked, bookBatch } from './book-batch.ts';
import type { Taken } from './charges.ts';
import { faultOf, sqlState } from './database-fault.ts';
import type { Holds } from './holds.ts';
import type { PreparedRow } from './prepared-row.ts';

const MAX_RETRIES = 8;
const RETRY_STEP_MS = 15;
const UNIQUE_VIOLATION = '23505';
/** Days for which a partition may be made on demand: a row outside is broken, not late. */
const DAYS_BACK = 400;
const DAYS_AHEAD = 2;

export type SettleContext = {
  readonly db: Database;
  /** Where given, batches are loaded by COPY; one that holds a stored row is booked without. */
  readonly bulk?: BulkTransaction | undefined;
  readonly clock: Clock;
  readonly workerId: string;
  readonly holds: Holds;
  readonly random: () => number;
  zone(): Intl.DateTimeFormat;
  /** A row that the database refuses for what it contains. */
  onPoison(row: PreparedRow, error: unknown): void;
};

export type Settled = { booked: number; duplicates: number; retries: number };

/**
 * Settles the rows, in halves where one of them is refused.
 * @throws what the driver throws when the database is away; rows that were booked before that stay booked, and
 *   settling the batch again does no harm.
 */
export async function settleBatch(context: SettleContext, rows: readonly PreparedRow[]): Promise<Settled> {
  const total: Settled = { booked: 0, duplicates: 0, retries: 0 };
  const open: (readonly PreparedRow[])[] = [rows];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const failure = await settlePart(context, part, total);
    if (!failure) continue;
    const [only] = part;
    if (part.length === 1 && only) {
      context.holds.dropped(only.requestId);
      context.onPoison(only, failure.error);
    } else {
      const middle = Math.ceil(part.length / 2);
      open.push(part.slice(middle), part.slice(0, middle));
    }
  }
  return total;
}

/** Books one part; gives the error when a row of it is to blame. */
async function settlePart(
  context: SettleContext,
  rows: readonly PreparedRow[],
  total: Settled,
): Promise<{ error: unknown } | undefined> {
  let partitionsMade = false;
  let { bulk } = context;
  for (let tries = 0; ; tries++) {
    try {
      const booked = await book({ ...context, bulk }, rows);
      total.booked += booked.inserted.size;
      total.duplicates += rows.length - booked.inserted.size;
      return undefined;
    } catch (error) {
      // A row of the batch is stored already: its answer was lost, or it waited twice.
      if (bulk && sqlState(error) === UNIQUE_VIOLATION) {
        bulk = undefined;
        continue;
      }
      const fault = faultOf(error);
      if (fault === 'bad_row') return { error };
      if (fault === 'missing_partition') {
        if (partitionsMade || !(await makePartitions(context, rows))) return { error };
        partitionsMade = true;
        continue;
      }
      if (fault === 'unavailable' || tries >= MAX_RETRIES) throw error;
      total.retries++;
      await sleep(RETRY_STEP_MS * 2 ** tries * (0.5 + context.random()));
    }
  }
}

async function book(context: SettleContext, rows: readonly PreparedRow[]): Promise<Booked> {
  const { holds } = context;
  const done = holds.booking(rows.map((row) => row.requestId));
  try {
    const booked = await bookBatch(
      {
        ...{ db: context.db, bulk: context.bulk, workerId: context.workerId },
        ...{ heldBy: holds.heldBy, zone: context.zone() },
      },
      rows,
    );
    tellHolds(holds, rows, booked);
    return booked;
  } finally {
    done();
  }
}

function tellHolds(holds: Holds, rows: readonly PreparedRow[], { inserted, charges }: Booked): void {
  const taken = new Map<string, Taken[]>();
  for (const part of charges.taken) {
    const parts = taken.get(part.requestId);
    if (parts) parts.push(part);
    else taken.set(part.requestId, [part]);
  }
  for (const { requestId } of rows) {
    if (inserted.has(requestId)) holds.booked(requestId, taken.get(requestId) ?? []);
    else holds.bookedBefore(requestId);
  }
  holds.observe(charges.budgets);
}

/** Makes the day partitions that the rows need; false when a row lies outside any plausible time. */
async function makePartitions(context: SettleContext, rows: readonly PreparedRow[]): Promise<boolean> {
  const nowMs = context.clock.nowMs();
  const plausible = rows.filter(
    ({ startedAtMs }) =>
      startedAtMs > nowMs - DAYS_BACK * DAY_MS && startedAtMs < nowMs + DAYS_AHEAD * DAY_MS,
  );
  if (plausible.length < rows.length) return false;
  const days = new Set(plausible.map((row) => Math.floor(row.startedAtMs / DAY_MS) * DAY_MS));
  for (const day of days) await ensurePartitions(context.db, day, day);
  return true;
}
