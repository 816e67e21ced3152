// Requests in a time range, newest first: own rows, or all for an admin.
import type { listRequestLogs as contract } from '@api-proxy/contracts/request-logs';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { DAY_MS } from '@api-proxy/kit/duration';
import { and, desc, eq, gte, lt, lte, or } from 'drizzle-orm';
import { isAdmin, requireActor } from '../authorise.ts';
import type { Actor } from '../context.ts';
import { forbidden, invalidInput } from '../failure.ts';
import { decodeTimeCursor, pageOf } from '../page.ts';
import type { ReadVerb, VerbInput } from '../verb.ts';
import { logRowOf, selectLogs } from './log-view.ts';

type Query = VerbInput<typeof contract>['query'];

function ownedBy(actor: Actor, query: Query) {
  const foreign = query.user !== undefined && query.user !== actor.userId;
  if (!isAdmin(actor)) {
    // A filter by channel would tell which channel answered.
    if (query.scope === 'all' || foreign || query.channel !== undefined) throw forbidden();
    return eq(requestLog.userId, actor.userId);
  }
  if (query.user !== undefined) return eq(requestLog.userId, query.user);
  return query.scope === 'all' ? undefined : eq(requestLog.userId, actor.userId);
}

/** Without bounds: the last 24 hours, or all of time when one request is asked for by its id. */
function within(query: Query, nowMs: number) {
  const to = query.to === undefined ? undefined : new Date(query.to);
  const since = query.from === undefined ? new Date((to?.getTime() ?? nowMs) - DAY_MS) : new Date(query.from);
  if (to && since > to) throw invalidInput('query.from', 'is after the end');
  const open = query.from === undefined && query.requestId !== undefined;
  return and(open ? undefined : gte(requestLog.startedAt, since), to && lte(requestLog.startedAt, to));
}

function after(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  const { at, id } = decodeTimeCursor(cursor);
  const { startedAt, requestId } = requestLog;
  // The first condition says nothing new; an index can begin there, and earlier pages are not read again.
  return and(lte(startedAt, at), or(lt(startedAt, at), lt(requestId, id)));
}

export const listRequestLogs: ReadVerb<typeof contract> = async (context, { query }) => {
  const actor = requireActor(context);
  const full = isAdmin(actor);
  const rows = await selectLogs(context.db)
    .where(
      and(
        ownedBy(actor, query),
        within(query, context.clock.nowMs()),
        query.key ? eq(requestLog.keyId, query.key) : undefined,
        query.channel ? eq(requestLog.channelId, query.channel) : undefined,
        query.model ? eq(requestLog.modelAsked, query.model) : undefined,
        query.outcome ? eq(requestLog.outcome, query.outcome) : undefined,
        query.status ? eq(requestLog.status, query.status) : undefined,
        query.requestId ? eq(requestLog.requestId, query.requestId) : undefined,
        after(query.cursor),
      ),
    )
    .orderBy(desc(requestLog.startedAt), desc(requestLog.requestId))
    .limit(query.limit + 1);
  return pageOf(rows, query.limit, {
    item: (row) => logRowOf(row, full),
    cursor: ({ log }) => [log.startedAt.toISOString(), log.requestId],
  });
};
