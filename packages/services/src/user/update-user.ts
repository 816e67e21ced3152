// Changes a user: name, address, role, status, limits, factor, note.
import type { updateUser as contract, UserUpdate } from '@api-proxy/contracts/users';
import { sessions } from '@api-proxy/db/schema/sessions';
import { users } from '@api-proxy/db/schema/users';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { parseMultiplier } from '../factor.ts';
import { emailTaken, notFound, uniqueOr } from '../failure.ts';
import { setWindowQuotas } from '../quota/window-quotas.ts';
import type { Verb } from '../verb.ts';
import { lastSuperAdmin, lockOtherSuperAdmins, lockUser, mayGrant } from './guard-user.ts';
import { findUser, type UserRow, userAudit, userOf } from './user-view.ts';

function merged({ user }: UserRow, body: UserUpdate): UserRow['user'] {
  const limits = body.limits ?? {};
  return {
    ...user,
    name: body.name ?? user.name,
    email: body.email?.toLowerCase() ?? user.email,
    role: body.role ?? user.role,
    status: body.status ?? user.status,
    note: body.note ?? user.note,
    rpm: limits.rpm === undefined ? user.rpm : limits.rpm,
    tpm: limits.tpm === undefined ? user.tpm : limits.tpm,
    maxConcurrency: limits.maxConcurrency === undefined ? user.maxConcurrency : limits.maxConcurrency,
    multiplierPpm: body.multiplier === undefined ? user.multiplierPpm : parseMultiplier(body.multiplier),
  };
}

/** Whether an active super admin would be one no more. */
function leaves(before: UserRow['user'], after: UserRow['user']): boolean {
  const counts = (user: UserRow['user']) => user.role === 'super_admin' && user.status === 'active';
  return counts(before) && !counts(after);
}

export const updateUser: Verb<typeof contract> = async (context, { params, body }) => {
  const actor = requireActor(context, 'admin');
  mayGrant(actor, body.role);
  const work = change(context, async ({ tx, audit, callerChanged }) => {
    const others = await lockOtherSuperAdmins(tx, params.userId);
    const before = await lockUser(tx, actor, params.userId);
    const { id, createdAt: _createdAt, ...set } = merged(before, body);
    if (others === 0 && leaves(before.user, { ...before.user, ...set })) throw lastSuperAdmin();
    const now = new Date(context.clock.nowMs());
    await tx
      .update(users)
      .set({ ...set, updatedAt: now })
      .where(eq(users.id, id));
    if (body.quotas)
      await setWindowQuotas(tx, { ownerKind: 'user', ownerId: id }, { quotas: body.quotas, now });
    const after = await findUser(tx, eq(users.id, id));
    if (!after) throw notFound('user');
    if (after.user.status === 'disabled') await tx.delete(sessions).where(eq(sessions.userId, id));
    await audit({
      action: 'user.update',
      entityKind: 'user',
      entityId: id,
      before: userAudit(before),
      after: userAudit(after),
    });
    callerChanged(id);
    return userOf(after, now.getTime());
  });
  return uniqueOr(work, emailTaken);
};
