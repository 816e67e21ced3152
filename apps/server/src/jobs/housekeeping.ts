// The jobs that keep the database in order: partitions made ahead, expired sign-ins removed.
import type { Database } from '@api-proxy/db/database';
import { ensureComingPartitions } from '@api-proxy/db/partitions';
import type { Clock } from '@api-proxy/kit/clock';
import { HOUR_MS, MINUTE_MS } from '@api-proxy/kit/duration';
import type { Job } from './scheduler.ts';

export function housekeeping({ db, clock }: { db: Database; clock: Clock }): Job[] {
  return [
    {
      name: 'partitions',
      everyMs: HOUR_MS,
      run: () => ensureComingPartitions(db, clock.nowMs()),
    },
    {
      name: 'expired-sign-ins',
      everyMs: 30 * MINUTE_MS,
      run: async () => {
        await db.execute('delete from sessions where expires_at < now()');
        await db.execute('delete from verifications where expires_at < now()');
      },
    },
  ];
}
