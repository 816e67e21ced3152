// The jobs that keep the database in order: sign of life, leases of the dead, partitions ahead, rows that are over.
import { hostname } from 'node:os';
import type { Database } from '@api-proxy/db/database';
import { ensureComingPartitions } from '@api-proxy/db/partitions';
import { workers } from '@api-proxy/db/schema/workers';
import type { Clock } from '@api-proxy/kit/clock';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@api-proxy/kit/duration';
import type { Ledger } from '@api-proxy/ledger/ledger';
import { dropExpiredMakers } from '../adapters/response-makers.ts';
import type { InstanceCount } from '../instance-count.ts';
import type { Job } from './scheduler.ts';

export type HousekeepingOptions = {
  db: Database;
  clock: Clock;
  workerId: string;
  version: string;
  instances: InstanceCount;
  ledger: Pick<Ledger, 'sweep'>;
};

/** A channel that is checked every ten seconds leaves 60,000 rows a week. */
const OLD_TESTS = `delete from channel_tests where created_at < now() - interval '90 days'
  or (kind = 'scheduled' and created_at < now() - interval '7 days')`;

export function housekeeping({
  db,
  clock,
  workerId,
  version,
  instances,
  ledger,
}: HousekeepingOptions): Job[] {
  return [
    {
      name: 'heartbeat',
      by: 'everyone',
      everyMs: 15 * SECOND_MS,
      run: async () => {
        const heartbeatAt = new Date(clock.nowMs());
        await db
          .insert(workers)
          .values({ id: workerId, host: hostname(), pid: process.pid, version, heartbeatAt })
          .onConflictDoUpdate({ target: workers.id, set: { heartbeatAt } });
        await instances.refresh();
      },
    },
    {
      name: 'orphaned-leases',
      by: 'leader_if_known',
      everyMs: 30 * SECOND_MS,
      run: async () => {
        await ledger.sweep('orphaned');
      },
    },
    {
      name: 'partitions',
      by: 'leader_if_known',
      everyMs: HOUR_MS,
      run: () => ensureComingPartitions(db, clock.nowMs()),
    },
    {
      name: 'expired-rows',
      by: 'leader_if_known',
      everyMs: 30 * MINUTE_MS,
      run: async () => {
        await db.execute('delete from sessions where expires_at < now()');
        await db.execute('delete from verifications where expires_at < now()');
        await db.execute(OLD_TESTS);
        await dropExpiredMakers(db);
        await db.execute("delete from workers where heartbeat_at < now() - interval '1 day'");
      },
    },
  ];
}
