// The sockets to upstreams: one pool per origin, proxy and connect deadline. The only place that knows the HTTP client.
import type { LookupFunction } from 'node:net';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { connectorOf } from './connector.ts';

/** Below the 30 s after which CDNs close idle connections, so that a reused one is alive. */
const KEEP_ALIVE_MS = 20_000;

export type UpstreamRequest = {
  readonly origin: string;
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Flat: name, value, … */
  readonly headers: string[];
  readonly body: Buffer | null;
  readonly connectTimeoutMs: number;
  /** An http(s) proxy that tunnels to the origin; absent = straight there. */
  readonly proxyUrl?: string | null;
};

export type PoolOptions = {
  /** Sockets per origin. */
  readonly connections: number;
  /** Finds, and may refuse, the address to connect to; default: the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
};

export class UpstreamPools {
  readonly #pools = new Map<string, Dispatcher>();
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Starts a request; everything that follows is told to `handler`, failures included. */
  dispatch(request: UpstreamRequest, handler: Dispatcher.DispatchHandler): void {
    const { origin, path, method, headers, body } = request;
    this.#pool(request).dispatch({ origin, path, method, headers, body }, handler);
  }

  /** Ends all connections, also those in use. */
  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  /** @throws TypeError when the proxy's address is none. */
  #pool({ origin, connectTimeoutMs, proxyUrl }: UpstreamRequest): Dispatcher {
    const name = `${origin} ${connectTimeoutMs} ${proxyUrl ?? ''}`;
    const known = this.#pools.get(name);
    if (known) return known;
    const { connections, lookup } = this.#options;
    const connect = connectorOf({ connectTimeoutMs, lookup });
    const options = {
      connections,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // The relay has its own deadlines (see deadlines.ts).
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    };
    // Through a proxy the address looked up is the proxy's own; it finds the upstream's.
    const pool = proxyUrl
      ? new ProxyAgent({
          ...options,
          uri: proxyUrl,
          proxyTunnel: true,
          clientFactory: (proxy) => new Pool(proxy, { connect }),
          requestTls: { timeout: connectTimeoutMs },
        })
      : new Pool(origin, { ...options, connect });
    this.#pools.set(name, pool);
    return pool;
  }
}
