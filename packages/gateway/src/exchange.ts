// One request's HTTP side: the sockets, when it came, and whether the client is still there.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NOT_LISTED } from '@api-proxy/kit/roster';
import type { Endpoint } from '@api-proxy/protocols/registry';
import type { Snapshot } from './snapshot.ts';
import type { Drain } from './steps/drain.ts';

export type ExchangeStart = {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  readonly endpoint: Endpoint;
  /** Query string with its `?`, or empty. */
  readonly search: string;
  /** The configuration this request lives by, from its first step to its last. */
  readonly snapshot: Snapshot;
  readonly clientIp: string;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Monotonic milliseconds. */
  readonly startedMonoMs: number;
  readonly monotonicMs: () => number;
};

/**
 * Something that waits on behalf of a client. An object and not a closure: one that was made per request, and kept from
 * here, brought whole requests into old space after each full collection (docs/decisions/0091).
 */
export type Waiting = { clientGone(): void };

export class Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  readonly endpoint: Endpoint;
  readonly search: string;
  readonly snapshot: Snapshot;
  readonly clientIp: string;
  readonly startedAtMs: number;
  readonly startedMonoMs: number;
  /** True once the client has closed before its answer was complete, or the relay can't wait for its end. */
  clientGone = false;
  /** True where it is the relay that stops, with the client still there. */
  interrupted = false;
  /** True once its client was sent the head of an event stream before anybody answered: failures are then told by an event. */
  streaming = false;
  /** What is left of limits and budget, as flat headers for whatever is answered; empty until it is known. */
  accountHeaders: readonly string[] = [];
  /** On the roster of those that are running. */
  place = NOT_LISTED;
  /** Time spent waiting for the client's body and for upstreams; what is left of the total is the relay's own. */
  waitedMs = 0;
  /** Who is told as soon as the client leaves; one at a time, set by the step that waits. */
  waiting: Waiting | null = null;
  /** Set while its answer is waited for, or read, although the client has left. */
  drain: Drain | null = null;
  readonly #monotonicMs: () => number;

  constructor(start: ExchangeStart) {
    this.req = start.req;
    this.res = start.res;
    this.requestId = start.requestId;
    this.endpoint = start.endpoint;
    this.search = start.search;
    this.snapshot = start.snapshot;
    this.clientIp = start.clientIp;
    this.startedAtMs = start.startedAtMs;
    this.startedMonoMs = start.startedMonoMs;
    this.#monotonicMs = start.monotonicMs;
    // Not `once`: it comes once, and taking the listener off again costs more than leaving it.
    this.res.on('close', () => {
      if (this.res.writableFinished) return;
      this.clientGone = true;
      this.waiting?.clientGone();
    });
  }

  sinceStartMs(): number {
    return this.#monotonicMs() - this.startedMonoMs;
  }

  /** What of the time since its start was the relay's own. */
  overheadMs(sinceStartMs: number): number {
    return Math.max(0, sinceStartMs - this.waitedMs);
  }

  /** The relay stops: the request ends now, and its client is told. */
  interrupt(): void {
    if (this.clientGone || this.res.writableEnded) return;
    this.interrupted = true;
    this.clientGone = true;
    this.waiting?.clientGone();
  }
}
