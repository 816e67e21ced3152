// Deletes a user with keys and sessions. The ledger, the log and the balance row stay: the books must still add up.
import type { deleteUser as contract } from '@api-proxy/contracts/users';
import { budgets } from '@api-proxy/db/schema/budgets';
import { keys } from '@api-proxy/db/schema/keys';
import { users } from '@api-proxy/db/schema/users';
import { and, eq, inArray } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { dropWindowQuotas } from '../quota/window-quotas.ts';
import type { Verb } from '../verb.ts';
import { lastSuperAdmin, lockOtherSuperAdmins, lockUser } from './guard-user.ts';
import { userAudit } from './user-view.ts';

export const deleteUser: Verb<typeof contract> = async (context, { params }) => {
  const actor = requireActor(context, 'admin');
  return change(context, async ({ tx, audit, callerChanged }) => {
    const others = await lockOtherSuperAdmins(tx, params.userId);
    const before = await lockUser(tx, actor, params.userId);
    const { role, status } = before.user;
    if (role === 'super_admin' && status === 'active' && others === 0) throw lastSuperAdmin();
    const ownKeys = tx.select({ id: keys.id }).from(keys).where(eq(keys.userId, params.userId));
    await tx.delete(budgets).where(and(eq(budgets.ownerKind, 'key'), inArray(budgets.ownerId, ownKeys)));
    await dropWindowQuotas(tx, { ownerKind: 'user', ownerId: params.userId });
    // Keys, sessions and the password go with the row (foreign keys cascade).
    await tx.delete(users).where(eq(users.id, params.userId));
    await audit({
      action: 'user.delete',
      entityKind: 'user',
      entityId: params.userId,
      before: userAudit(before),
      after: null,
    });
    callerChanged(params.userId);
    return { ok: true };
  });
};
