// The limits of one caller as one worker keeps them: used on leases where they are far, asked about together near them.
import { SECOND_MS } from '@api-proxy/kit/duration';
import { PlaceAccount, WindowAccount } from './account.ts';
import {
  type LimitRelease,
  type LimitRequest,
  type LimitVerdict,
  PLACE_RETRY_MS,
  type WindowState,
} from './port.ts';
import { type Ask, type Refusal, Statement } from './statement.ts';

/** More requests, and more that is only told, wait for the next statement: Redis does nothing else meanwhile. */
const ASKS_PER_STATEMENT = 128;
const TOLD_PER_STATEMENT = 64;
/** What others hold unused comes back within a moment: a refusal waits for that. */
const RECALL_MS = 20;
const RECALLS = 3;
/** After others were short, nothing is taken beyond what is needed for this long. */
const MODEST_MS = SECOND_MS;

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

type Account = WindowAccount | PlaceAccount;

type Waiting = {
  readonly request: LimitRequest;
  readonly resolve: (verdict: LimitVerdict) => void;
  recalls: number;
};

/** What of a request is asked about, and what its leases cover, which is used already. */
type Asking = {
  readonly waiting: Waiting;
  readonly ask: Ask;
  readonly reserved: Omit<Ask, 'holder' | 'nowMs'>;
};

/** One statement is under way at a time. */
export class CallerLimits {
  readonly #options: CallerLimitsOptions;
  readonly #windows = new Map<string, WindowAccount>();
  readonly #places = new Map<string, PlaceAccount>();
  /** What is told with the next statement, whoever asks. */
  readonly #due = new Set<Account>();
  #waiting: Waiting[] = [];
  #stating: Promise<void> | undefined;
  #modestUntilMs = 0;

  constructor(options: CallerLimitsOptions) {
    this.#options = options;
  }

  take(request: LimitRequest): LimitVerdict | Promise<LimitVerdict> {
    for (const { key, max } of request.windows) this.#window(key).asked(max);
    for (const { key, max } of request.slots) this.#place(key).asked(max, request.nowMs);
    if (!this.#options.isShared()) return this.#takeAlone(request);
    if (this.#isCovered(request)) return this.#spend(request);
    return new Promise((resolve) => this.#wait({ request, resolve, recalls: 0 }));
  }

  release({ holder, slots, windows, nowMs }: LimitRelease): void {
    for (const key of slots) {
      const place = this.#places.get(key);
      if (place?.remove(holder) === true && place.near) this.#due.add(place);
    }
    for (const { key, delta, takenAtMs } of windows) {
      const window = this.#windows.get(key);
      if (window === undefined || delta === 0) continue;
      window.correct(delta, takenAtMs, nowMs);
      if (window.near) this.#due.add(window);
    }
    this.#state();
  }

  used(key: string): number {
    return this.#places.get(key)?.used ?? 0;
  }

  /** Another worker is short: what lies unused goes back. */
  recall(): void {
    this.#modestUntilMs = this.#options.nowMs() + MODEST_MS;
    for (const account of this.#accounts()) if (account.lends) this.#due.add(account);
    this.#state();
  }

  /** What is overdue is told, what lies idle goes back; `restate` also tells what has not changed. */
  tend(restate: boolean): void {
    const nowMs = this.#options.nowMs();
    for (const account of this.#accounts()) {
      if (account.overdue(nowMs) || (restate && account instanceof PlaceAccount && account.stands)) {
        this.#due.add(account);
      } else if (account.idle(nowMs) && !this.#stating && !this.#due.has(account)) {
        this.#windows.delete(account.key);
        this.#places.delete(account.key);
      }
    }
    this.#state();
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
    for (const account of this.#accounts()) this.#due.add(account);
    this.#state();
  }

  /** Gives all leases and spare places back. */
  async close(): Promise<void> {
    this.#modestUntilMs = Number.POSITIVE_INFINITY;
    this.restate();
    while (this.#stating) await this.#stating;
  }

  *#accounts(): IterableIterator<Account> {
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

  #spend(request: LimitRequest): LimitVerdict {
    const { holder, windows, slots, nowMs } = request;
    for (const { key, amount } of windows) this.#window(key).spend(amount, nowMs);
    for (const { key } of slots) this.#place(key).add(holder);
    return this.#admitted(request);
  }

  #admitted({ windows, nowMs }: LimitRequest): LimitVerdict {
    const resetMs = (Math.floor(nowMs / SECOND_MS) + 60) * SECOND_MS - nowMs;
    const stateOf = ({ key, max }: { key: string; max: number }): WindowState => {
      return { key, max, remaining: this.#window(key).remaining, resetMs };
    };
    return { ok: true, windows: windows.map(stateOf) };
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
    for (const { key, amount } of windows) this.#window(key).countAlone(amount, workers, nowMs);
    return this.#admitted(request);
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (!this.#stating) this.#begin();
  }

  /** Tells what is due, when there is something and somebody to tell. */
  #state(): void {
    if (this.#due.size > 0 && !this.#stating && this.#options.isShared()) this.#begin();
  }

  #begin(): void {
    // What is asked for in the same turn goes into one statement.
    this.#stating = Promise.resolve()
      .then(() => this.#round())
      .finally(() => {
        this.#stating = undefined;
        this.#serveWaiting();
        if (this.#waiting.length > 0) this.#begin();
        else this.#state();
      });
  }

  async #round(): Promise<void> {
    const about = new Set<Account>();
    for (const account of this.#due) {
      if (about.size === TOLD_PER_STATEMENT) break;
      about.add(account);
      this.#due.delete(account);
    }
    const asking = this.#waiting.splice(0, ASKS_PER_STATEMENT).map((waiting) => this.#ask(waiting, about));
    const { workerId, workers, nowMs, state } = this.#options;
    const accounts = [...about];
    const statement = new Statement({
      ...{ workerId, workers: workers(), asks: asking.map(({ ask }) => ask) },
      nowMs: asking.reduce((latest, { ask }) => Math.max(latest, ask.nowMs), nowMs()),
      windows: accounts.filter((account) => account instanceof WindowAccount),
      places: accounts.filter((account) => account instanceof PlaceAccount),
      modest: nowMs() < this.#modestUntilMs,
    });
    try {
      const refusals = statement.answered(await state(statement));
      asking.forEach((one, index) => {
        const refusal = refusals[index];
        if (refusal) this.#refuse(one, refusal);
        else one.waiting.resolve(this.#admitted(one.waiting.request));
      });
    } catch {
      statement.lost(nowMs());
      for (const one of asking) {
        this.#unreserve(one);
        one.waiting.resolve(this.#takeAlone(one.waiting.request));
      }
    }
  }

  /** Uses what is covered; what is not, or is asked about anyway, is asked about. */
  #ask(waiting: Waiting, about: Set<Account>): Asking {
    const { holder, nowMs, windows, slots } = waiting.request;
    const ask = { holder, nowMs, places: [] as PlaceAccount[], windows: [] as Ask['windows'][0][] };
    const reserved = { places: [] as PlaceAccount[], windows: [] as Ask['windows'][0][] };
    for (const { key } of slots) {
      const place = this.#place(key);
      if (!about.has(place) && place.free) {
        place.add(holder);
        reserved.places.push(place);
      } else {
        about.add(place);
        ask.places.push(place);
      }
    }
    for (const { key, amount } of windows) {
      const account = this.#window(key);
      if (!about.has(account) && account.covers(amount, nowMs)) {
        account.spend(amount, nowMs);
        reserved.windows.push({ account, amount });
      } else {
        about.add(account);
        ask.windows.push({ account, amount });
      }
    }
    return { waiting, ask, reserved };
  }

  #unreserve({ ask, reserved }: Asking): void {
    for (const place of reserved.places) place.remove(ask.holder);
    for (const { account, amount } of reserved.windows)
      account.unspend(amount, ask.nowMs, this.#options.nowMs());
  }

  #refuse(asking: Asking, { key, max, retryAfterMs, idle }: Refusal): void {
    const { waiting } = asking;
    this.#unreserve(asking);
    if (!idle || waiting.recalls === RECALLS) {
      waiting.resolve({ ok: false, key, max, retryAfterMs });
      return;
    }
    waiting.recalls++;
    this.#options.short();
    setTimeout(() => this.#wait(waiting), RECALL_MS);
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
}
