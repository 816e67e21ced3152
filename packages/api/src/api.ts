// The control API as one Hono application: every endpoint of the contracts, sign-in, health, the OpenAPI document.
import { type EndpointId, endpoints } from '@api-proxy/contracts/all';
import type { Logger } from '@api-proxy/kit/logger';
import type { Auth } from '@api-proxy/services/auth/auth';
import type { ServicePorts } from '@api-proxy/services/context';
import { Hono } from 'hono';
import { callVerb, untyped } from './call-verb.ts';
import type { ApiContext, ApiEnv } from './environment.ts';
import { jsonError } from './error-response.ts';
import { mountGuards, routeOf } from './guards.ts';
import type { HealthPort } from './health-port.ts';
import { openApiDocument } from './openapi.ts';
import type { HealthId } from './verb-id.ts';
import { verbs } from './verbs.ts';

export type ApiDeps = {
  ports: ServicePorts;
  auth: Auth;
  health: HealthPort;
  logger: Logger;
};

const HEALTH_IDS: Record<HealthId, true> = { 'health.get': true, 'health.live': true, 'health.ready': true };

type Handler = (context: ApiContext) => Promise<Response>;

function isHealth(id: EndpointId): id is HealthId {
  return id in HEALTH_IDS;
}

function notReady(details: Record<string, unknown>): Response {
  return jsonError({ code: 'not_ready', status: 503, message: 'The server takes no requests now.', details });
}

function healthHandler(id: HealthId, health: HealthPort): Handler {
  switch (id) {
    case 'health.live':
      return async () => (health.live() ? Response.json({ status: 'ok' }) : notReady({}));
    case 'health.get':
      return async () => Response.json(await health.health());
    case 'health.ready':
      return async () => {
        const state = await health.ready();
        return state.ok ? Response.json(state.health) : notReady({ health: state.health });
      };
  }
}

function handlerOf(endpoint: (typeof endpoints)[number], deps: ApiDeps): Handler {
  if (isHealth(endpoint.id)) return healthHandler(endpoint.id, deps.health);
  const verb = untyped(verbs[endpoint.id]);
  return (context) => callVerb(context, { endpoint, verb, deps });
}

function mountEndpoints(app: Hono<ApiEnv>, deps: ApiDeps): void {
  const methods = new Map<string, string[]>();
  for (const endpoint of endpoints) {
    app.on(endpoint.method, routeOf(endpoint.path), handlerOf(endpoint, deps));
    methods.set(endpoint.path, [...(methods.get(endpoint.path) ?? []), endpoint.method]);
  }
  for (const [path, known] of methods) {
    const allow = known.includes('GET') ? [...known, 'HEAD'] : known;
    const failure = { code: 'method_not_allowed', status: 405, message: `Use ${known.join(' or ')} here.` };
    app.all(routeOf(path), () => jsonError(failure, { allow: allow.join(', ') }));
  }
}

/** A too frequent caller is told when to come back in the standard header too. */
function withRetryAfter(response: Response): Response {
  const seconds = response.headers.get('x-retry-after');
  if (seconds === null) return response;
  const headers = new Headers(response.headers);
  headers.set('retry-after', seconds);
  return new Response(response.body, { status: response.status, headers });
}

/**
 * Builds the API. Call it as `api.fetch(request, { clientIp })`; paths start with `/api`.
 * @throws never at a request: every failure becomes an answer.
 */
export function createApi(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  mountGuards(app, deps);
  const document = openApiDocument(deps.ports.siteInfo.version);
  app.get('/api/openapi.json', () => Response.json(document));
  app.all('/api/auth/*', async (context) =>
    withRetryAfter(await deps.auth.handle(context.req.raw, context.env.clientIp)),
  );
  mountEndpoints(app, deps);
  return app;
}
