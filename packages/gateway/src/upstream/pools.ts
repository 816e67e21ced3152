// The sockets to upstreams: one pool per origin and connect deadline. The only place that knows the HTTP client.
import { type Dispatcher, Pool } from 'undici';

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
};

export class UpstreamPools {
  readonly #pools = new Map<string, Pool>();
  readonly #connections: number;

  constructor(connectionsPerOrigin: number) {
    this.#connections = connectionsPerOrigin;
  }

  /** Starts a request; everything that follows is told to `handler`, failures included. */
  dispatch(request: UpstreamRequest, handler: Dispatcher.DispatchHandler): void {
    const { path, method, headers, body } = request;
    this.#pool(request.origin, request.connectTimeoutMs).dispatch({ path, method, headers, body }, handler);
  }

  /** Ends all connections, also those in use. */
  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #pool(origin: string, connectTimeoutMs: number): Pool {
    const name = `${origin} ${connectTimeoutMs}`;
    const known = this.#pools.get(name);
    if (known) return known;
    const pool = new Pool(origin, {
      connections: this.#connections,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // The relay has its own deadlines (see deadlines.ts).
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect: { timeout: connectTimeoutMs, noDelay: true },
    });
    this.#pools.set(name, pool);
    return pool;
  }
}
