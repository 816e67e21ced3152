// One statement to Redis about the limits of one caller: what it says, and what its answer means.
import { SECOND_MS } from '@api-proxy/kit/duration';
import { LEASE_MS, type PlaceAccount, type WindowAccount } from './account.ts';
import type { LimitRequest, LimitVerdict, WindowState } from './port.ts';

/** Places of a worker that is not heard of are free after this time. */
const PLACES_MS = 60_000;

export type StatementOptions = {
  readonly workerId: string;
  readonly workers: number;
  readonly nowMs: number;
  readonly windows: readonly WindowAccount[];
  readonly places: readonly PlaceAccount[];
  readonly requests: readonly LimitRequest[];
  /** No leases, no spare places: somebody else is short. */
  readonly modest: boolean;
};

/** What became of a request; `idle`: only what other workers hold unused stands in its way. */
export type Outcome = { readonly verdict: LimitVerdict; readonly idle: boolean };

export class Statement {
  readonly #options: StatementOptions;
  readonly #told: ReadonlyMap<number, number>[];
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];

  /** Takes from the accounts what they have to tell. */
  constructor(options: StatementOptions) {
    this.#options = options;
    const { windows, places } = options;
    this.#told = windows.map((window) => window.tell());
    this.keys = [...windows, ...places].map(({ key }) => key);
    this.args = this.#write();
  }

  #write(): (string | number)[] {
    const { workerId, workers, nowMs, windows, places, requests, modest } = this.#options;
    const needed = needs(requests);
    const args: (string | number)[] = [nowMs, workerId, LEASE_MS, PLACES_MS, windows.length];
    windows.forEach((window, index) => {
      const told = this.#told[index] ?? new Map();
      args.push(window.max, modest ? 0 : window.wanted(needed.get(window.key) ?? 0, workers, nowMs));
      args.push(told.size);
      for (const [second, amount] of told) args.push(second, amount);
    });
    for (const place of places) args.push(place.max, place.used, modest ? 0 : place.spare(workers, nowMs));
    const numbers = new Map(this.keys.map((key, index) => [key, index + 1]));
    args.push(requests.length);
    for (const request of requests) {
      args.push(Math.floor(request.nowMs / SECOND_MS), request.windows.length + request.slots.length);
      for (const { key } of request.slots) args.push(numbers.get(key) ?? 0, 1);
      for (const { key, amount } of request.windows) args.push(numbers.get(key) ?? 0, amount);
    }
    return args;
  }

  /**
   * Takes the answer of the script into the accounts.
   * @returns what became of each request, in their order. @throws TypeError for what is no answer of it.
   */
  answered(answer: unknown): Outcome[] {
    if (!Array.isArray(answer)) throw new TypeError('the script of limits gave no list');
    const { windows, places, requests, nowMs } = this.#options;
    let place = 0;
    const next = () => Number(answer[place++] ?? 0);
    const refusals = requests.map(() => ({ index: next(), waitMs: next(), idle: next() === 1 }));
    const resets = new Map<string, number>();
    for (const window of windows) {
      window.granted(next(), next(), nowMs);
      resets.set(window.key, next());
    }
    const taken = requests.filter((_, at) => refusals[at]?.index === 0);
    for (const { holder, slots, windows: takes, nowMs: atMs } of taken) {
      for (const { key, amount } of takes) windows.find((window) => window.key === key)?.count(amount, atMs);
      for (const { key } of slots) places.find((each) => each.key === key)?.add(holder);
    }
    for (const each of places) each.granted(next(), next(), nowMs);
    return requests.map((request, at) => {
      const { index, waitMs, idle } = refusals[at] ?? { index: 0, waitMs: 0, idle: false };
      if (index === 0) return { verdict: { ok: true, windows: this.#states(request, resets) }, idle };
      const key = this.keys[index - 1] ?? '';
      const max = [...windows, ...places][index - 1]?.max ?? 0;
      return { verdict: { ok: false, key, max, retryAfterMs: waitMs }, idle };
    });
  }

  /** It was not answered: what it told is told again. */
  lost(nowMs: number): void {
    this.#options.windows.forEach((window, index) => {
      window.untell(this.#told[index] ?? new Map(), nowMs);
    });
  }

  #states(request: LimitRequest, resets: ReadonlyMap<string, number>): WindowState[] {
    return request.windows.map(({ key, max }) => {
      const remaining = this.#options.windows.find((window) => window.key === key)?.remaining ?? 0;
      return { key, max, remaining, resetMs: resets.get(key) ?? 0 };
    });
  }
}

/** What the requests take of each key together. */
function needs(requests: readonly LimitRequest[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { windows } of requests)
    for (const { key, amount } of windows) sums.set(key, (sums.get(key) ?? 0) + amount);
  return sums;
}
