// Own keys, newest first; an admin may ask for another user's, or all.
import type { listKeys as contract } from '@api-proxy/contracts/keys';
import { keys } from '@api-proxy/db/schema/keys';
import { users } from '@api-proxy/db/schema/users';
import { and, desc, eq, ilike, isNull, lt, or } from 'drizzle-orm';
import { isAdmin, requireActor } from '../authorise.ts';
import type { Actor } from '../context.ts';
import { forbidden } from '../failure.ts';
import { decodeTimeCursor, encodeCursor } from '../page.ts';
import { containsPattern } from '../pattern.ts';
import type { ReadVerb } from '../verb.ts';
import { keysOf, selectKeys } from './key-view.ts';

function ownedBy(actor: Actor, user: string | undefined) {
  const wanted = user ?? actor.userId;
  if (wanted !== actor.userId && !isAdmin(actor)) throw forbidden();
  return wanted === 'all' ? undefined : eq(keys.userId, wanted);
}

function matching(search: string | undefined) {
  if (!search) return undefined;
  const pattern = containsPattern(search);
  return or(
    ilike(keys.name, pattern),
    ilike(keys.prefix, pattern),
    ilike(users.name, pattern),
    eq(keys.lastFour, search),
    eq(keys.id, search),
  );
}

function after(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  const { at, id } = decodeTimeCursor(cursor);
  return or(lt(keys.createdAt, at), and(eq(keys.createdAt, at), lt(keys.id, id)));
}

export const listKeys: ReadVerb<typeof contract> = async (context, { query }) => {
  const actor = requireActor(context);
  const rows = await selectKeys(context.db)
    .where(
      and(isNull(keys.deletedAt), ownedBy(actor, query.user), matching(query.search), after(query.cursor)),
    )
    .orderBy(desc(keys.createdAt), desc(keys.id))
    .limit(query.limit + 1);
  const items = await keysOf(context.db, rows.slice(0, query.limit), context.clock.nowMs());
  const last = items.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor([last.createdAt, last.id]) : null };
};
