// The decision about one request's money: which budgets are asked, in which order, and what each refusal means.
import type { Clock } from '@api-proxy/kit/clock';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import type { Account, Accounts } from './accounts.ts';
import { covers, type Lease, refusesNow, reserve } from './lease.ts';
import type { LeaseBook } from './lease-book.ts';
import type { quotaHeaders } from './quota-headers.ts';
import type { LeaseTaker } from './take-lease.ts';
import { AWAY, type HoldDenial, NO_BALANCE, usedUp, ZERO_BALANCE } from './verdict.ts';

export type HoldRequest = {
  readonly requestId: string;
  readonly userId: string;
  readonly keyId: string;
  /** Highest possible cost; zero for a free request, which still needs a balance that is not used up. */
  readonly upperBoundNanoUsd: bigint;
  /** When the request started, epoch ms: the `startedAtMs` of its row. */
  readonly nowMs: number;
  /** What the journal keeps, for the row of a request that the relay's end cuts off. */
  readonly about?: {
    readonly protocolIn: string;
    readonly operation: string;
    readonly modelAsked: string;
    readonly stream: boolean;
  };
};

/** Money reserved for a request: settled with its row under its request id, or released. */
export type Hold = {
  /** Gives the money back to the local lease; does nothing after settlement. Never throws. */
  release(): void;
  /** What is left of the caller's budgets, for the answer; see `quotaHeaders`. */
  readonly headers: readonly string[];
};

export type Admitted = Hold | HoldDenial;

/** Decides at once while leases cover the request, else after asking the database; never rejects. */
export type Admit = (request: HoldRequest) => Admitted | Promise<Admitted>;

export type AdmitOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly book: LeaseBook;
  readonly accounts: Accounts;
  readonly taker: LeaseTaker;
  /** Rows that wait for booking; above `maxPending` nothing is admitted. */
  readonly pending: () => number;
  readonly maxPending: number;
  /** Longest that a request waits for the database. */
  readonly waitMs: number;
  /** What an admitted caller is told. */
  readonly headersOf: typeof quotaHeaders;
};

/** Longest that a free request relies on a balance seen earlier. */
const FREE_VIEW_MS = 5_000;
/** While the database is away, this is said once in a while, not with every request. */
const SAY_AGAIN_MS = 1_000;
/** Longest that a lack of quota is repeated without looking again. */
const MISSING_VIEW_MS = 500;

export function createAdmit(options: AdmitOptions): Admit {
  const { accounts, clock, logger } = options;
  let saidMs = Number.NEGATIVE_INFINITY;
  const away = (error: unknown): HoldDenial => {
    const nowMs = clock.monotonicMs();
    if (nowMs - saidMs >= SAY_AGAIN_MS) {
      saidMs = nowMs;
      logger.error({ error: messageOf(error) }, 'money can not be leased: the database does not answer');
    }
    return AWAY;
  };
  return (request) => {
    if (options.pending() > options.maxPending) return AWAY;
    const account = accounts.peek(request.userId, request.keyId);
    if (account && !isStale(account, request, clock.nowMs())) {
      const decided = decide(options, request, account);
      if (decided) return decided;
    }
    return within(options.waitMs, (wanted) => askDatabase(options, request, wanted)).catch(
      (error: unknown) => (account && freeAsSeen(options, account, request)) ?? away(error),
    );
  };
}

/** Tells whether the request still waits for its answer. */
type Wanted = () => boolean;

async function askDatabase(options: AdmitOptions, request: HoldRequest, wanted: Wanted): Promise<Admitted> {
  const { accounts, clock } = options;
  const known = accounts.peek(request.userId, request.keyId);
  const account =
    known && !isStale(known, request, clock.nowMs())
      ? known
      : await accounts.read(request.userId, request.keyId);
  if (!wanted()) return AWAY;
  return decide(options, request, account) ?? reserveInTurn(options, request, account.leases);
}

/** Waits at most `ms`; money that is reserved after that is given back. @throws when the time is over. */
function within(ms: number, ask: (wanted: Wanted) => Promise<Admitted>): Promise<Admitted> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new Error(`no answer within ${ms} ms`));
    }, ms);
    const end = (): void => clearTimeout(timer);
    ask(() => !late)
      .then((answer) => {
        if (late && 'release' in answer) answer.release();
        resolve(answer);
      }, reject)
      .finally(end);
  });
}

/** While the database is away, a free request goes by the balance that was last seen: it costs nobody anything. */
function freeAsSeen(
  { headersOf }: AdmitOptions,
  { balance, leases }: Account,
  request: HoldRequest,
): Hold | undefined {
  if (request.upperBoundNanoUsd > 0n || !balance || balance.budget.limit <= balance.budget.used) return;
  return { release: () => undefined, headers: headersOf(leases) };
}

/** Whether the question can't be answered from memory: no budget was there that could ever pay, or a free request's view is old. */
function isStale(account: Account, request: HoldRequest, nowMs: number): boolean {
  const { balance, leases } = account;
  const need = request.upperBoundNanoUsd;
  if (!balance || balance.budget.limit <= 0n || leases.some((lease) => exceeds(lease, need))) {
    return nowMs - account.readMs >= MISSING_VIEW_MS;
  }
  if (need > 0n) return false;
  return nowMs - balance.seenMs >= FREE_VIEW_MS;
}

/** The answer that memory gives; undefined: the database has to be asked for more. */
function decide(options: AdmitOptions, request: HoldRequest, account: Account): Admitted | undefined {
  const nowMs = options.clock.nowMs();
  const need = request.upperBoundNanoUsd;
  const { balance, leases } = account;
  if (!balance) return NO_BALANCE;
  if (balance.budget.limit <= 0n) return ZERO_BALANCE;
  if (need <= 0n) {
    return balance.budget.limit > balance.budget.used
      ? { release: () => undefined, headers: options.headersOf(leases) }
      : refusal(balance, need, nowMs);
  }
  for (const lease of leases) {
    if (exceeds(lease, need) || refusesNow(lease, need, nowMs)) return refusal(lease, need, nowMs);
  }
  for (const lease of leases) if (!covers(lease, need, nowMs)) return undefined;
  for (const lease of leases) {
    reserve(lease, need, nowMs);
    options.book.attach(request.requestId, lease, need);
  }
  return holdOf(options, request.requestId, leases);
}

function holdOf({ book, headersOf }: AdmitOptions, requestId: string, leases: readonly Lease[]): Hold {
  return { release: () => book.release(requestId), headers: headersOf(leases) };
}

/** Whether the budget could not even pay it with nothing used: then no statement asks for that much. */
function exceeds({ budget }: Lease, need: bigint): boolean {
  return need > budget.limit && need > 0n;
}

function refusal({ budget, windowEndsAtMs }: Lease, need: bigint, nowMs: number): HoldDenial {
  return usedUp({ budget, windowEndsAtMs, need, nowMs });
}

/** Reserves on one budget after the other; a refusal or failure gives back what was reserved before it. */
async function reserveInTurn(
  options: AdmitOptions,
  { requestId, upperBoundNanoUsd: need }: HoldRequest,
  leases: readonly Lease[],
): Promise<Admitted> {
  const { book, taker, clock } = options;
  let complete = false;
  try {
    for (const lease of leases) {
      if (covers(lease, need, clock.nowMs())) reserve(lease, need, clock.nowMs());
      else if (!(await taker.reserve(lease, need))) return refusal(lease, need, clock.nowMs());
      book.attach(requestId, lease, need);
    }
    complete = true;
    return holdOf(options, requestId, leases);
  } finally {
    if (!complete) book.release(requestId);
  }
}
