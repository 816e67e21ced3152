// How better-auth is set up for this product: tables, ids, argon2id, cookies, limits, and what each hook guards.
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
import type { Attempts } from './attempts.ts';
import { guardRequest, rememberSuccess } from './guard.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { onAccountCreated, onSessionCreate } from './record-hooks.ts';

/** Sends the mails of sign-in; without one, password reset by mail and verification are not offered. */
export type AuthMailer = {
  sendPasswordReset(mail: { to: string; name: string; url: string }): Promise<void>;
  sendVerification(mail: { to: string; name: string; url: string }): Promise<void>;
};

export type AuthDeps = {
  db: Database;
  /** APP_SECRET; the key that signs cookies is derived from it. */
  appSecret: Secret;
  /** The configured address without a trailing slash; null: whatever host a request was sent to. */
  publicUrl: string | null;
  attempts: Attempts;
  logger: Logger;
  mailer?: AuthMailer;
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

/** Limits per client address, by path. */
const ADDRESS_RULES = {
  '/sign-in/email': { window: 60, max: 20 },
  '/sign-up/email': { window: 600, max: 30 },
  '/change-password': { window: 60, max: 10 },
  '/request-password-reset': { window: 600, max: 5 },
  '/send-verification-email': { window: 600, max: 5 },
};

function ownOrigins(request: Request | undefined): string[] {
  const host = request?.headers.get('host');
  return host ? [`http://${host}`, `https://${host}`] : [];
}

function mailOptions(mailer: AuthMailer | undefined): Pick<BetterAuthOptions, 'emailVerification'> {
  if (!mailer) return {};
  return {
    emailVerification: {
      sendVerificationEmail: ({ user, url }) =>
        mailer.sendVerification({ to: user.email, name: user.name, url }),
    },
  };
}

function passwordOptions(mailer: AuthMailer | undefined): NonNullable<BetterAuthOptions['emailAndPassword']> {
  return {
    enabled: true,
    // With it a taken address is answered like a new one; the client signs in as a second step.
    autoSignIn: false,
    minPasswordLength: 8,
    maxPasswordLength: 128,
    password: { hash: hashPassword, verify: verifyPassword },
    revokeSessionsOnPasswordReset: true,
    ...(mailer && {
      sendResetPassword: ({ user, url }) =>
        mailer.sendPasswordReset({ to: user.email, name: user.name, url }),
    }),
  };
}

function storage({ db }: AuthDeps) {
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

/** The options of better-auth for this product. */
export function authOptions(deps: AuthDeps): BetterAuthOptions {
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
    emailAndPassword: passwordOptions(deps.mailer),
    ...mailOptions(deps.mailer),
    rateLimit: {
      enabled: true,
      window: 60,
      max: 300,
      customRules: ADDRESS_RULES,
      customStorage: { consume: (name, rule) => deps.attempts.consume(`address:${name}`, rule) },
    },
    advanced: {
      cookiePrefix: 'api-proxy',
      useSecureCookies: deps.publicUrl?.startsWith('https://') ?? false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
      disableCSRFCheck: false,
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [CLIENT_IP_HEADER] },
      database: { generateId: ({ model }) => newId(PREFIXES[model] ?? 'ver') },
    },
    hooks: { before: guardRequest(deps), after: rememberSuccess(deps) },
    databaseHooks: {
      account: { create: { after: onAccountCreated(deps) } },
      session: { create: { before: onSessionCreate(deps) } },
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
