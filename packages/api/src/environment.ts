// What a request carries through the API: the client's address from the server, and what the API adds.
import type { Context as HonoContext } from 'hono';

export type ApiEnv = {
  /** Handed over by whoever calls `fetch(request, bindings)`. */
  Bindings: {
    /** Address of the client, trusted proxies taken into account; empty when unknown. */
    clientIp: string;
  };
  Variables: { requestId: string };
};

export type ApiContext = HonoContext<ApiEnv>;
