// Step: who calls, also where callers can't be looked up now.
import type { Logger } from '@api-proxy/kit/logger';
import type { Denial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import type { Caller, Maybe } from '../ports.ts';
import { type AuthenticateDeps, authenticate } from './authenticate.ts';

/** When a caller that could not be looked up may come back. */
const LOOKED_UP_AGAIN_MS = 5_000;

export type IdentifyDeps = AuthenticateDeps & { readonly logger: Logger };

/** @returns the caller, or 401 / 503. Never throws or rejects. */
export function identify(exchange: Exchange, deps: IdentifyDeps): Maybe<Caller | Denial> {
  try {
    const found = authenticate({ headers: exchange.req.headers, nowMs: exchange.startedAtMs }, deps);
    return found instanceof Promise ? found.catch((thrown) => unknown(exchange, thrown, deps.logger)) : found;
  } catch (thrown) {
    return unknown(exchange, thrown, deps.logger);
  }
}

function unknown({ requestId }: Exchange, error: unknown, logger: Logger): Denial {
  logger.error({ requestId, error }, 'callers can not be looked up');
  return { denied: 'callers_unavailable', retryAfterMs: LOOKED_UP_AGAIN_MS };
}
