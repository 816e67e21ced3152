// One statement to Redis about the limits of one caller: what it says, and what its answer means.
import { SECOND_MS } from '@api-proxy/kit/duration';
import { LEASE_MS, type PlaceAccount, type WindowAccount } from './account.ts';

/** Places of a worker that is not heard of are free after this time. */
const PLACES_MS = 60_000;

/** What a request needs that no lease covers: all of it is taken, or nothing. */
export type Ask = {
  readonly holder: string;
  readonly nowMs: number;
  readonly places: readonly PlaceAccount[];
  readonly windows: readonly { readonly account: WindowAccount; readonly amount: number }[];
};

export type StatementOptions = {
  readonly workerId: string;
  readonly workers: number;
  readonly nowMs: number;
  /** All that the asks name, and others of which something is to be told. */
  readonly windows: readonly WindowAccount[];
  readonly places: readonly PlaceAccount[];
  readonly asks: readonly Ask[];
  /** No leases, no spare places: somebody else is short. */
  readonly modest: boolean;
};

export type Refusal = {
  readonly key: string;
  readonly max: number;
  readonly retryAfterMs: number;
  /** Only what other workers hold unused stands in the way. */
  readonly idle: boolean;
};

/** Nothing of the accounts that it is about is used until it is answered. */
export class Statement {
  readonly #options: StatementOptions;
  readonly #accounts: readonly (WindowAccount | PlaceAccount)[];
  readonly #told: ReadonlyMap<number, number>[];
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];

  /** Takes from the accounts what they have to tell. */
  constructor(options: StatementOptions) {
    this.#options = options;
    this.#told = options.windows.map((window) => window.tell());
    for (const place of options.places) place.tell();
    this.#accounts = [...options.windows, ...options.places];
    this.keys = this.#accounts.map(({ key }) => key);
    this.args = this.#write();
  }

  #write(): (string | number)[] {
    const { workerId, workers, nowMs, windows, places, asks, modest } = this.#options;
    const needed = needs(asks);
    const args: (string | number)[] = [nowMs, workerId, LEASE_MS, PLACES_MS, windows.length];
    windows.forEach((window, index) => {
      const told = this.#told[index] ?? new Map();
      args.push(window.max, modest ? 0 : window.wanted(needed.get(window) ?? 0, workers, nowMs));
      args.push(told.size);
      for (const [second, amount] of told) args.push(second, amount);
    });
    for (const place of places) args.push(place.max, place.used, modest ? 0 : place.spare(workers, nowMs));
    const numbers = new Map(this.#accounts.map((account, index) => [account, index + 1]));
    args.push(asks.length);
    for (const ask of asks) {
      args.push(Math.floor(ask.nowMs / SECOND_MS), ask.places.length + ask.windows.length);
      for (const place of ask.places) args.push(numbers.get(place) ?? 0, 1);
      for (const { account, amount } of ask.windows) args.push(numbers.get(account) ?? 0, amount);
    }
    return args;
  }

  /**
   * Takes the answer of the script into the accounts.
   * @returns for each ask why it was refused; null: it was not. @throws TypeError for what is no answer of it.
   */
  answered(answer: unknown): (Refusal | null)[] {
    if (!Array.isArray(answer)) throw new TypeError('the script of limits gave no list');
    let at = 0;
    const next = () => Number(answer[at++] ?? 0);
    const { windows, places, asks, nowMs } = this.#options;
    const refusals = asks.map(() => this.#refusal(next(), next(), next()));
    for (const window of windows) window.granted(next(), next(), nowMs);
    asks.forEach((ask, index) => {
      if (refusals[index] !== null) return;
      for (const { account, amount } of ask.windows) account.count(amount, ask.nowMs);
      for (const place of ask.places) place.add(ask.holder);
    });
    for (const place of places) place.granted(next(), next(), nowMs);
    return refusals;
  }

  #refusal(number: number, retryAfterMs: number, idle: number): Refusal | null {
    const account = this.#accounts[number - 1];
    return account ? { key: account.key, max: account.max, retryAfterMs, idle: idle === 1 } : null;
  }

  /** It was not answered: what it told is told again. */
  lost(nowMs: number): void {
    this.#options.windows.forEach((window, index) => {
      window.untell(this.#told[index] ?? new Map(), nowMs);
    });
    for (const account of this.#accounts) account.lose();
  }
}

/** What the asks take of each window together. */
function needs(asks: readonly Ask[]): Map<WindowAccount, number> {
  const sums = new Map<WindowAccount, number>();
  for (const { windows } of asks)
    for (const { account, amount } of windows) sums.set(account, (sums.get(account) ?? 0) + amount);
  return sums;
}
