// A settlement as these tests run it: quick to write, silent.
import type { Database } from '@api-proxy/db/database';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { createSettlement, type Settlement, type SettlementOptions } from '../settlement/settlement.ts';

export function settlementOn(db: Database, options: Partial<SettlementOptions> = {}): Settlement {
  return createSettlement({
    db,
    clock: systemClock,
    logger: silentLogger,
    workerId: 'wrk_1',
    timeZone: () => 'UTC',
    flushMs: 5,
    ...options,
  });
}
