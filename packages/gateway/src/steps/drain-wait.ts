// A client that leaves before its answer has begun, where the channel drains: the upstream is waited for all the same, for a while.
import type { Exchange, Waiting } from '../exchange.ts';
import { patienceOf } from '../snapshot.ts';
import type { UpstreamCall } from '../upstream/upstream-call.ts';

/** Answers that are read, or waited for, for clients that have left: of this process. */
export type DrainCount = { count: number };

export class DrainWait implements Waiting {
  readonly #exchange: Exchange;
  readonly #upstream: UpstreamCall;
  readonly #draining: DrainCount;
  #timer: NodeJS.Timeout | null = null;

  constructor(exchange: Exchange, upstream: UpstreamCall, draining: DrainCount) {
    this.#exchange = exchange;
    this.#upstream = upstream;
    this.#draining = draining;
  }

  clientGone(): void {
    const { drainMs, drainsAtOnce } = patienceOf(this.#exchange.snapshot);
    if (this.#exchange.interrupted || this.#timer || this.#draining.count >= drainsAtOnce) {
      this.#upstream.abort();
      return;
    }
    this.#draining.count++;
    this.#timer = setTimeout(() => this.#upstream.abort(), drainMs);
  }

  /** The upstream has opened. @returns whether its answer is to be read although nobody waits for it */
  end(): boolean {
    if (!this.#timer) return false;
    clearTimeout(this.#timer);
    this.#draining.count--;
    return !this.#exchange.interrupted;
  }
}
