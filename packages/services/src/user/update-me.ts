// Changes what a user may change of oneself: name and language.
import type { updateMe as contract } from '@api-proxy/contracts/users';
import { users } from '@api-proxy/db/schema/users';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { notFound } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { findUser, meOf } from './user-view.ts';

export const updateMe: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context);
  return change(context, async ({ tx, audit }) => {
    const before = await findUser(tx, eq(users.id, actor.userId));
    if (!before) throw notFound('user');
    const set = {
      name: body.name ?? before.user.name,
      locale: body.locale === undefined ? before.user.locale : body.locale,
    };
    await tx
      .update(users)
      .set({ ...set, updatedAt: new Date(context.clock.nowMs()) })
      .where(eq(users.id, actor.userId));
    await audit({
      action: 'user.update',
      entityKind: 'user',
      entityId: actor.userId,
      before: { name: before.user.name, locale: before.user.locale },
      after: set,
    });
    return meOf({ ...before, user: { ...before.user, ...set } }, context.clock.nowMs());
  });
};
