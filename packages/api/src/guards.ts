// What every request to the API meets first, whichever part of it answers.
import { newId } from '@api-proxy/kit/id';
import type { Logger } from '@api-proxy/kit/logger';
import type { SiteInfo } from '@api-proxy/services/context';
import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { refuseCrossSite } from './cross-site.ts';
import type { ApiEnv } from './environment.ts';
import { errorResponse, jsonError } from './error-response.ts';

const MAX_BODY_BYTES = 1_048_576;

export type GuardDeps = { ports: { readonly siteInfo: SiteInfo }; logger: Logger };

/** `/api/users/{userId}` → `/api/users/:userId`. */
export function routeOf(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

export function mountGuards(app: Hono<ApiEnv>, { ports, logger }: GuardDeps): void {
  app.use(async (context, next) => {
    const requestId = newId('evt');
    context.set('requestId', requestId);
    await next();
    context.header('x-request-id', requestId);
    if (!context.res.headers.has('cache-control')) context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
  });
  app.use(async (context, next) => {
    refuseCrossSite(context.req.raw, ports.siteInfo.publicUrl);
    await next();
  });
  const tooLarge = { code: 'too_large', status: 413, message: 'The body is larger than 1 MB.' };
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => jsonError(tooLarge) }));
  app.onError((error, context) => errorResponse(error, { logger, requestId: context.get('requestId') }));
  app.notFound(() => jsonError({ code: 'not_found', status: 404, message: 'There is no such endpoint.' }));
}
