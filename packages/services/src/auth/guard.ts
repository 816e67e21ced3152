// What is checked before better-auth acts on a request: closed registration, guessing at one account, other sessions at a password change.
import type { Database } from '@api-proxy/db/database';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import type { Attempts } from './attempts.ts';
import { isRegistrationOpen } from './installation.ts';

const SIGN_IN = '/sign-in/email';
/** Wrong passwords for one account from all addresses together. */
const ACCOUNT_RULE = { window: 900, max: 10 };

type GuardDeps = { db: Database; attempts: Attempts };

function emailOf(body: unknown): string {
  const found = typeof body === 'object' && body !== null && 'email' in body ? body.email : '';
  return typeof found === 'string' ? found.trim().toLowerCase() : '';
}

/** Counted by the typed address, whether such an account exists or not. */
async function guardAccount(attempts: Attempts, body: unknown): Promise<void> {
  const verdict = await attempts.consume(`account:${emailOf(body)}`, ACCOUNT_RULE);
  if (verdict.allowed) return;
  throw new APIError(
    'TOO_MANY_REQUESTS',
    { code: 'TOO_MANY_ATTEMPTS', message: 'Too many attempts. Try again later.' },
    { 'retry-after': String(verdict.retryAfter) },
  );
}

/** Runs before every request to better-auth. */
export function guardRequest({ db, attempts }: GuardDeps) {
  return createAuthMiddleware(async (ctx) => {
    switch (ctx.path) {
      case SIGN_IN:
        await guardAccount(attempts, ctx.body);
        return;
      case '/sign-up/email':
        if (await isRegistrationOpen(db)) return;
        throw new APIError('FORBIDDEN', {
          code: 'REGISTRATION_CLOSED',
          message: 'Registration is closed. Ask an admin for an account.',
        });
      case '/change-password':
        // A changed password ends every other session, and this one gets a new token.
        return { context: { body: { ...ctx.body, revokeOtherSessions: true } } };
      default:
        return;
    }
  });
}

/** Runs after every request to better-auth: who signed in starts with a clean count. */
export function rememberSuccess({ attempts }: GuardDeps) {
  return createAuthMiddleware(async (ctx) => {
    if (ctx.path === SIGN_IN && ctx.context.newSession) {
      await attempts.forget(`account:${ctx.context.newSession.user.email.toLowerCase()}`);
    }
  });
}
