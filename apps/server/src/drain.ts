// Taking a worker out of service: not ready at once, no new requests after a grace time, the running ones to their end.
import type { ServerResponse } from 'node:http';
import { SECOND_MS, sleep } from '@api-proxy/kit/duration';
import { type Listed, NOT_LISTED, Roster } from '@api-proxy/kit/roster';

/** What is cut short gets this long for its last bytes: a client that reads slowly may miss them. */
const LAST_WORDS_MS = 2 * SECOND_MS;

export type DrainOptions = {
  graceMs: number;
  timeoutMs: number;
  closeDoors: () => void;
  /** Tells what is still running to end now. */
  cutShort: () => void;
};

export type Drained = { leftOver: number };

type Open = Listed & { readonly response: ServerResponse };

/** Counts requests and knows in which phase of its life the worker is. */
export class Drain {
  readonly #open = new Roster<Open>();
  #phase: 'serving' | 'draining' | 'closing' = 'serving';
  #onEmpty: (() => void) | undefined;
  #closeDoors: (() => void) | undefined;

  /** False as soon as the drain began: load balancers look elsewhere. */
  get ready(): boolean {
    return this.#phase === 'serving';
  }

  /** False once the grace time is over. */
  get accepts(): boolean {
    return this.#phase !== 'closing';
  }

  get inFlight(): number {
    return this.#open.size;
  }

  /** Counts a request until its connection or its answer ends; while draining, its connection is not used again. */
  track(response: ServerResponse): void {
    const open: Open = { place: NOT_LISTED, response };
    this.#open.add(open);
    if (!this.ready) response.shouldKeepAlive = false;
    response.on('close', () => {
      this.#open.delete(open);
      if (this.#open.size === 0) this.#onEmpty?.();
      // Its answer may have promised to keep the connection, which is idle in a moment.
      if (this.#closeDoors) setImmediate(this.#closeDoors);
    });
  }

  /**
   * Runs the drain: `graceMs` with the doors open, then `closeDoors` (also after each request that ends later), then up to `timeoutMs` for what is under way,
   * then `cutShort`. Gives the number of requests that were cut short.
   */
  async run(options: DrainOptions): Promise<Drained> {
    this.#phase = 'draining';
    for (const { response } of this.#open.all()) {
      if (!response.headersSent) response.shouldKeepAlive = false;
    }
    await sleep(options.graceMs);
    this.#phase = 'closing';
    this.#closeDoors = options.closeDoors;
    options.closeDoors();
    await this.#untilEmpty(options.timeoutMs);
    const leftOver = this.#open.size;
    if (leftOver > 0) {
      options.cutShort();
      await this.#untilEmpty(LAST_WORDS_MS);
    }
    return { leftOver };
  }

  async #untilEmpty(timeoutMs: number): Promise<void> {
    const waiting = new AbortController();
    this.#onEmpty = () => waiting.abort();
    if (this.#open.size === 0) return;
    await sleep(timeoutMs, waiting.signal).catch(() => undefined);
  }
}
