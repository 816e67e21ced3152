// Reserves money that the local lease doesn't cover: one statement per budget at a time, shared by all who wait.
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import { rollingAt } from '@api-proxy/kit/window';
import {
  aheadOf,
  available,
  changeAmount,
  covers,
  isTrusted,
  type Lease,
  noteLostAnswer,
  reserve,
} from './lease.ts';
import type { LeaseBook } from './lease-book.ts';
import { type TakeRequest, takeFromBudget } from './lease-statements.ts';
import type { LeaseReader } from './read-leases.ts';

export type LeaseTaker = {
  /** Reserves `need` nano-USD; false: the budget has not enough. @throws what the driver throws. */
  reserve(lease: Lease, need: bigint): Promise<boolean>;
  /** Takes up to `wanted` nano-USD ahead of need, as far as the budget has plenty. @throws what the driver throws. */
  topUp(lease: Lease, wanted: bigint): Promise<void>;
};

export type LeaseTakerOptions = {
  readonly db: Database;
  readonly clock: Clock;
  readonly workerId: string;
  readonly book: LeaseBook;
  readonly reader: LeaseReader;
  readonly leaseTtlMs: number;
  /** How long a refusal is believed without asking again. */
  readonly refusalMs: number;
  zone(): Intl.DateTimeFormat;
  /** Asks the other workers to return idle leases on these budgets; resolves when they had their chance. */
  recall?(budgetIds: readonly string[]): Promise<void>;
};

type Waiter = {
  readonly need: bigint;
  settle(reserved: boolean): void;
  fail(error: unknown): void;
};

export function createLeaseTaker(options: LeaseTakerOptions): LeaseTaker {
  const queues = new Map<Lease, Waiter[]>();
  return {
    async topUp(lease, wanted) {
      await takeFrom(options, lease, { atLeast: 0n, needed: 0n, wanted });
    },
    reserve(lease, need) {
      return new Promise((resolve, reject) => {
        const waiter = { need, settle: resolve, fail: reject };
        const queue = queues.get(lease);
        if (queue) {
          queue.push(waiter);
          return;
        }
        const started = [waiter];
        queues.set(lease, started);
        void serve(options, lease, started).finally(() => queues.delete(lease));
      });
    },
  };
}

/** Serves waiters in order until none is left; whoever comes meanwhile joins the same queue. */
async function serve(options: LeaseTakerOptions, lease: Lease, queue: Waiter[]): Promise<void> {
  let recalled = options.recall === undefined;
  try {
    while (queue.length > 0) {
      serveCovered(options, lease, queue);
      if (queue.length === 0) return;
      if (needsReading(lease, options.clock.nowMs())) await options.reader.readAgain();
      serveCovered(options, lease, queue);
      const [first] = queue;
      if (!first) return;
      if (await take(options, lease, queue)) continue;
      if (!recalled) {
        recalled = true;
        await options.recall?.([lease.budget.id]);
        continue;
      }
      refuse(options, lease, queue);
    }
  } catch (error) {
    for (const waiter of queue.splice(0)) waiter.fail(error);
  }
}

function needsReading(lease: Lease, nowMs: number): boolean {
  return lease.knowledge !== 'exact' || !isTrusted(lease, nowMs);
}

function serveCovered(options: LeaseTakerOptions, lease: Lease, queue: Waiter[]): void {
  const nowMs = options.clock.nowMs();
  for (let first = queue[0]; first && covers(lease, first.need, nowMs); first = queue[0]) {
    reserve(lease, first.need, nowMs);
    queue.shift();
    first.settle(true);
  }
}

const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

/** Asks the budget once for all who wait; false when it has not even enough for the first. */
function take(options: LeaseTakerOptions, lease: Lease, queue: readonly Waiter[]): Promise<boolean> {
  const nowMs = options.clock.nowMs();
  const first = queue[0]?.need ?? 0n;
  const all = queue.reduce((sum, { need }) => sum + need, 0n);
  const lacking = (need: bigint): bigint => positive(need - available(lease));
  const wanted = lacking(all + aheadOf(lease, first, nowMs));
  return takeFrom(options, lease, { atLeast: lacking(first), needed: lacking(all), wanted });
}

/** One conditional update; false when the budget has less than `atLeast`. */
async function takeFrom(
  options: LeaseTakerOptions,
  lease: Lease,
  amounts: Pick<TakeRequest, 'atLeast' | 'needed' | 'wanted'>,
): Promise<boolean> {
  const nowMs = options.clock.nowMs();
  const expiresAtMs = nowMs + options.leaseTtlMs;
  const request = {
    ...amounts,
    budgetId: lease.budget.id,
    workerId: options.workerId,
    rolling: rollingAt(lease.budget.span, nowMs, options.zone()),
    expiresAtMs,
  };
  lease.busy++;
  try {
    const { budget, granted } = await takeFromBudget(options.db, request);
    if (budget) options.book.observe([budget]);
    if (granted === undefined) return false;
    changeAmount(lease, granted);
    lease.expiresAtMs = expiresAtMs;
    lease.refused = undefined;
    return true;
  } catch (error) {
    // The statement may have been carried out although its answer was lost.
    noteLostAnswer(lease);
    throw error;
  } finally {
    lease.busy--;
  }
}

/** Turns away the first waiter and all who need as much or more; the others may still fit. */
function refuse(options: LeaseTakerOptions, lease: Lease, queue: Waiter[]): void {
  const need = queue[0]?.need ?? 0n;
  const shortBy = need - available(lease);
  lease.refused = { shortBy, untilMs: options.clock.nowMs() + options.refusalMs };
  const turnedAway = queue.filter((waiter) => waiter.need >= need);
  const left = queue.filter((waiter) => waiter.need < need);
  queue.splice(0, queue.length, ...left);
  for (const waiter of turnedAway) waiter.settle(false);
}
