// The limits of one caller as one worker keeps them: used on leases where they are far, asked about together near them.
import { SECOND_MS } from '@api-proxy/kit/duration';
import { PlaceAccount, WindowAccount } from './account.ts';
import type { LimitRelease, LimitRequest, LimitVerdict, WindowState } from './port.ts';
import { Statement } from './statement.ts';

/** More requests wait for the next statement. */
const REQUESTS_PER_STATEMENT = 128;
/** What others hold unused comes back within a moment: a refusal waits for that. */
const RECALL_MS = 20;
const RECALLS = 3;
/** After others were short, nothing is taken beyond what is needed for this long. */
const MODEST_MS = SECOND_MS;
/** How long a caller that is over its number of parallel calls is asked to wait. */
const PLACE_RETRY_MS = 1_000;

export type CallerLimitsOptions = {
  /** Runs the script. Rejects while Redis is away. */
  readonly state: (statement: Statement) => Promise<unknown>;
  readonly isShared: () => boolean;
  readonly workerId: string;
  /** Workers that share the limits; at least 1. */
  readonly workers: () => number;
  readonly nowMs: () => number;
  /** A request was refused only because of what other workers hold unused. */
  readonly short: () => void;
};

type Waiting = {
  readonly request: LimitRequest;
  readonly resolve: (verdict: LimitVerdict) => void;
  recalls: number;
};

/** One statement is under way at a time, and nothing is used meanwhile: what it says is true when it is answered. */
export class CallerLimits {
  readonly #options: CallerLimitsOptions;
  readonly #windows = new Map<string, WindowAccount>();
  readonly #places = new Map<string, PlaceAccount>();
  /** What the next statement is about. */
  readonly #touched = new Set<WindowAccount | PlaceAccount>();
  #waiting: Waiting[] = [];
  #stating: Promise<void> | undefined;
  #again = false;
  #modestUntilMs = 0;

  constructor(options: CallerLimitsOptions) {
    this.#options = options;
  }

  take(request: LimitRequest): LimitVerdict | Promise<LimitVerdict> {
    for (const { key, max } of request.windows) this.#window(key).max = max;
    for (const { key, max } of request.slots) this.#place(key).asked(max, request.nowMs);
    if (!this.#options.isShared()) return this.#takeAlone(request);
    if (this.#stating === undefined && this.#isCovered(request)) return this.#spend(request);
    return new Promise((resolve) => this.#wait({ request, resolve, recalls: 0 }));
  }

  release({ holder, slots, windows, nowMs }: LimitRelease): void {
    let urgent = false;
    for (const key of slots) {
      const place = this.#places.get(key);
      if (place?.remove(holder) !== true) continue;
      this.#touched.add(place);
      if (place.near) urgent = true;
    }
    for (const { key, delta, takenAtMs } of windows) {
      const window = this.#windows.get(key);
      if (window === undefined || delta === 0) continue;
      window.correct(delta, takenAtMs, nowMs);
      this.#touched.add(window);
      if (window.near) urgent = true;
    }
    if (urgent && this.#options.isShared()) this.#state();
  }

  used(key: string): number {
    return this.#places.get(key)?.used ?? 0;
  }

  /** Another worker is short: what lies unused goes back. */
  recall(): void {
    this.#modestUntilMs = this.#options.nowMs() + MODEST_MS;
    let lends = false;
    for (const account of this.#accounts()) {
      if (!account.lends) continue;
      this.#touched.add(account);
      lends = true;
    }
    if (lends) this.#state();
  }

  /** What is overdue is told, what lies idle goes back; `restate` also tells what has not changed. */
  tend(restate: boolean): void {
    const nowMs = this.#options.nowMs();
    let due = false;
    for (const account of this.#accounts()) {
      if (account.overdue(nowMs) || (restate && account instanceof PlaceAccount && account.stands)) {
        this.#touched.add(account);
        due = true;
      } else if (account.idle(nowMs) && !this.#touched.has(account)) {
        this.#windows.delete(account.key);
        this.#places.delete(account.key);
      }
    }
    if (due && this.#options.isShared()) this.#state();
  }

  get idle(): boolean {
    return (
      this.#windows.size === 0 && this.#places.size === 0 && this.#waiting.length === 0 && !this.#stating
    );
  }

  lose(): void {
    for (const account of this.#accounts()) account.lose();
  }

  /** Redis is back, perhaps empty: what is used here and what was used meanwhile is told. */
  restate(): void {
    for (const account of this.#accounts()) this.#touched.add(account);
    this.#state();
  }

  /** Gives all leases and spare places back. */
  async close(): Promise<void> {
    this.#modestUntilMs = Number.POSITIVE_INFINITY;
    await this.#stating;
    this.restate();
    await this.#stating;
  }

  *#accounts(): IterableIterator<WindowAccount | PlaceAccount> {
    yield* this.#windows.values();
    yield* this.#places.values();
  }

  #window(key: string): WindowAccount {
    const known = this.#windows.get(key);
    if (known) return known;
    const window = new WindowAccount(key);
    this.#windows.set(key, window);
    return window;
  }

  #place(key: string): PlaceAccount {
    const known = this.#places.get(key);
    if (known) return known;
    const place = new PlaceAccount(key);
    this.#places.set(key, place);
    return place;
  }

  #isCovered({ windows, slots, nowMs }: LimitRequest): boolean {
    for (const { key, amount } of windows) if (!this.#window(key).covers(amount, nowMs)) return false;
    for (const { key } of slots) if (!this.#place(key).free) return false;
    return true;
  }

  #spend({ holder, windows, slots, nowMs }: LimitRequest): LimitVerdict {
    for (const { key, amount } of windows) {
      const window = this.#window(key);
      window.spend(amount, nowMs);
      this.#touched.add(window);
    }
    for (const { key } of slots) {
      const place = this.#place(key);
      place.add(holder);
      this.#touched.add(place);
    }
    return { ok: true, windows: this.#states(windows, nowMs) };
  }

  #states(windows: LimitRequest['windows'], nowMs: number): WindowState[] {
    const resetMs = (Math.floor(nowMs / SECOND_MS) + 60) * SECOND_MS - nowMs;
    return windows.map(({ key, max }) => ({ key, max, remaining: this.#window(key).remaining, resetMs }));
  }

  /** With this worker's part of each limit. */
  #takeAlone(request: LimitRequest): LimitVerdict {
    const { holder, windows, slots, nowMs } = request;
    const workers = this.#options.workers();
    for (const { key, max } of slots) {
      if (!this.#place(key).freeAlone(workers)) return { ok: false, key, max, retryAfterMs: PLACE_RETRY_MS };
    }
    for (const { key, max, amount } of windows) {
      const retryAfterMs = this.#window(key).refusedAlone(amount, workers, nowMs);
      if (retryAfterMs !== null) return { ok: false, key, max, retryAfterMs };
    }
    for (const { key } of slots) this.#place(key).add(holder);
    for (const { key, amount } of windows) {
      const window = this.#window(key);
      window.countAlone(amount, workers, nowMs);
      this.#touched.add(window);
    }
    return { ok: true, windows: this.#states(windows, nowMs) };
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (!this.#stating) this.#begin();
  }

  /** There is something to tell. */
  #state(): void {
    if (this.#stating) this.#again = true;
    else this.#begin();
  }

  #begin(): void {
    // What is asked for in the same turn goes into one statement.
    this.#stating = Promise.resolve()
      .then(() => this.#round())
      .finally(() => {
        this.#stating = undefined;
        const again = this.#again && this.#touched.size > 0;
        this.#again = false;
        this.#serveWaiting();
        if (again || this.#waiting.length > 0) this.#begin();
      });
  }

  async #round(): Promise<void> {
    const asking = this.#waiting.splice(0, REQUESTS_PER_STATEMENT);
    for (const { request } of asking) {
      for (const { key } of request.windows) this.#touched.add(this.#window(key));
      for (const { key } of request.slots) this.#touched.add(this.#place(key));
    }
    const { workerId, workers, nowMs, state } = this.#options;
    const touched = [...this.#touched];
    this.#touched.clear();
    const statement = new Statement({
      ...{ workerId, workers: workers(), requests: asking.map(({ request }) => request) },
      nowMs: asking.reduce((latest, { request }) => Math.max(latest, request.nowMs), nowMs()),
      windows: touched.filter((account) => account instanceof WindowAccount),
      places: touched.filter((account) => account instanceof PlaceAccount),
      modest: nowMs() < this.#modestUntilMs,
    });
    try {
      const outcomes = statement.answered(await state(statement));
      outcomes.forEach(({ verdict, idle }, index) => {
        const waiting = asking[index];
        if (!waiting) return;
        if (idle && waiting.recalls < RECALLS) this.#recallFor(waiting);
        else waiting.resolve(verdict);
      });
    } catch {
      statement.lost(nowMs());
      for (const account of touched) {
        account.lose();
        this.#touched.add(account);
      }
      for (const { request, resolve } of asking) resolve(this.#takeAlone(request));
    }
  }

  /** Those who came while a statement was under way: what is on lease now may cover them. */
  #serveWaiting(): void {
    while (true) {
      const [first] = this.#waiting;
      if (!first || !this.#isCovered(first.request)) return;
      this.#waiting.shift();
      first.resolve(this.#spend(first.request));
    }
  }

  #recallFor(waiting: Waiting): void {
    waiting.recalls++;
    this.#options.short();
    setTimeout(() => this.#wait(waiting), RECALL_MS);
  }
}
