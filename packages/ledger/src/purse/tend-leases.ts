// Keeps leases in order between requests: prolongs them, returns what lies idle, forgets what no one uses.
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import { aheadOf, available, changeAmount, type Lease, noteLostAnswer } from './lease.ts';
import type { LeaseBook } from './lease-book.ts';
import { type Return, returnToBudgets } from './lease-statements.ts';
import type { LeaseReader } from './read-leases.ts';
import type { LeaseTaker } from './take-lease.ts';

export type TendOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly workerId: string;
  readonly book: LeaseBook;
  readonly reader: LeaseReader;
  readonly taker: Pick<LeaseTaker, 'topUp'>;
  readonly leaseTtlMs: number;
  /** A lease that no request asked for this long goes back. */
  readonly idleMs: number;
  /** Whether someone may still reserve on the lease: then it stays, for a second one must never be made beside it. */
  inUse(lease: Lease): boolean;
};

/**
 * Multiples of what is asked at the present pace (see lease.ts): below the first a lease is filled up to the second, so
 * that requests seldom wait for the database and go on while it is away; what is over the third goes back.
 */
const LOW_FACTOR = 6n;
const FULL_FACTOR = 8n;
const SURPLUS_FACTOR = 12n;

/** One round. @throws what the driver throws; leases are then read again before they are used. */
export async function tendLeases(options: TendOptions): Promise<void> {
  const nowMs = options.clock.nowMs();
  const leases = [...options.book.all()];
  const aging = leases.some(
    ({ knowledge, amount, expiresAtMs }) =>
      knowledge !== 'exact' || (amount > 0n && expiresAtMs - nowMs < options.leaseTtlMs / 2),
  );
  if (aging) await options.reader.readAgain();
  await giveBack(options, leases, (lease) => {
    if (nowMs - lease.lastHeldMs >= options.idleMs) return available(lease);
    return available(lease) - aheadOf(lease, 0n, nowMs) * SURPLUS_FACTOR;
  });
  for (const lease of leases) await topUp(options, lease);
  for (const lease of leases) {
    const empty = lease.amount === 0n && lease.held === 0n && lease.busy === 0;
    const old = nowMs - Math.max(lease.lastHeldMs, lease.seenMs) > options.leaseTtlMs;
    if (empty && old && !options.inUse(lease)) options.book.forgetLease(lease);
  }
}

/** Fills a lease that is in use and runs low, before a request has to wait for that. */
async function topUp({ clock, idleMs, taker }: TendOptions, lease: Lease): Promise<void> {
  const nowMs = clock.nowMs();
  if (lease.knowledge !== 'exact' || lease.amount <= 0n || nowMs - lease.lastHeldMs >= idleMs) return;
  const pace = aheadOf(lease, 0n, nowMs);
  const free = available(lease);
  if (free < pace * LOW_FACTOR) await taker.topUp(lease, pace * FULL_FACTOR - free);
}

/** Returns what `part` names of each lease, never more than is free and certain. */
export async function giveBack(
  options: Pick<TendOptions, 'db' | 'workerId'>,
  leases: Iterable<Lease>,
  part: (lease: Lease) => bigint,
): Promise<void> {
  const returned: { lease: Lease; amount: bigint }[] = [];
  for (const lease of leases) {
    if (lease.knowledge !== 'exact') continue;
    const free = available(lease);
    const asked = part(lease);
    const amount = asked < free ? asked : free;
    if (amount > 0n) returned.push({ lease, amount });
  }
  if (returned.length === 0) return;
  for (const { lease, amount } of returned) {
    // Taken off first, so that no request can hold it meanwhile.
    changeAmount(lease, -amount);
    lease.busy++;
  }
  try {
    const returns: Return[] = returned.map(({ lease, amount }) => ({ budgetId: lease.budget.id, amount }));
    await returnToBudgets(options.db, options.workerId, returns);
  } catch (error) {
    // What was taken off here may still be stored: then the lease is larger than it is known to be.
    for (const { lease } of returned) noteLostAnswer(lease);
    throw error;
  } finally {
    for (const { lease } of returned) lease.busy--;
  }
}
