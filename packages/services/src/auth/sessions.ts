// Whose session a cookie is.
import type { Role } from '@api-proxy/contracts/enums';
import { users } from '@api-proxy/db/schema/users';
import { MINUTE_MS } from '@api-proxy/kit/duration';
import { betterAuth } from 'better-auth';
import { eq } from 'drizzle-orm';
import { type SessionDeps, sessionOptions } from './session-options.ts';

export type SessionUser = { userId: string; name: string; role: Role };

export type SessionAnswer = {
  user: SessionUser;
  /** `Set-Cookie` values to send along when the session's life was extended. */
  cookies: string[];
};

export type Sessions = {
  /** Whose session the cookie is; null without one, or when the user is disabled. */
  session(headers: Headers, nowMs: number): Promise<SessionAnswer | null>;
};

const SEEN_EVERY_MS = 5 * MINUTE_MS;

/** Only tells whose session a cookie is, where nobody signs in. */
export function createSessions(deps: SessionDeps): Sessions {
  return sessionsOf(betterAuth(sessionOptions(deps)), deps);
}

/** The same, by a better-auth that does more. */
export function sessionsOf(auth: ReturnType<typeof betterAuth>, deps: SessionDeps): Sessions {
  /** By cookie, those being looked up: what a page asks for at once is one look. */
  const underWay = new Map<string, Promise<SessionAnswer | null>>();
  const look = async (cookie: string, nowMs: number): Promise<SessionAnswer | null> => {
    const headers = new Headers({ cookie });
    const { response, headers: answer } = await auth.api.getSession({ headers, returnHeaders: true });
    if (!response) return null;
    const user = await activeUser(deps, response.user, nowMs);
    return user && { user, cookies: answer.getSetCookie() };
  };
  return {
    session(headers, nowMs) {
      const cookie = headers.get('cookie');
      if (cookie === null) return Promise.resolve(null);
      const known = underWay.get(cookie);
      if (known) return known;
      const begun = look(cookie, nowMs).finally(() => underWay.delete(cookie));
      underWay.set(cookie, begun);
      return begun;
    },
  };
}

type UserRow = typeof users.$inferSelect;
/** As better-auth reads it anew for each look; its types don't know the columns that are ours. */
type Account = Pick<UserRow, 'id' | 'name'> & Partial<Pick<UserRow, 'role' | 'status' | 'lastSeenAt'>>;

/** Role and status are read fresh: a demotion or a lock holds from the next request on. */
async function activeUser(
  { db }: SessionDeps,
  { id: userId, name, role, status, lastSeenAt }: Account,
  nowMs: number,
): Promise<SessionUser | null> {
  if (status !== 'active' || role === undefined) return null;
  if (!lastSeenAt || nowMs - lastSeenAt.getTime() > SEEN_EVERY_MS) {
    await db
      .update(users)
      .set({ lastSeenAt: new Date(nowMs) })
      .where(eq(users.id, userId));
  }
  return { userId, name, role };
}
