// A settlement as these tests run it: quick to write, silent.
import type { Database } from '@api-proxy/db/database';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { createSettlement } from '../settlement/settlement.ts';
import type { Settlement, SettlementOptions } from '../settlement/settlement-contract.ts';

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
