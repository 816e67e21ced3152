// How better-auth is set up wherever sessions are made or looked up: tables, ids, cookies.
import { hkdfSync } from 'node:crypto';
import type { Database } from '@api-proxy/db/database';
import { accounts } from '@api-proxy/db/schema/accounts';
import { sessions } from '@api-proxy/db/schema/sessions';
import { users } from '@api-proxy/db/schema/users';
import { verifications } from '@api-proxy/db/schema/verifications';
import { type IdPrefix, newId } from '@api-proxy/kit/id';
import type { Logger } from '@api-proxy/kit/logger';
import type { Secret } from '@api-proxy/kit/secret';
import type { BetterAuthOptions } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError } from 'better-auth/api';

/** What it takes to tell whose session a cookie is. */
export type SessionDeps = {
  db: Database;
  /** APP_SECRET; the key that signs cookies is derived from it. */
  appSecret: Secret;
  /** The configured address without a trailing slash; null: whatever host a request was sent to. */
  publicUrl: string | null;
  logger: Logger;
};

/** The header that carries the client's address inward; a value sent by the client is dropped before. */
export const CLIENT_IP_HEADER = 'x-relay-client-ip';

const SECRET_BYTES = 32;
const WEEK_S = 7 * 86_400;
const DAY_S = 86_400;
/** Only the path of it matters when no address is configured: hosts are judged per request. */
const ANY_HOST = 'http://localhost';

const PREFIXES: Record<string, IdPrefix> = {
  user: 'usr',
  users: 'usr',
  session: 'ses',
  sessions: 'ses',
  account: 'acc',
  accounts: 'acc',
  verification: 'ver',
  verifications: 'ver',
};

function ownOrigins(request: Request | undefined): string[] {
  const host = request?.headers.get('host');
  return host ? [`http://${host}`, `https://${host}`] : [];
}

function storage({ db }: SessionDeps) {
  return {
    database: drizzleAdapter(db, {
      provider: 'pg',
      schema: { users, sessions, accounts, verifications },
      // Hashing a password takes longer than the embedded database's one session should be held.
      transaction: false,
    }),
    user: {
      modelName: 'users',
      additionalFields: {
        role: { type: 'string', input: false, defaultValue: 'user' },
        status: { type: 'string', input: false, defaultValue: 'active' },
        lastSeenAt: { type: 'date', input: false, required: false },
      },
    },
    account: { modelName: 'accounts' },
    verification: { modelName: 'verifications' },
  } satisfies Partial<BetterAuthOptions>;
}

/** The options of better-auth that sessions depend on: the same wherever they are made and looked up. */
export function sessionOptions(deps: SessionDeps): BetterAuthOptions {
  const key = hkdfSync('sha256', deps.appSecret.reveal(), '', 'api-proxy sessions v1', SECRET_BYTES);
  return {
    appName: 'api-proxy',
    secret: Buffer.from(key).toString('base64url'),
    baseURL: deps.publicUrl ?? ANY_HOST,
    basePath: '/api/auth',
    trustedOrigins: ownOrigins,
    telemetry: { enabled: false },
    ...storage(deps),
    session: { modelName: 'sessions', expiresIn: WEEK_S, updateAge: DAY_S, cookieCache: { enabled: false } },
    advanced: {
      cookiePrefix: 'api-proxy',
      useSecureCookies: deps.publicUrl?.startsWith('https://') ?? false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
      disableCSRFCheck: false,
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [CLIENT_IP_HEADER] },
      database: { generateId: ({ model }) => newId(PREFIXES[model] ?? 'ver') },
    },
    onAPIError: {
      onError: (error) => {
        // Refusals are answers, not faults; anything else is.
        if (!(error instanceof APIError)) deps.logger.error({ part: 'auth', err: error }, 'sign-in failed');
      },
    },
    logger: {
      level: 'warn',
      log: (level, message) => deps.logger[level === 'error' ? 'error' : 'debug']({ part: 'auth' }, message),
    },
  };
}
