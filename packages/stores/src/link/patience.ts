// The deadline of what somebody asks Redis: it measures how long Redis was silent, not how long this process or a burst took.
import { type Listed, NOT_LISTED, Roster } from '@api-proxy/kit/roster';

/** An asker may meet this much silence; a Redis that works through a burst is not away, nor is this process when busy. */
const SILENCE_MS = 200;
/** The silence is measured in turns of this length. */
const TURN_MS = 40;
const LONGEST_WAIT_MS = 2_000;

type Waiter = Listed & { silentMs: number; waitedMs: number; readonly reject: (error: Error) => void };

/** One timer for all that wait: an answer comes long before it, and a timer for each would cost more than the question. */
export class Patience {
  readonly #waiting = new Roster<Waiter>();
  #heardMs = 0;
  #beganMs = 0;
  #ticking = false;

  /** Something came from Redis. Any piece counts: an answer may come long after others that were asked for before. */
  heard(): void {
    this.#heardMs = performance.now();
  }

  /** Rejects (`timed out`) when nothing at all was heard for the deadline, or when the longest wait is over. */
  wait<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // The turn that is under way is no whole one: it does not count.
      const waiter = { place: NOT_LISTED, silentMs: -TURN_MS, waitedMs: -TURN_MS, reject };
      this.#waiting.add(waiter);
      if (!this.#ticking) this.#next();
      work.then(
        (answer) => {
          this.#waiting.delete(waiter);
          resolve(answer);
        },
        (error: unknown) => {
          this.#waiting.delete(waiter);
          reject(error);
        },
      );
    });
  }

  #next(): void {
    this.#ticking = true;
    this.#beganMs = performance.now();
    // Timers run before data that has arrived is read, immediates after.
    setTimeout(() => setImmediate(() => this.#look()), TURN_MS);
  }

  #look(): void {
    // A turn that comes late was spent by this process itself: nothing was written or read meanwhile.
    const busy = performance.now() - this.#beganMs > TURN_MS * 2;
    const heard = this.#heardMs >= this.#beganMs;
    for (const waiter of this.#waiting.all()) {
      if (heard) waiter.silentMs = Math.min(0, waiter.silentMs + TURN_MS);
      else if (!busy || waiter.silentMs < 0) waiter.silentMs += TURN_MS;
      waiter.waitedMs += TURN_MS;
      if (waiter.silentMs < SILENCE_MS && waiter.waitedMs < LONGEST_WAIT_MS) continue;
      this.#waiting.delete(waiter);
      waiter.reject(new Error('the script timed out'));
    }
    if (this.#waiting.size > 0) this.#next();
    else this.#ticking = false;
  }
}
