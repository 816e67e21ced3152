// Money at run time, wired: purse and settlement share one lease book, and one journal where a folder for it is named.
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import { createZoneReader, windowEndMs } from '@api-proxy/kit/window';
import type { Budget } from './budget/budget.ts';
import { createJournal, type Journal, type JournalOptions } from './journal/journal.ts';
import { journalledAdmit } from './journal/journalled-admit.ts';
import { createRecovery, NOTHING_RECOVERED, type Recovery } from './journal/replay.ts';
import { workersWithJournals } from './journal/takeover.ts';
import { createLeaseBook } from './purse/lease-book.ts';
import { createPurse, type Purse, type PurseOptions } from './purse/purse.ts';
import { sweepLeases } from './purse/sweep-leases.ts';
import { NO_HOLDS } from './settlement/holds.ts';
import { printable } from './settlement/poison.ts';
import { rowOfPrepared } from './settlement/prepared-row.ts';
import { createRoutePlans, type RoutePlans } from './settlement/route-plans.ts';
import type { SettleContext } from './settlement/settle-batch.ts';
import { createSettlement } from './settlement/settlement.ts';
import type { Settlement, SettlementOptions } from './settlement/settlement-contract.ts';

export type LedgerOptions = {
  /** For the purse: short statements, several at once. */
  readonly db: Database;
  /** For the settlement: connections of its own, as many as `settlement.lanes`. */
  readonly settlementDb: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unique per process start (`wrk_…`): leases carry it. */
  readonly workerId: string;
  /** IANA name of the zone of the quota windows, as the settings have it now. */
  readonly timeZone: () => string;
  /** Folder of all workers' journals, on a local disk; without it, the end of the process loses what is not booked. */
  readonly journalDir?: string;
  readonly journal?: Pick<JournalOptions, 'fsync' | 'segmentBytes' | 'capBytes'>;
  /** Time between rounds of settling dead workers' journals; default 30 s, 0: none. */
  readonly recoverMs?: number;
  readonly purse?: Pick<
    PurseOptions,
    'maxPending' | 'recall' | 'leaseTtlMs' | 'idleMs' | 'tendMs' | 'refusalMs' | 'waitMs'
  >;
  readonly settlement?: Pick<
    SettlementOptions,
    'bulk' | 'lanes' | 'batchRows' | 'flushMs' | 'closeDeadlineMs' | 'random'
  >;
};

export type Ledger = {
  readonly purse: Purse;
  readonly settlement: Settlement & RoutePlans;
  /** Undefined without `journalDir`. */
  readonly journal: Journal | undefined;
  /** Settles the journals of dead workers; wait for it once at the start. Never rejects: what fails is tried again. */
  recover(): Promise<Recovery>;
  /**
   * Returns leases of workers that are gone: of every other one (nobody else can be running), or of those that ran out
   * long ago. Never of one whose journal lies here and is not settled. Gives how many. @throws what the driver throws.
   */
  sweep(which: 'all' | 'orphaned'): Promise<number>;
  /** Books what waits, ends the journal, then returns all leases. */
  close(): Promise<void>;
};

const RECOVER_MS = 30 * SECOND_MS;

/** @throws what the file system throws when the journal's folder can't be made. */
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
  const { journal, recover, stop } = openJournal(options, () => zones(timeZone()));
  const settlement = createSettlement({
    ...{ ...base, db: settlementDb, holds: book },
    ...(journal ? { journal } : {}),
    ...options.settlement,
  });
  const pending = (): number => settlement.pending();
  const purse = createPurse({ ...base, db, book, pending, ...options.purse });
  return {
    purse: journal ? { ...purse, hold: journalledAdmit(purse.hold, journal, logger) } : purse,
    settlement: { ...settlement, ...createRoutePlans({ db, clock, logger }) },
    journal,
    recover,
    sweep(which) {
      const spared = options.journalDir === undefined ? [] : workersWithJournals(options.journalDir);
      return sweepLeases(
        db,
        which === 'all' ? { kind: which, spared } : { kind: which, nowMs: clock.nowMs(), spared },
      );
    },
    async close() {
      await settlement.close();
      await stop();
      await purse.close();
    },
  };
}

type OpenedJournal = Pick<Ledger, 'journal' | 'recover'> & { stop(): Promise<void> };

function openJournal(options: LedgerOptions, zone: () => Intl.DateTimeFormat): OpenedJournal {
  const { settlementDb: db, clock, logger, workerId, journalDir: dir, recoverMs = RECOVER_MS } = options;
  if (dir === undefined) {
    return { journal: undefined, recover: async () => NOTHING_RECOVERED, stop: async () => undefined };
  }
  const journal = createJournal({ dir, workerId, clock, logger, ...options.journal });
  const onPoison: SettleContext['onPoison'] = (row, error) => {
    const facts = { requestId: row.requestId, error: messageOf(error), row: printable(rowOfPrepared(row)) };
    logger.error(facts, 'a finished request can not be booked');
  };
  const context = { db, clock, workerId, holds: NO_HOLDS, random: Math.random, zone, onPoison };
  const recover = createRecovery({ dir, context, logger });
  const timer = recoverMs > 0 ? setInterval(() => void recover(), recoverMs).unref() : undefined;
  return {
    journal,
    recover,
    async stop() {
      clearInterval(timer);
      await recover.idle();
      journal.shut();
    },
  };
}
