// One user, for an admin.
import type { getUser as contract } from '@api-proxy/contracts/users';
import { users } from '@api-proxy/db/schema/users';
import { eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { notFound } from '../failure.ts';
import type { ReadVerb } from '../verb.ts';
import { findUser, userOf } from './user-view.ts';

export const getUser: ReadVerb<typeof contract> = async (context, { params }) => {
  requireActor(context, 'admin');
  const row = await findUser(context.db, eq(users.id, params.userId));
  if (!row) throw notFound('user');
  return userOf(row, context.clock.nowMs());
};
