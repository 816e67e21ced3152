// Sets a new password for a user and ends all sessions of that user.
import type { resetPassword as contract } from '@api-proxy/contracts/users';
import { accounts } from '@api-proxy/db/schema/accounts';
import { sessions } from '@api-proxy/db/schema/sessions';
import { newId } from '@api-proxy/kit/id';
import { and, eq } from 'drizzle-orm';
import { hashPassword } from '../auth/password.ts';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import type { Verb } from '../verb.ts';
import { lockUser } from './guard-user.ts';

export const resetPassword: Verb<typeof contract> = async (context, { params: { userId }, body }) => {
  const actor = requireActor(context, 'admin');
  const password = await hashPassword(body.password);
  const now = new Date(context.clock.nowMs());
  return change(context, async ({ tx, audit }) => {
    await lockUser(tx, actor, userId);
    const changed = await tx
      .update(accounts)
      .set({ password, updatedAt: now })
      .where(and(eq(accounts.userId, userId), eq(accounts.providerId, 'credential')))
      .returning({ id: accounts.id });
    if (changed.length === 0) {
      const id = newId('acc', now.getTime());
      const stamps = { createdAt: now, updatedAt: now };
      await tx
        .insert(accounts)
        .values({ id, accountId: userId, providerId: 'credential', userId, password, ...stamps });
    }
    await tx.delete(sessions).where(eq(sessions.userId, userId));
    await audit({
      action: 'user.resetPassword',
      entityKind: 'user',
      entityId: userId,
      before: null,
      after: null,
    });
    return { ok: true };
  });
};
