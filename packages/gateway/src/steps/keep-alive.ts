// Tells the client of a silent event stream, in its dialect, that the relay is still there: before an answer and inside one.
import { NOT_LISTED } from '@api-proxy/kit/roster';
import type { Call } from '../call.ts';
import type { Exchange } from '../exchange.ts';
import { beginStream } from '../reply.ts';
import { patienceOf } from '../snapshot.ts';
import type { Deadlines, Watched } from '../upstream/deadlines.ts';

export type KeepAliveInput = {
  readonly exchange: Exchange;
  readonly deadlines: Deadlines;
  readonly monotonicMs: () => number;
};

/**
 * Shares the one timer of the deadlines: a keep-alive leaves up to 100 ms late. The first one of a client that waits for
 * an answer sends the head along; attempts go on behind it.
 */
export class KeepAlive implements Watched {
  dueMonoMs: number;
  readonly #input: KeepAliveInput;
  moved = false;
  place = NOT_LISTED;
  readonly movesByMs: number;
  #stopped = false;
  /** Of the answer under way: whether one may be written now without splitting an event. */
  #quiet: (() => boolean) | null = null;

  constructor(input: KeepAliveInput) {
    this.#input = input;
    this.movesByMs = patienceOf(input.exchange.snapshot).keepAliveMs;
    this.dueMonoMs = input.monotonicMs() + this.movesByMs;
    input.deadlines.watch(this);
  }

  /** An answer has begun. */
  follow(quiet: () => boolean): void {
    this.#quiet = quiet;
  }

  /** Something was sent to the client. */
  written(): void {
    this.moved = true;
  }

  expire(): void {
    const { exchange, deadlines, monotonicMs } = this.#input;
    if (this.#stopped || exchange.clientGone) return;
    if (this.#quiet === null ? this.#waits() : this.#quiet()) {
      exchange.res.write(exchange.endpoint.dialect.keepAlive);
    }
    this.dueMonoMs = monotonicMs() + this.movesByMs;
    deadlines.watch(this);
  }

  stop(): void {
    this.#stopped = true;
    this.#input.deadlines.forget(this);
  }

  /** Whether one may be written to a client that still waits; sends the head if that was not done. */
  #waits(): boolean {
    const { exchange } = this.#input;
    if (!exchange.streaming) beginStream(exchange);
    return !exchange.res.writableNeedDrain;
  }
}

/** From now on a client that asked for a stream does not wait in silence; null for every other. */
export function keepAliveFor(
  exchange: Exchange,
  call: Call,
  { deadlines, monotonicMs }: Omit<KeepAliveInput, 'exchange'>,
): KeepAlive | null {
  if (!call.stream) return null;
  const { operation } = exchange.endpoint;
  const streams =
    operation === 'generate' || (operation === 'stored_response' && exchange.req.method === 'GET');
  return streams ? new KeepAlive({ exchange, deadlines, monotonicMs }) : null;
}
