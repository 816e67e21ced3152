// The jobs about money: the nightly comparison of the books, and re-pricing runs that were left half booked.
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import { MINUTE_MS, SECOND_MS } from '@api-proxy/kit/duration';
import type { NoticeBus } from '@api-proxy/services/context';
import { isNightlyDue } from '@api-proxy/services/reconciliation/nightly';
import {
  type CompareBooks,
  recordReconciliation,
} from '@api-proxy/services/reconciliation/record-reconciliation';
import { tendRuns } from '@api-proxy/services/repricing/advance-run';
import { readSettings } from '@api-proxy/services/settings/read-settings';
import type { Job } from './scheduler.ts';

export type BookkeepingOptions = {
  db: Database;
  clock: Clock;
  compareBooks: CompareBooks;
  bus: NoticeBus;
};

const TEND_FOR_MS = 20 * SECOND_MS;

export function bookkeeping({ db, clock, compareBooks, bus }: BookkeepingOptions): Job[] {
  return [
    {
      name: 'reconciliation',
      by: 'leader',
      everyMs: 10 * MINUTE_MS,
      run: async () => {
        const { timeZone } = await readSettings(db);
        if (!(await isNightlyDue(db, timeZone, clock.nowMs()))) return;
        await recordReconciliation({ db, clock, compare: compareBooks, askedBy: null });
      },
    },
    {
      name: 'repricing',
      by: 'leader',
      everyMs: 30 * SECOND_MS,
      run: () => tendRuns({ db, clock, bus }, TEND_FOR_MS),
    },
  ];
}
