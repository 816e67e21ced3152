// All users, newest first.
import type { listUsers as contract } from '@api-proxy/contracts/users';
import { users } from '@api-proxy/db/schema/users';
import { and, desc, eq, ilike, lt, or } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { decodeTimeCursor, pageOf } from '../page.ts';
import { containsPattern } from '../pattern.ts';
import type { ReadVerb } from '../verb.ts';
import { selectUsers, userOf } from './user-view.ts';

function after(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  const { at, id } = decodeTimeCursor(cursor);
  return or(lt(users.createdAt, at), and(eq(users.createdAt, at), lt(users.id, id)));
}

function matching(search: string | undefined) {
  if (!search) return undefined;
  const pattern = containsPattern(search);
  return or(ilike(users.name, pattern), ilike(users.email, pattern), eq(users.id, search));
}

export const listUsers: ReadVerb<typeof contract> = async (context, { query }) => {
  requireActor(context, 'admin');
  const nowMs = context.clock.nowMs();
  const rows = await selectUsers(context.db)
    .where(
      and(
        matching(query.search),
        query.role && eq(users.role, query.role),
        query.status && eq(users.status, query.status),
        after(query.cursor),
      ),
    )
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(query.limit + 1);
  return pageOf(rows, query.limit, {
    item: (row) => userOf(row, nowMs),
    cursor: ({ user }) => [user.createdAt.toISOString(), user.id],
  });
};
