// The moment an upstream still has after the event that ends its stream: for usage that follows, and for its own end.
import { NOT_LISTED } from '@api-proxy/kit/roster';
import type { Exchange } from '../exchange.ts';
import { patienceOf } from '../snapshot.ts';
import type { Deadlines, Watched } from '../upstream/deadlines.ts';

export type GraceInput = {
  readonly exchange: Exchange;
  readonly deadlines: Deadlines;
  readonly monotonicMs: () => number;
};

/** Shares the one timer of the deadlines, like the keep-alives. */
export class Grace implements Watched {
  dueMonoMs: number;
  moved = false;
  place = NOT_LISTED;
  readonly movesByMs = 0;
  readonly #deadlines: Deadlines;
  readonly #over: () => void;

  constructor({ exchange, deadlines, monotonicMs }: GraceInput, over: () => void) {
    this.#deadlines = deadlines;
    this.#over = over;
    this.dueMonoMs = monotonicMs() + patienceOf(exchange.snapshot).afterEndMs;
    deadlines.watch(this);
  }

  expire(): void {
    this.#over();
  }

  stop(): void {
    this.#deadlines.forget(this);
  }
}
