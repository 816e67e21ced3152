// A short wait between two attempts that ends at once when the client leaves.
import type { Exchange } from '../exchange.ts';

/** Resolves after `ms`, or when the client has left. */
export function pause(exchange: Exchange, ms: number): Promise<void> {
  if (exchange.clientGone) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => {
    clearTimeout(timer);
    exchange.waiting = null;
    exchange.waitedMs += ms;
    resolve();
  };
  const timer = setTimeout(end, ms);
  exchange.waiting = { clientGone: end };
  return promise;
}
