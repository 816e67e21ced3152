// Sign-in: the requests under /api/auth, and who a session belongs to.
import { type Role, role as roleSchema } from '@api-proxy/contracts/enums';
import { users } from '@api-proxy/db/schema/users';
import { MINUTE_MS } from '@api-proxy/kit/duration';
import { betterAuth } from 'better-auth';
import { eq } from 'drizzle-orm';
import { type AuthDeps, authOptions, CLIENT_IP_HEADER } from './options.ts';

export type { AuthDeps, AuthMailer } from './options.ts';

export type SessionUser = { userId: string; name: string; role: Role };

export type SessionAnswer = {
  user: SessionUser;
  /** `Set-Cookie` values to send along when the session's life was extended. */
  cookies: string[];
};

export type Auth = {
  /** Answers a request under `/api/auth/`; 404 for what this product does not offer. */
  handle(request: Request, clientIp: string): Promise<Response>;
  /** Whose session the cookie is; null without one, or when the user is disabled. */
  session(headers: Headers, nowMs: number): Promise<SessionAnswer | null>;
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
const SEEN_EVERY_MS = 5 * MINUTE_MS;

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
    async session(headers, nowMs) {
      const { response, headers: answer } = await auth.api.getSession({ headers, returnHeaders: true });
      if (!response) return null;
      const user = await activeUser(deps, response.user.id, nowMs);
      return user && { user, cookies: answer.getSetCookie() };
    },
  };
}

/** Role and status are read fresh: a demotion or a lock holds from the next request on. */
async function activeUser({ db }: AuthDeps, userId: string, nowMs: number): Promise<SessionUser | null> {
  const columns = { name: users.name, role: users.role, status: users.status, lastSeenAt: users.lastSeenAt };
  const [row] = await db.select(columns).from(users).where(eq(users.id, userId));
  if (row?.status !== 'active') return null;
  if (!row.lastSeenAt || nowMs - row.lastSeenAt.getTime() > SEEN_EVERY_MS) {
    await db
      .update(users)
      .set({ lastSeenAt: new Date(nowMs) })
      .where(eq(users.id, userId));
  }
  return { userId, name: row.name, role: roleSchema.parse(row.role) };
}
