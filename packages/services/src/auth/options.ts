// How better-auth is set up for signing in: argon2id, limits, and what each hook guards.
import type { BetterAuthOptions } from 'better-auth';
import type { Attempts } from './attempts.ts';
import { guardRequest, rememberSuccess } from './guard.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { onAccountCreated, onSessionCreate } from './record-hooks.ts';
import { type SessionDeps, sessionOptions } from './session-options.ts';

/** Sends the mails of sign-in; without one, password reset by mail and verification are not offered. */
export type AuthMailer = {
  sendPasswordReset(mail: { to: string; name: string; url: string }): Promise<void>;
  sendVerification(mail: { to: string; name: string; url: string }): Promise<void>;
};

export type AuthDeps = SessionDeps & {
  attempts: Attempts;
  mailer?: AuthMailer;
};

/** Limits per client address, by path. */
const ADDRESS_RULES = {
  '/sign-in/email': { window: 60, max: 20 },
  '/sign-up/email': { window: 600, max: 30 },
  '/change-password': { window: 60, max: 10 },
  '/request-password-reset': { window: 600, max: 5 },
  '/send-verification-email': { window: 600, max: 5 },
};

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

/** The options of better-auth for this product. */
export function authOptions(deps: AuthDeps): BetterAuthOptions {
  return {
    ...sessionOptions(deps),
    emailAndPassword: passwordOptions(deps.mailer),
    ...mailOptions(deps.mailer),
    rateLimit: {
      enabled: true,
      window: 60,
      max: 300,
      customRules: ADDRESS_RULES,
      customStorage: { consume: (name, rule) => deps.attempts.consume(`address:${name}`, rule) },
    },
    hooks: { before: guardRequest(deps), after: rememberSuccess(deps) },
    databaseHooks: {
      account: { create: { after: onAccountCreated(deps) } },
      session: { create: { before: onSessionCreate(deps) } },
    },
  };
}
