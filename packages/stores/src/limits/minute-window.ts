// A sliding minute over one-second buckets: the sum of the current second and the fifty-nine before it.
import { WINDOW_MS } from './port.ts';

const BUCKET_MS = 1_000;
const BUCKETS = WINDOW_MS / BUCKET_MS;

export class MinuteWindow {
  readonly #amounts = new Float64Array(BUCKETS);
  #sum = 0;
  /** Number, since the epoch, of the newest second counted. */
  #newest = 0;

  #advance(nowMs: number): void {
    const second = Math.floor(nowMs / BUCKET_MS);
    if (second <= this.#newest) return;
    const steps = Math.min(second - this.#newest, BUCKETS);
    for (let step = 1; step <= steps; step++) {
      const slot = (second - steps + step) % BUCKETS;
      this.#sum -= this.#amounts[slot] ?? 0;
      this.#amounts[slot] = 0;
    }
    this.#newest = second;
  }

  /** Counted within the last minute. */
  used(nowMs: number): number {
    this.#advance(nowMs);
    return this.#sum;
  }

  add(amount: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#put(this.#newest, amount);
  }

  /** Counted within the last `seconds`, the current one among them. */
  recent(seconds: number, nowMs: number): number {
    this.#advance(nowMs);
    let sum = 0;
    for (let age = 0; age < seconds; age++) {
      sum += this.#amounts[(((this.#newest - age) % BUCKETS) + BUCKETS) % BUCKETS] ?? 0;
    }
    return sum;
  }

  /** Changes what was counted at `atMs`, never below zero; nothing when that second has left the window. */
  correct(delta: number, atMs: number, nowMs: number): void {
    this.#advance(nowMs);
    const second = Math.floor(atMs / BUCKET_MS);
    if (second > this.#newest - BUCKETS && second <= this.#newest) this.#put(second, delta);
  }

  #put(second: number, amount: number): void {
    const slot = second % BUCKETS;
    const before = this.#amounts[slot] ?? 0;
    const after = Math.max(0, before + amount);
    this.#amounts[slot] = after;
    this.#sum += after - before;
  }

  /**
   * How long `amount` out of `max` has to wait; null: it may be taken now. More than the whole limit can pass only an empty
   * window.
   */
  refusal(amount: number, max: number, nowMs: number): number | null {
    const used = this.used(nowMs);
    if (used === 0 || used + amount <= max) return null;
    return Math.max(1, this.waitMs(Math.min(used, used + amount - max), nowMs));
  }

  /** Milliseconds until at least `amount` of what is counted has left the window. */
  waitMs(amount: number, nowMs: number): number {
    this.#advance(nowMs);
    // All of it, with something counted in this very second: no need to look at the others.
    const latest = this.#amounts[this.#newest % BUCKETS] ?? 0;
    if (amount >= this.#sum && latest > 0) return (this.#newest + BUCKETS) * BUCKET_MS - nowMs;
    let left = amount;
    for (let age = BUCKETS - 1; age >= 0; age--) {
      const second = this.#newest - age;
      left -= this.#amounts[((second % BUCKETS) + BUCKETS) % BUCKETS] ?? 0;
      if (left <= 0) return (second + BUCKETS) * BUCKET_MS - nowMs;
    }
    return WINDOW_MS;
  }
}
