// Deadlines of all running upstream calls, looked at by one timer instead of one timer per call.
import { type Listed, NOT_LISTED, Roster } from '@api-proxy/kit/roster';

export type Watched = Listed & {
  /** Monotonic time at which the call has taken too long; moved by the call itself. */
  dueMonoMs: number;
  /** Set with each sign of life, which costs less than reading the clock; the next look moves the deadline. */
  moved: boolean;
  /** How far a sign of life moves the deadline. */
  readonly movesByMs: number;
  expire(): void;
};

const TICK_MS = 100;

/** A look that comes later than this after the one before: the process stood still in between. */
const LATE_MS = 2 * TICK_MS;

/**
 * Deadlines are met to within 100 ms; those that were moved, to within 200 ms. Time in which the process stood still
 * does not count: what an upstream sent meanwhile lies unread, and its silence cannot be told from the relay's own.
 */
export class Deadlines {
  readonly #watched = new Roster<Watched>();
  readonly #nowMs: () => number;
  #timer: NodeJS.Timeout | null = null;
  #lookedAtMs = 0;

  constructor(monotonicMs: () => number) {
    this.#nowMs = monotonicMs;
  }

  watch(call: Watched): void {
    this.#watched.add(call);
    if (this.#timer) return;
    this.#lookedAtMs = this.#nowMs();
    this.#timer = setInterval(() => this.#look(), TICK_MS).unref();
  }

  forget(call: Watched): void {
    this.#watched.delete(call);
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const now = this.#nowMs();
    const sinceMs = now - this.#lookedAtMs;
    const stoodMs = sinceMs > LATE_MS ? sinceMs - TICK_MS : 0;
    this.#lookedAtMs = now;
    for (const call of this.#watched.all()) {
      // Another one's end may have been its end too.
      if (call.place === NOT_LISTED) continue;
      if (call.moved) {
        call.moved = false;
        call.dueMonoMs = now + call.movesByMs;
      } else call.dueMonoMs += stoodMs;
      if (call.dueMonoMs > now) continue;
      this.#watched.delete(call);
      call.expire();
    }
  }
}
