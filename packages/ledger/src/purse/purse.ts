// Reserves money for requests: at once while the leases cover it, else after one conditional update per budget.
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import { MINUTE_MS, SECOND_MS } from '@api-proxy/kit/duration';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import { createZoneReader } from '@api-proxy/kit/window';
import { createAccounts } from './accounts.ts';
import { type Admit, createAdmit } from './admit.ts';
import { available, type Lease } from './lease.ts';
import type { LeaseBook } from './lease-book.ts';
import { createQuotaTeller } from './quota-headers.ts';
import { createLeaseReader } from './read-leases.ts';
import { sweepLeases } from './sweep-leases.ts';
import { createLeaseTaker } from './take-lease.ts';
import { giveBack, type TendOptions, tendLeases } from './tend-leases.ts';

export type Purse = {
  /** At once while the leases cover the request, else a promise; never rejects. */
  readonly hold: Admit;
  /** A user's or key's budgets were changed: they are read again at the next request, idle leases go back now. Never rejects. */
  forget(ownerId: string): Promise<void>;
  /** Another worker is about to deny: returns what lies free on these budgets. Never rejects. */
  returnIdle(budgetIds: readonly string[]): Promise<void>;
  /** One round of upkeep; runs by itself every `tendMs`. Never rejects. */
  tend(): Promise<void>;
  /** Returns all leases. Close the settlement first. Never rejects. */
  close(): Promise<void>;
};

export type PurseOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workerId: string;
  readonly book: LeaseBook;
  /** IANA name of the zone of the quota windows. */
  readonly timeZone: () => string;
  /** Rows that wait for booking; above `maxPending` nothing new is admitted. */
  readonly pending: () => number;
  readonly maxPending?: number;
  /** Asks the other workers to call `returnIdle`; used once before a denial. */
  readonly recall?: (budgetIds: readonly string[]) => Promise<void>;
  readonly leaseTtlMs?: number;
  readonly idleMs?: number;
  /** Time between rounds of upkeep; 0: none. */
  readonly tendMs?: number;
  readonly refusalMs?: number;
  /** Longest that a request waits for a lease; default 5 s. */
  readonly waitMs?: number;
};

const MAX_PENDING = 50_000;
const LEASE_TTL_MS = 5 * MINUTE_MS;
const IDLE_MS = 15 * SECOND_MS;
const TEND_MS = 5 * SECOND_MS;
const REFUSAL_MS = 500;
const WAIT_MS = 5 * SECOND_MS;
const RENEW_ACCOUNT_MS = 30 * SECOND_MS;
const ACCOUNT_KEPT_MS = 10 * MINUTE_MS;

export function createPurse(options: PurseOptions): Purse {
  const { db, clock, logger, workerId, book, leaseTtlMs = LEASE_TTL_MS, tendMs = TEND_MS } = options;
  const accounts = createAccounts({ db, clock, logger, book, renewAfterMs: RENEW_ACCOUNT_MS });
  const reader = createLeaseReader({ db, clock, workerId, book, leaseTtlMs });
  const zones = createZoneReader();
  const taker = createLeaseTaker({
    ...{ db, clock, workerId, book, reader, leaseTtlMs },
    refusalMs: options.refusalMs ?? REFUSAL_MS,
    zone: () => zones(options.timeZone()),
    ...(options.recall ? { recall: options.recall } : {}),
  });
  const tending: TendOptions = {
    ...{ db, clock, workerId, book, reader, taker, leaseTtlMs },
    idleMs: options.idleMs ?? IDLE_MS,
    inUse: accounts.drawOn,
  };
  const { pending, maxPending = MAX_PENDING, waitMs = WAIT_MS } = options;
  const quietly = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      logger.warn({ error: messageOf(error) }, `${what}: the database does not take it`);
    }
  };
  const returnFree = (wanted: (lease: Lease) => boolean): Promise<void> =>
    quietly('leases not returned', () =>
      giveBack(tending, [...book.all()].filter(wanted), (lease) => available(lease)),
    );
  let tended: Promise<void> | undefined;
  const tend = (): Promise<void> => {
    accounts.dropUnused(clock.nowMs() - ACCOUNT_KEPT_MS);
    // A database that doesn't answer must not gather rounds of upkeep.
    tended ??= quietly('leases not tended', () => tendLeases(tending)).finally(() => {
      tended = undefined;
    });
    return tended;
  };
  const timer = tendMs > 0 ? setInterval(() => void tend(), tendMs).unref() : undefined;
  return {
    hold: createAdmit({
      ...{ clock, logger, book, accounts, taker, pending, maxPending, waitMs },
      headersOf: createQuotaTeller(),
    }),
    tend,
    forget(ownerId) {
      accounts.forget(ownerId);
      const owned = (lease: Lease): boolean => lease.budget.ownerId === ownerId;
      for (const lease of book.all()) if (owned(lease)) lease.refused = undefined;
      return returnFree(owned);
    },
    returnIdle: (budgetIds) => returnFree((lease) => budgetIds.includes(lease.budget.id)),
    async close() {
      clearInterval(timer);
      await quietly('leases not returned', () => sweepLeases(db, { kind: 'worker', workerId }));
    },
  };
}
