// Ledgers as several workers would run them, and requests that ask them for money.
import type { Database } from '@api-proxy/db/database';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { createLedger, type Ledger, type LedgerOptions } from '../ledger.ts';
import type { Admitted } from '../purse/admit.ts';

export type Workers = {
  /** Starts a worker on `db`, by default without upkeep of its own. */
  start(db: Database, options?: Partial<LedgerOptions>): Ledger;
  closeAll(): Promise<void>;
};

export function createWorkers(): Workers {
  const running: Ledger[] = [];
  return {
    start(db, options = {}) {
      const ledger = createLedger({
        db,
        settlementDb: options.db ?? db,
        clock: systemClock,
        logger: silentLogger,
        workerId: `wrk_${running.length}`,
        timeZone: () => 'UTC',
        purse: { tendMs: 0 },
        settlement: { flushMs: 5 },
        ...options,
      });
      running.push(ledger);
      return ledger;
    },
    closeAll: async () => {
      await Promise.all(running.splice(0).map((ledger) => ledger.close()));
    },
  };
}

export type Asker = { readonly userId: string; readonly keyId: string; readonly requestId: string };

let asked = 0;

/** Asks for `upperBoundNanoUsd` as `usr_1` with `key_1`. */
export function ask(
  ledger: Ledger,
  upperBoundNanoUsd: bigint,
  asker: Partial<Asker> = {},
): ReturnType<Ledger['purse']['hold']> {
  const requestId = `hold_${++asked}`;
  return ledger.purse.hold({
    ...{ requestId, userId: 'usr_1', keyId: 'key_1', upperBoundNanoUsd, nowMs: 0 },
    ...asker,
  });
}

/** How many of the answers are holds. */
export function admitted(answers: readonly Admitted[]): number {
  return answers.filter((answer) => 'release' in answer).length;
}

export function release(answer: Admitted): void {
  if ('release' in answer) answer.release();
}
