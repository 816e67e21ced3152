// Sign-in: the requests under /api/auth, and whose session a cookie is.
import { betterAuth } from 'better-auth';
import { type AuthDeps, authOptions } from './options.ts';
import { CLIENT_IP_HEADER } from './session-options.ts';
import { type Sessions, sessionsOf } from './sessions.ts';

export type { AuthDeps, AuthMailer } from './options.ts';

export type Auth = Sessions & {
  /** Answers a request under `/api/auth/`; 404 for what this product does not offer. */
  handle(request: Request, clientIp: string): Promise<Response>;
};

const BASE = '/api/auth';
/** Everything else that better-auth brings (profile edits, account linking, deletion) has its own verb or none. */
const OFFERED = new Set([
  '/ok',
  '/get-session',
  '/sign-up/email',
  '/sign-in/email',
  '/sign-out',
  '/change-password',
  '/list-sessions',
  '/revoke-session',
  '/revoke-sessions',
  '/revoke-other-sessions',
]);
const OFFERED_WITH_MAIL = [
  /^\/request-password-reset$/,
  /^\/reset-password(\/[^/]+)?$/,
  /^\/verify-email$/,
  /^\/send-verification-email$/,
];

function notOffered(): Response {
  return Response.json({ code: 'NOT_FOUND', message: 'There is no such endpoint.' }, { status: 404 });
}

function withClientIp(request: Request, clientIp: string): Request {
  const headers = new Headers(request.headers);
  headers.delete(CLIENT_IP_HEADER);
  if (clientIp) headers.set(CLIENT_IP_HEADER, clientIp);
  return new Request(request, { headers });
}

/** Sets up sign-in on the database of `deps`. */
export function createAuth(deps: AuthDeps): Auth {
  const auth = betterAuth(authOptions(deps));
  const offers = (path: string) =>
    OFFERED.has(path) ||
    (deps.mailer !== undefined && OFFERED_WITH_MAIL.some((pattern) => pattern.test(path)));
  return {
    async handle(request, clientIp) {
      const { pathname } = new URL(request.url);
      if (!offers(pathname.slice(BASE.length))) return notOffered();
      return auth.handler(withClientIp(request, clientIp));
    },
    ...sessionsOf(auth, deps),
  };
}
