// The sockets to upstreams: one pool per origin, way and connect deadline. Straight HTTP/1.1 is our own; HTTP/2, and all through proxies, is undici's.
import type { LookupFunction } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
import { connectorOf } from './connector.ts';
import { ForeignPool } from './foreign-pool.ts';
import { OriginPool } from './h1/origin-pool.ts';
import type { UpstreamHandler, UpstreamMethod } from './handler.ts';
import { tunnelOf } from './tunnel.ts';

/** Below the 30 s after which CDNs close idle connections, so that a reused one is alive. */
const KEEP_ALIVE_MS = 20_000;
/** undici takes no zero. */
const SHORTEST_MS = 1;

export type UpstreamRequest = {
  readonly origin: string;
  readonly path: string;
  readonly method: UpstreamMethod;
  /** Flat: name, value, … */
  readonly headers: string[];
  readonly body: Buffer | null;
  readonly connectTimeoutMs: number;
  /** An http(s) proxy that tunnels to the origin; absent = straight there. */
  readonly proxyUrl?: string | null;
  /** Offer HTTP/2 where the origin is https; it may choose HTTP/1.1. Default: not offered. */
  readonly http2?: boolean;
};

export type PoolOptions = {
  /** Sockets per origin; where requests share them, requests at a time. What is above that is told so at once. */
  readonly connections: number;
  /** How long an idle socket is kept for another request; default 20 s, 0 = every request has its own. */
  readonly keepAliveMs?: number;
  /** Finds, and may refuse, the address to connect to; default: the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
};

/** What our own client does not go. */
type Way = { readonly proxyUrl: string | null; readonly http2: boolean };

export class UpstreamPools {
  readonly #direct = new Map<string, OriginPool>();
  readonly #foreign = new Map<string, ForeignPool>();
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Starts a request; everything that follows is told to `handler`, failures included.
   * @throws TypeError when a part of the request can't be sent, or an address is none
   */
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): void {
    const { origin, path, method, headers, body, proxyUrl } = request;
    // Without TLS nobody could tell the server which of the two is spoken.
    const http2 = request.http2 === true && origin.startsWith('https:');
    if (proxyUrl || http2) {
      const way = { proxyUrl: proxyUrl ?? null, http2 };
      this.#foreignPool(request, way).dispatch({ origin, path, method, headers, body }, handler);
    } else this.#pool(request).dispatch({ method, path, headers, body }, handler);
  }

  /** Ends all connections, also those in use. */
  async close(): Promise<void> {
    const foreign = [...this.#foreign.values()];
    const direct = [...this.#direct.values()];
    this.#foreign.clear();
    this.#direct.clear();
    for (const pool of direct) pool.close();
    await Promise.all(foreign.map((pool) => pool.destroy()));
  }

  #pool({ origin, connectTimeoutMs }: UpstreamRequest): OriginPool {
    const name = `${origin} ${connectTimeoutMs}`;
    let pool = this.#direct.get(name);
    if (!pool) {
      pool = new OriginPool({ keepAliveMs: KEEP_ALIVE_MS, ...this.#options, origin, connectTimeoutMs });
      this.#direct.set(name, pool);
    }
    return pool;
  }

  #foreignPool(request: UpstreamRequest, way: Way): ForeignPool {
    const { origin, connectTimeoutMs } = request;
    const name = `${origin} ${connectTimeoutMs} ${way.http2 ? 'h2' : 'h1'} ${way.proxyUrl ?? ''}`;
    let pool = this.#foreign.get(name);
    if (!pool) {
      const open = () => this.#dispatcher(request, way);
      pool = new ForeignPool({ open, most: this.#options.connections, shared: way.http2 });
      this.#foreign.set(name, pool);
    }
    return pool;
  }

  #dispatcher({ origin, connectTimeoutMs }: UpstreamRequest, { proxyUrl, http2 }: Way): Dispatcher {
    const { connections, lookup, keepAliveMs = KEEP_ALIVE_MS } = this.#options;
    const common = {
      connections,
      keepAliveTimeout: Math.max(SHORTEST_MS, keepAliveMs),
      keepAliveMaxTimeout: Math.max(SHORTEST_MS, keepAliveMs),
      // The relay has its own deadlines (see deadlines.ts).
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: http2,
    };
    const way = { connectTimeoutMs, lookup, http2 };
    const connect = proxyUrl === null ? connectorOf(way) : tunnelOf(proxyUrl, way);
    return new Pool(origin, { ...common, connect });
  }
}
