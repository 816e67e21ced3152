// An API of Hono as a handler of node's HTTP server.
import { getRequestListener } from '@hono/node-server';
import type { Handler } from './listener.ts';

/** As `fetch` of a Hono application that is told the client's address. */
type Api = { fetch(request: Request, bindings: { clientIp: string }): Response | Promise<Response> };

export function apiHandler(api: Api): Handler {
  const listener = getRequestListener((request, { incoming }) => {
    // The listener before us has put the checked address there and nothing else.
    const clientIp = String(incoming.headers['x-forwarded-for'] ?? '');
    return api.fetch(request, { clientIp });
  });
  return (request, response) => void listener(request, response);
}
