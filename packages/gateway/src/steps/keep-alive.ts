// Tells the client of a silent event stream, in its dialect, that the relay is still there.
import { NOT_LISTED } from '@api-proxy/kit/roster';
import type { Exchange } from '../exchange.ts';
import { patienceOf } from '../snapshot.ts';
import type { Deadlines, Watched } from '../upstream/deadlines.ts';

export type KeepAliveInput = {
  readonly exchange: Exchange;
  readonly deadlines: Deadlines;
  readonly monotonicMs: () => number;
  /** Whether one may be written now without splitting an event. */
  quiet(): boolean;
};

/** Shares the one timer of the deadlines: a keep-alive leaves up to 100 ms late. */
export class KeepAlive implements Watched {
  dueMonoMs: number;
  readonly #input: KeepAliveInput;
  moved = false;
  place = NOT_LISTED;
  readonly movesByMs: number;
  #stopped = false;

  constructor(input: KeepAliveInput) {
    this.#input = input;
    this.movesByMs = patienceOf(input.exchange.snapshot).keepAliveMs;
    this.dueMonoMs = input.monotonicMs() + this.movesByMs;
    input.deadlines.watch(this);
  }

  /** Something was sent to the client. */
  written(): void {
    this.moved = true;
  }

  expire(): void {
    if (this.#stopped) return;
    const { exchange, deadlines, quiet } = this.#input;
    if (quiet()) exchange.res.write(exchange.endpoint.dialect.keepAlive);
    this.dueMonoMs = this.#input.monotonicMs() + this.movesByMs;
    deadlines.watch(this);
  }

  stop(): void {
    this.#stopped = true;
    this.#input.deadlines.forget(this);
  }
}
