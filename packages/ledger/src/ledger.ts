// Money at run time, wired: the purse that admits requests and the settlement that books them share one lease book.
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import type { Logger } from '@api-proxy/kit/logger';
import type { Budget } from './budget/budget.ts';
import { createZoneReader, windowEndMs } from './budget/window.ts';
import { createLeaseBook } from './purse/lease-book.ts';
import { createPurse, type Purse, type PurseOptions } from './purse/purse.ts';
import { createSettlement, type Settlement, type SettlementOptions } from './settlement/settlement.ts';

export type LedgerOptions = {
  /** For the purse: short statements, several at once. */
  readonly db: Database;
  /** For the settlement: one connection of its own. */
  readonly settlementDb: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unique per process start (`wrk_…`): leases carry it. */
  readonly workerId: string;
  /** IANA name of the zone of the quota windows, as the settings have it now. */
  readonly timeZone: () => string;
  readonly purse?: Pick<
    PurseOptions,
    'maxPending' | 'recall' | 'leaseTtlMs' | 'idleMs' | 'tendMs' | 'refusalMs' | 'waitMs'
  >;
  readonly settlement?: Pick<SettlementOptions, 'batchRows' | 'flushMs' | 'closeDeadlineMs' | 'random'>;
};

export type Ledger = {
  readonly purse: Purse;
  readonly settlement: Settlement;
  /** Books what waits, then returns all leases. */
  close(): Promise<void>;
};

export function createLedger(options: LedgerOptions): Ledger {
  const { db, settlementDb, clock, logger, workerId, timeZone } = options;
  const zones = createZoneReader();
  const windowEndOf = ({ span, windowStartedAtMs }: Budget): number => {
    if (span === 'balance' || span === 'total') return Number.POSITIVE_INFINITY;
    if (windowStartedAtMs === null) return Number.NEGATIVE_INFINITY;
    return windowEndMs(span, windowStartedAtMs, zones(timeZone())) ?? Number.POSITIVE_INFINITY;
  };
  const book = createLeaseBook({ nowMs: () => clock.nowMs(), windowEndOf });
  const base = { clock, logger, workerId, timeZone };
  const settlement = createSettlement({ ...base, db: settlementDb, holds: book, ...options.settlement });
  const pending = (): number => settlement.pending();
  const purse = createPurse({ ...base, db, book, pending, ...options.purse });
  return {
    purse,
    settlement,
    async close() {
      await settlement.close();
      await purse.close();
    },
  };
}
