// Which budgets apply to a user and to a key: read once, kept, renewed behind the scenes, forgotten on a change.
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import { messageOf } from '@api-proxy/kit/error';
import { Gather } from '@api-proxy/kit/gather';
import type { Logger } from '@api-proxy/kit/logger';
import type { Budget, OwnerKind } from '../budget/budget.ts';
import type { Lease } from './lease.ts';
import type { LeaseBook } from './lease-book.ts';
import { type Pair, readBudgets } from './lease-statements.ts';

/** Budgets of one caller in the order in which they are asked: balance, the user's windows, the key's. */
export type Account = {
  readonly balance: Lease | undefined;
  readonly leases: readonly Lease[];
  readonly readMs: number;
};

export type Accounts = {
  /** What is known of a caller; starts a renewal behind the scenes when it has aged. */
  peek(userId: string, keyId: string): Account | undefined;
  /** Reads the budgets from the database; calls at the same time share one statement. @throws what the driver throws. */
  read(userId: string, keyId: string): Promise<Account>;
  /** Forgets every caller that has this user or key. */
  forget(ownerId: string): void;
  /** Drops what was last used before `beforeMs`. */
  dropUnused(beforeMs: number): void;
  /** Whether some account known here draws on the lease. */
  drawOn(lease: Lease): boolean;
};

export type AccountsOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly book: LeaseBook;
  /** Age at which an account is read again without making anyone wait. */
  readonly renewAfterMs: number;
};

type Entry = {
  readonly userId: string;
  readonly keyId: string;
  account: Account | undefined;
  reading: Promise<Account> | undefined;
  usedMs: number;
  /** No renewal before that: the last one failed. */
  renewNotBeforeMs: number;
};

/** While the database is away, not every request tries to renew what it knows. */
const RENEW_AGAIN_MS = 1_000;
/** Nobody waits for a renewal: more at once would stand before those who need a lease. The next request tries again. */
const MOST_RENEWALS = 64;
const PAIRS_PER_STATEMENT = 32;

const SPAN_ORDER = ['balance', '5h', 'day', 'week', 'month', 'total'];
const OWNER_ORDER: readonly OwnerKind[] = ['user', 'key'];

function order(lease: Lease): number {
  const { ownerKind, span } = lease.budget;
  return OWNER_ORDER.indexOf(ownerKind) * SPAN_ORDER.length + SPAN_ORDER.indexOf(span);
}

export function createAccounts(options: AccountsOptions): Accounts {
  const entries = new Map<string, Entry>();
  const statements = (atOnce: number): Source =>
    new Gather<Pair, readonly Budget[]>({
      ask: (pairs) => readBudgets(options.db, pairs),
      ...{ most: PAIRS_PER_STATEMENT, atOnce },
    });
  // Who waits does not stand behind renewals.
  const [forRequests, forRenewals] = [statements(2), statements(1)];
  let renewals = 0;
  const renew = async (entry: Entry): Promise<void> => {
    renewals++;
    try {
      await readOnce(options, forRenewals, entry);
    } catch (error) {
      entry.renewNotBeforeMs = options.clock.nowMs() + RENEW_AGAIN_MS;
      const facts = { userId: entry.userId, error: messageOf(error) };
      options.logger.warn(facts, 'budgets not renewed; the known ones hold');
    } finally {
      renewals--;
    }
  };
  const entryOf = (userId: string, keyId: string): Entry => {
    // A key belongs to one user for good, so it names the pair.
    const known = entries.get(keyId);
    if (known?.userId === userId) return known;
    const made = {
      userId,
      keyId,
      account: undefined,
      reading: undefined,
      usedMs: options.clock.nowMs(),
      renewNotBeforeMs: 0,
    };
    entries.set(keyId, made);
    return made;
  };
  return {
    peek(userId, keyId) {
      const entry = entryOf(userId, keyId);
      const nowMs = options.clock.nowMs();
      entry.usedMs = nowMs;
      const { account } = entry;
      const due = account && nowMs - account.readMs >= options.renewAfterMs;
      const mayRenew = renewals < MOST_RENEWALS && nowMs >= entry.renewNotBeforeMs;
      if (due && mayRenew && !entry.reading) void renew(entry);
      return account;
    },
    read: (userId, keyId) => readOnce(options, forRequests, entryOf(userId, keyId)),
    forget(ownerId) {
      for (const [name, entry] of entries) {
        if (entry.userId === ownerId || entry.keyId === ownerId) entries.delete(name);
      }
    },
    dropUnused(beforeMs) {
      for (const [name, entry] of entries) if (entry.usedMs < beforeMs) entries.delete(name);
    },
    drawOn: (lease) => [...entries.values()].some(({ account }) => account?.leases.includes(lease)),
  };
}

type Source = Gather<Pair, readonly Budget[]>;

function readOnce(options: AccountsOptions, source: Source, entry: Entry): Promise<Account> {
  entry.reading ??= read(options, source, entry).finally(() => {
    entry.reading = undefined;
  });
  return entry.reading;
}

async function read({ clock, book }: AccountsOptions, source: Source, entry: Entry): Promise<Account> {
  const startedMs = clock.nowMs();
  const budgets = await source.get(entry);
  const leases = budgets
    .map((budget) => book.leaseOn(budget, clock.nowMs()))
    .sort((a, b) => order(a) - order(b));
  const balance = leases.find((lease) => lease.budget.span === 'balance');
  entry.account = { balance, leases, readMs: startedMs };
  return entry.account;
}
