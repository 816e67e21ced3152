// The signed-in user.
import type { getMe as contract } from '@api-proxy/contracts/users';
import { users } from '@api-proxy/db/schema/users';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { notFound } from '../failure.ts';
import type { ReadVerb } from '../verb.ts';
import { findUser, meOf } from './user-view.ts';

export const getMe: ReadVerb<typeof contract> = async (context) => {
  const actor = requireActor(context);
  const row = await findUser(context.db, eq(users.id, actor.userId));
  if (!row) throw notFound('user');
  return meOf(row, context.clock.nowMs());
};
