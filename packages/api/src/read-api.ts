// The part of the control API that only reads the database, without the code of the rest.
import { endpoints } from '@api-proxy/contracts/all';
import type { Logger } from '@api-proxy/kit/logger';
import type { Sessions } from '@api-proxy/services/auth/sessions';
import type { ReadPorts } from '@api-proxy/services/context';
import { Hono } from 'hono';
import { callVerb, untyped } from './call-verb.ts';
import type { ApiEnv } from './environment.ts';
import { mountGuards, routeOf } from './guards.ts';
import { isReadId, reads } from './reads.ts';

export type ReadApiDeps = {
  ports: ReadPorts;
  auth: Sessions;
  logger: Logger;
};

/** What `isRead` lets through is answered as `createApi` answers it; there is nothing else here. */
export function createReadApi(deps: ReadApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  mountGuards(app, deps);
  for (const endpoint of endpoints) {
    if (!isReadId(endpoint.id)) continue;
    const verb = untyped(reads[endpoint.id]);
    app.get(routeOf(endpoint.path), (context) => callVerb(context, { endpoint, verb, deps }));
  }
  return app;
}
