// Creates a user with a password and, if wished, a first quota.
import type { createUser as contract } from '@api-proxy/contracts/users';
import { accounts } from '@api-proxy/db/schema/accounts';
import { users } from '@api-proxy/db/schema/users';
import { newId } from '@api-proxy/kit/id';
import { eq } from 'drizzle-orm';
import { hashPassword } from '../auth/password.ts';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { emailTaken, notFound, uniqueOr } from '../failure.ts';
import { parsedUsd } from '../money-input.ts';
import { openBalance } from '../quota/balance.ts';
import { grantStartingQuota } from '../quota/starting-quota.ts';
import type { Verb } from '../verb.ts';
import { mayGrant } from './guard-user.ts';
import { findUser, userAudit, userOf } from './user-view.ts';

export const createUser: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context, 'admin');
  mayGrant(actor, body.role);
  const id = newId('usr', context.clock.nowMs());
  const password = await hashPassword(body.password);
  const now = new Date(context.clock.nowMs());
  const work = change(context, async ({ tx, audit }) => {
    const { name, role, note } = body;
    const stamps = { createdAt: now, updatedAt: now };
    await tx.insert(users).values({ id, name, role, note, email: body.email.toLowerCase(), ...stamps });
    await tx.insert(accounts).values({
      id: newId('acc', context.clock.nowMs()),
      accountId: id,
      providerId: 'credential',
      userId: id,
      password,
      ...stamps,
    });
    if (body.quotaUsd === undefined)
      await grantStartingQuota(tx, { userId: id, actorUserId: actor.userId, now });
    else {
      await openBalance(tx, { userId: id, amount: parsedUsd(body.quotaUsd), actorUserId: actor.userId, now });
    }
    const row = await findUser(tx, eq(users.id, id));
    if (!row) throw notFound('user');
    const created = userOf(row, now.getTime());
    const after = { ...userAudit(row), balance: created.balance };
    await audit({ action: 'user.create', entityKind: 'user', entityId: id, before: null, after });
    return created;
  });
  return uniqueOr(work, emailTaken);
};
