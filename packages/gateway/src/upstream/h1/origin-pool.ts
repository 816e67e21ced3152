// The connections to one origin: idle ones are used again, the last used first; above the limit a request is told so at once.
import type { LookupFunction } from 'node:net';
import { PoolFull, type UpstreamControl, type UpstreamHandler, type UpstreamMethod } from '../handler.ts';
import { Connection, type Outgoing } from './connection.ts';
import { type Origin, originOf } from './open-socket.ts';
import { requestHead } from './request-head.ts';

export type OriginPoolOptions = {
  /** `https://host:port`. */
  readonly origin: string;
  /** Sockets at a time. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** How long an idle connection is kept; less when the server says so. */
  readonly keepAliveMs: number;
  readonly lookup?: LookupFunction | undefined;
};

export type PoolRequest = {
  readonly method: UpstreamMethod;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer | null;
};

const SWEEP_MS = 1_000;
/** A server's own clock ends earlier than what it said, seen from here. */
const HINT_MARGIN_MS = 1_000;

type Idle = { readonly connection: Connection; readonly untilMs: number };

export class OriginPool {
  readonly #options: OriginPoolOptions;
  readonly #origin: Origin;
  readonly #all = new Set<Connection>();
  #idle: Idle[] = [];
  #sweep: NodeJS.Timeout | undefined;
  #session: Buffer | undefined;
  #closed = false;

  /** @throws TypeError when the origin is no http(s) address */
  constructor(options: OriginPoolOptions) {
    this.#options = options;
    this.#origin = originOf(options.origin);
  }

  /** All that follows is told to the handler. @throws TypeError when a part of the request can't be sent, Error on a closed pool */
  dispatch(request: PoolRequest, handler: UpstreamHandler): void {
    if (this.#closed) throw new Error('The pool is closed.');
    const { method, path, headers, body } = request;
    const bodyBytes = body?.length ?? null;
    const head = requestHead({ method, path, headers, bodyBytes, host: this.#origin.host });
    const pooled = new PooledRequest({ head, body, handler });
    handler.onRequestStart(pooled);
    if (pooled.ended) return;
    const idle = this.#takeIdle();
    if (idle) pooled.startOn(idle);
    else if (this.#all.size < this.#options.connections) this.#connect(pooled);
    else handler.onResponseError(pooled, new PoolFull());
  }

  /** Ends all connections, also those in use. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#sweep);
    for (const connection of [...this.#all]) connection.shut();
  }

  #takeIdle(): Connection | undefined {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      // The sweep may be late: one that is past its time may be closing at this moment.
      if (idle.connection.usable && idle.untilMs > performance.now()) return idle.connection;
      idle.connection.destroy();
    }
    return undefined;
  }

  #connect(pooled: PooledRequest): void {
    const { lookup, connectTimeoutMs } = this.#options;
    const connection = new Connection(pooled, {
      ...{ lookup, connectTimeoutMs, origin: this.#origin, session: this.#session },
      onFree: (free, idleMs) => this.#free(free, idleMs),
      onClosed: (closed, stale) => this.#gone(closed, stale),
      onSession: (session) => {
        this.#session = session;
      },
    });
    pooled.connection = connection;
    this.#all.add(connection);
  }

  #free(connection: Connection, idleMs: number | null): void {
    const { keepAliveMs } = this.#options;
    const keptMs = idleMs === null ? keepAliveMs : Math.min(keepAliveMs, idleMs - HINT_MARGIN_MS);
    if (keptMs <= 0) {
      connection.destroy();
      return;
    }
    this.#idle.push({ connection, untilMs: performance.now() + keptMs });
    this.#sweep ??= setInterval(() => this.#closeExpired(), SWEEP_MS).unref();
  }

  #gone(connection: Connection, stale: boolean): void {
    this.#all.delete(connection);
    // Where one was closed behind our back the others likely were: the next try takes a fresh one.
    if (stale) for (const { connection: other } of this.#idle.splice(0)) other.destroy();
    else this.#idle = this.#idle.filter((idle) => idle.connection !== connection);
  }

  #closeExpired(): void {
    const now = performance.now();
    const expired = this.#idle.filter(({ untilMs }) => untilMs <= now);
    this.#idle = this.#idle.filter(({ untilMs }) => untilMs > now);
    for (const { connection } of expired) connection.destroy();
    if (this.#idle.length > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}

/** A request from its dispatch to its end, and the way to steer it. */
class PooledRequest implements Outgoing, UpstreamControl {
  readonly head: string;
  body: Buffer | null;
  readonly handler: UpstreamHandler;
  readonly control = this;
  connection: Connection | null = null;
  ended = false;

  constructor(from: Omit<Outgoing, 'control'>) {
    this.head = from.head;
    this.body = from.body;
    this.handler = from.handler;
  }

  startOn(connection: Connection): void {
    this.connection = connection;
    connection.start(this);
  }

  pause(): void {
    this.connection?.pause(this);
  }

  resume(): void {
    this.connection?.resume(this);
  }

  abort(): void {
    this.ended = true;
    this.connection?.abort(this);
  }
}
