// This worker's places at one channel: what it has, what it uses, and when the shared count must be told or asked.

export type Statement = { readonly used: number; readonly wanted: number; readonly max: number };
export type Grant = { readonly granted: number; readonly others: number };

export type PoolOptions = {
  /** States it in the shared store. Rejects while that is away. */
  state(statement: Statement): Promise<Grant>;
  /** Whether the shared store answers. */
  isShared(): boolean;
  /** Workers that share the places; at least 1. */
  instances(): number;
  nowMs(): number;
  /** A call of this worker was refused while other workers hold places. */
  short(): void;
};

type Waiter = (taken: boolean) => void;

/** How many times the workers' spare places together fit into the limit. */
const SPARE_PART = 8;
/** A spare place that nobody used for this long goes back. */
const SPARE_MS = 1_000;
/** After a place was given up for another worker, this one asks for no more than its part for this long. */
const YIELD_MS = 300;

/** One statement is under way at a time, so that answers never overtake each other. */
export class PlacePool {
  readonly #options: PoolOptions;
  #max = 1;
  #granted = 0;
  #others = 0;
  #used = 0;
  /** Places asked for ahead. */
  #ahead = 0;
  #waiters: Waiter[] = [];
  #stating: Promise<void> | undefined;
  #dirty = false;
  #usedAtMs = 0;
  #owes = false;
  #modestUntilMs = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get used(): number {
    return this.#used;
  }

  get usedByAll(): number {
    return this.#used + (this.#options.isShared() ? this.#others : 0);
  }

  get idle(): boolean {
    return this.#used === 0 && this.#granted === 0 && !this.#stating;
  }

  tryTake(max: number): boolean | Promise<boolean> {
    this.#max = max;
    this.#usedAtMs = this.#options.nowMs();
    if (!this.#options.isShared()) return this.#takeLocally();
    if (this.#granted > this.#used && this.#used < max) {
      this.#used++;
      return true;
    }
    if (this.#isModest()) return false;
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      // A statement that is under way may bring a place for it, and is followed by another otherwise.
      if (!this.#stating) this.#state();
    });
  }

  prepare(max: number): void {
    this.#max = max;
    if (this.#granted > this.#used || !this.#options.isShared() || this.#isModest()) return;
    this.#usedAtMs = this.#options.nowMs();
    this.#ahead++;
    this.#state();
  }

  release(): void {
    this.#used--;
    if (this.#owes) {
      this.#owes = false;
      this.#modestUntilMs = this.#options.nowMs() + YIELD_MS;
      this.#granted = Math.min(this.#granted, this.#used);
      this.#dirty = true;
    }
    // Whoever waits in this worker takes it first; what is then too much goes back.
    queueMicrotask(() => {
      if (this.#granted > this.#used + this.#spare() || this.#dirty) this.#state();
    });
  }

  /** Another worker is short of places: beyond its part this one gives the next up. */
  yield(): void {
    if (this.#used > this.#part()) this.#owes = true;
    if (this.#granted > this.#used) this.#state();
  }

  /** Spare places that lie idle go back; `restate` also tells what has not changed. */
  tend(restate: boolean): void {
    const lying = this.#options.nowMs() - this.#usedAtMs >= SPARE_MS && this.#granted > this.#used;
    if (lying || (restate && this.#granted > 0)) this.#state();
  }

  /** The shared store was lost: what others hold is not known, what is used here is told when it is back. */
  restate(): void {
    this.#granted = this.#used;
    this.#state();
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#stating) await this.#stating;
  }

  #takeLocally(): boolean {
    if (this.#used >= Math.max(1, Math.floor(this.#max / this.#options.instances()))) return false;
    this.#used++;
    return true;
  }

  #part(): number {
    return Math.floor(this.#max / this.#options.instances());
  }

  #isModest(): boolean {
    return this.#used >= this.#part() && this.#options.nowMs() < this.#modestUntilMs;
  }

  /** Kept beyond what is used, while the limit is far and calls come. */
  #spare(): number {
    const { nowMs, instances } = this.#options;
    if (nowMs() - this.#usedAtMs >= SPARE_MS || (this.#others + this.#used) * 2 > this.#max) return 0;
    return Math.floor(this.#max / (SPARE_PART * instances()));
  }

  #state(): void {
    if (this.#stating) {
      this.#dirty = true;
      return;
    }
    // What is asked for in the same turn goes into one statement.
    this.#stating = Promise.resolve()
      .then(() => this.#round())
      .finally(() => {
        this.#stating = undefined;
        if (this.#dirty || this.#waiters.length > 0) this.#state();
      });
  }

  async #round(): Promise<void> {
    this.#dirty = false;
    const waiting = this.#waiters.splice(0);
    const asked = Math.max(waiting.length, this.#ahead);
    this.#ahead = 0;
    const wanted = Math.min(this.#max, this.#used + asked + this.#spare());
    // What is given back can't be used from here on.
    this.#granted = Math.min(this.#granted, Math.max(wanted, this.#used));
    const statement = { used: this.#used, wanted, max: this.#max };
    try {
      const { granted, others } = await this.#options.state(statement);
      this.#granted = granted;
      this.#others = others;
    } catch {
      for (const resolve of waiting) resolve(this.#takeLocally());
      return;
    }
    for (const resolve of waiting) {
      const taken = this.#granted > this.#used;
      if (taken) this.#used++;
      else if (this.#others > 0) this.#options.short();
      resolve(taken);
    }
    // Those who came meanwhile are served from what is left; the others are in the next statement.
    while (this.#granted > this.#used && this.#waiters.length > 0) {
      this.#used++;
      this.#waiters.shift()?.(true);
    }
  }
}
