// What one worker knows of a shared limit: what it may use without asking, what it used and has not told yet.
import { SECOND_MS } from '@api-proxy/kit/duration';
import { MinuteWindow } from './minute-window.ts';
import { WINDOW_MS } from './port.ts';

/** A lease is what this worker used in this many seconds, and at least several times what it needs now. */
const FORESIGHT_S = 3;
const FORESIGHT_TIMES = 8;
/** A limit is lent out in parts of this many to each worker: what lies idle elsewhere stays small. */
const LEASES_PER_WORKER = 16;
/** Smaller leases are not worth the imprecision: such a limit is asked about each time. */
const LEAST_LEASE = 8;
const SPARE_PLACES_PER_WORKER = 8;
/** A lease or spare place that nobody used for this long goes back, and what was used on it is told. */
const IDLE_MS = 5 * SECOND_MS;
export const LEASE_MS = 20 * SECOND_MS;
/** Nothing is used on a lease that Redis may believe lost: only the first half of its life counts. */
const LEASE_USED_MS = LEASE_MS / 2;

/** What one of the workers may use of a limit without Redis: at least one. */
function partOf(max: number, workers: number): number {
  return Math.max(1, Math.floor(max / workers));
}

export class WindowAccount {
  readonly key: string;
  max = 1;
  /** Last known to be left of the shared window, without what was used here since. */
  remaining = 0;
  /** Half of it is used: leases end, and what is given back is told at once. */
  near = true;
  /** What may still be used without asking. */
  #lease = 0;
  #leasedAtMs = 0;
  /** All that this worker admitted, for the time without Redis and for what it will need. */
  readonly #own = new MinuteWindow();
  /** Second → amount, negative for corrections: not told yet. */
  #untold = new Map<number, number>();
  #untoldSinceMs = 0;
  #usedAtMs = 0;

  constructor(key: string) {
    this.key = key;
  }

  /** Somebody wants some of `max`: what was lent out of a larger limit is void. */
  asked(max: number): void {
    if (max < this.max) this.lose();
    this.max = max;
  }

  /** Whether `amount` is covered by the lease. */
  covers(amount: number, nowMs: number): boolean {
    return this.#lease > 0 && amount <= this.#lease && nowMs - this.#leasedAtMs < LEASE_USED_MS;
  }

  /** Uses the lease. */
  spend(amount: number, nowMs: number): void {
    this.#lease -= amount;
    this.remaining = Math.max(0, this.remaining - amount);
    this.#use(amount, nowMs);
  }

  /** Counts what Redis does not know yet. */
  #use(amount: number, nowMs: number): void {
    this.count(amount, nowMs);
    this.#note(amount, Math.floor(nowMs / SECOND_MS), nowMs);
  }

  /** Counts what Redis admitted and knows. */
  count(amount: number, nowMs: number): void {
    this.#usedAtMs = nowMs;
    this.#own.add(amount, nowMs);
  }

  /** Gives back what was spent for a request that was refused: not to the lease, which may have been told of since. */
  unspend(amount: number, takenAtMs: number, nowMs: number): void {
    this.remaining += amount;
    this.correct(-amount, takenAtMs, nowMs);
  }

  correct(delta: number, takenAtMs: number, nowMs: number): void {
    if (nowMs - takenAtMs >= WINDOW_MS) return;
    this.#own.correct(delta, takenAtMs, nowMs);
    this.#note(delta, Math.floor(takenAtMs / SECOND_MS), nowMs);
  }

  #note(amount: number, second: number, nowMs: number): void {
    if (this.#untold.size === 0) this.#untoldSinceMs = nowMs;
    this.#untold.set(second, (this.#untold.get(second) ?? 0) + amount);
  }

  /** What is told now; it is this statement's, and nothing may be used until its answer. */
  tell(): ReadonlyMap<number, number> {
    this.#lease = 0;
    const told = this.#untold;
    if (told.size > 0) this.#untold = new Map();
    return told;
  }

  /** It was perhaps not heard: it is told again, rather twice than never. */
  untell(told: ReadonlyMap<number, number>, nowMs: number): void {
    for (const [second, amount] of told) this.#note(amount, second, nowMs);
  }

  granted(lease: number, remaining: number, nowMs: number): void {
    this.#lease = lease;
    this.#leasedAtMs = nowMs;
    this.remaining = remaining;
    this.near = remaining * 2 <= this.max;
  }

  /** What to ask for beside the `amount` that is needed now. */
  wanted(amount: number, workers: number, nowMs: number): number {
    const most = Math.floor(this.max / (LEASES_PER_WORKER * workers));
    if (most < LEAST_LEASE) return 0;
    return Math.min(
      most,
      Math.ceil(Math.max(this.#own.recent(FORESIGHT_S, nowMs), amount * FORESIGHT_TIMES)),
    );
  }

  /** Redis is lost: leases are void. */
  lose(): void {
    this.#lease = 0;
  }

  /** Why this worker's part of the limit does not admit `amount`: how long until it does; null when it does. */
  refusedAlone(amount: number, workers: number, nowMs: number): number | null {
    return this.#own.refusal(amount, partOf(this.max, workers), nowMs);
  }

  /** Admits without Redis: it is told when that is back. */
  countAlone(amount: number, workers: number, nowMs: number): void {
    this.#use(amount, nowMs);
    this.remaining = Math.max(0, partOf(this.max, workers) - this.#own.used(nowMs));
  }

  get lends(): boolean {
    return this.#lease > 0;
  }

  get untold(): boolean {
    return this.#untold.size > 0;
  }

  /** Something lies here that Redis should hear of or have back. */
  overdue(nowMs: number): boolean {
    if (this.untold && nowMs - this.#untoldSinceMs >= IDLE_MS) return true;
    return this.lends && nowMs - this.#usedAtMs >= IDLE_MS;
  }

  /** Nothing would be lost with it. */
  idle(nowMs: number): boolean {
    return !this.lends && !this.untold && nowMs - this.#usedAtMs > WINDOW_MS + SECOND_MS;
  }
}

export class PlaceAccount {
  readonly key: string;
  max = 1;
  readonly #holders = new Set<string>();
  #held = 0;
  #others = 0;
  #usedAtMs = 0;
  #statedAtMs = 0;
  #asked = false;

  constructor(key: string) {
    this.key = key;
  }

  get used(): number {
    return this.#holders.size;
  }

  /** Half of the places are held: what becomes free is told at once. */
  get near(): boolean {
    return (this.#held + this.#others) * 2 >= this.max;
  }

  /** Whether a place is left of those that are held. */
  get free(): boolean {
    return !this.#asked && this.#held > this.used && this.used < this.max;
  }

  /** A statement is about it: none is used until the answer. */
  tell(): void {
    this.#asked = true;
  }

  /** Somebody wants one of `max` places. */
  asked(max: number, nowMs: number): void {
    this.max = max;
    this.#usedAtMs = nowMs;
  }

  add(holder: string): void {
    this.#holders.add(holder);
  }

  /** @returns false when it holds none, so that giving back twice changes nothing. */
  remove(holder: string): boolean {
    return this.#holders.delete(holder);
  }

  /** Held beyond what is used, while calls come. */
  spare(workers: number, nowMs: number): number {
    if (nowMs - this.#usedAtMs >= IDLE_MS) return 0;
    return Math.floor(this.max / (SPARE_PLACES_PER_WORKER * workers));
  }

  granted(held: number, others: number, nowMs: number): void {
    this.#held = held;
    this.#others = others;
    this.#statedAtMs = nowMs;
    this.#asked = false;
  }

  lose(): void {
    this.#held = this.used;
    this.#asked = false;
  }

  freeAlone(workers: number): boolean {
    return this.used < partOf(this.max, workers);
  }

  overdue(nowMs: number): boolean {
    return this.lends && nowMs - this.#statedAtMs >= IDLE_MS;
  }

  get lends(): boolean {
    return this.#held > this.used;
  }

  /** What must be stated again before it is believed lost. */
  get stands(): boolean {
    return this.used > 0 || this.#held > 0;
  }

  idle(): boolean {
    return !this.stands;
  }
}
