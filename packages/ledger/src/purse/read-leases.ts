// Prolongs this worker's leases and reads what they hold, which heals every difference between memory and database.
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import type { Lease } from './lease.ts';
import type { LeaseBook } from './lease-book.ts';
import { renewLeases } from './lease-statements.ts';

export type LeaseReader = {
  /** Renews and reads all leases; calls at the same time share one statement. @throws what the driver throws. */
  readAgain(): Promise<void>;
};

export type LeaseReaderOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly workerId: string;
  readonly book: LeaseBook;
  readonly leaseTtlMs: number;
};

export function createLeaseReader(options: LeaseReaderOptions): LeaseReader {
  let running: Promise<void> | undefined;
  return {
    readAgain() {
      running ??= read(options).finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/** Leases that changed, or could have, while the statement ran keep what they had and stay in doubt. */
async function read({ db, clock, workerId, book, leaseTtlMs }: LeaseReaderOptions): Promise<void> {
  const quiet = new Map<Lease, number>();
  for (const lease of book.all()) if (lease.busy === 0) quiet.set(lease, lease.changes);
  const expiresAtMs = clock.nowMs() + leaseTtlMs;
  const stored = await renewLeases(db, workerId, expiresAtMs);
  for (const [lease, changes] of quiet) {
    if (lease.busy > 0 || lease.changes !== changes) continue;
    lease.amount = stored.get(lease.budget.id) ?? 0n;
    lease.expiresAtMs = expiresAtMs;
    lease.knowledge = 'exact';
  }
}
