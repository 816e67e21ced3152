// Where a channel drains: for a client that has left, its answer is waited for and read all the same, for a while and a few at a time.
import type { Exchange, Waiting } from '../exchange.ts';
import { patienceOf } from '../snapshot.ts';
import type { UpstreamCall } from '../upstream/upstream-call.ts';

/** Answers that are read, or waited for, for clients that have left: of this process. */
export type DrainCount = { count: number };

/** Who reads, and is told when the time is up. */
export type DrainReader = { stop(): void };

/** One deadline from the moment the client left, whoever reads meanwhile. Ended with its request, in relay.ts. */
export class Drain {
  reader: DrainReader;
  readonly #count: DrainCount;
  readonly #timer: NodeJS.Timeout;

  constructor(reader: DrainReader, { count, forMs }: { count: DrainCount; forMs: number }) {
    this.reader = reader;
    this.#count = count;
    count.count++;
    this.#timer = setTimeout(() => this.reader.stop(), forMs);
  }

  /** Once. */
  end(): void {
    clearTimeout(this.#timer);
    this.#count.count--;
  }
}

/** Whether `reader` is to go on although the client has left: not when the relay stops, nor beyond what is allowed at once. */
export function readsOn(exchange: Exchange, count: DrainCount, reader: DrainReader): boolean {
  if (exchange.drain !== null) {
    exchange.drain.reader = reader;
    return true;
  }
  const { drainMs, drainsAtOnce } = patienceOf(exchange.snapshot);
  if (exchange.interrupted || count.count >= drainsAtOnce) return false;
  exchange.drain = new Drain(reader, { count, forMs: drainMs });
  return true;
}

/** A client that leaves before its answer has begun: a call that is not streamed has its first byte at its end. */
export class DrainWait implements Waiting, DrainReader {
  readonly #exchange: Exchange;
  readonly #upstream: UpstreamCall;
  readonly #count: DrainCount;

  constructor(exchange: Exchange, upstream: UpstreamCall, count: DrainCount) {
    this.#exchange = exchange;
    this.#upstream = upstream;
    this.#count = count;
  }

  clientGone(): void {
    if (!readsOn(this.#exchange, this.#count, this)) this.stop();
  }

  stop(): void {
    this.#upstream.abort();
  }
}
