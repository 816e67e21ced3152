// What happens when better-auth writes a row: the first account's owner becomes super admin, a disabled user gets no session.
import type { Database } from '@api-proxy/db/database';
import { users } from '@api-proxy/db/schema/users';
import { APIError } from 'better-auth/api';
import { eq } from 'drizzle-orm';
import { grantStartingQuota } from '../quota/starting-quota.ts';
import { claimInstallation } from './installation.ts';

type HookDeps = { db: Database };

/**
 * Runs when the password of a new user is stored, not when the user row is: an owner without a way to sign in
 * would lock the installation. The starting quota is granted then, too.
 */
export function onAccountCreated({ db }: HookDeps) {
  return async ({ userId, createdAt }: { userId: string; createdAt: Date }): Promise<void> => {
    await claimInstallation(db, userId);

    await db.transaction((tx) => grantStartingQuota(tx, { userId, actorUserId: null, now: createdAt }));
  };
}

/** The password was right by then, so this tells nothing to a stranger. */
export function onSessionCreate({ db }: HookDeps) {
  return async (session: { userId: string }): Promise<void> => {
    const [user] = await db.select({ status: users.status }).from(users).where(eq(users.id, session.userId));
    if (user?.status === 'active') return;
    throw new APIError('FORBIDDEN', { code: 'ACCOUNT_DISABLED', message: 'This account is disabled.' });
  };
}
