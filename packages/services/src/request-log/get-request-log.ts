// One request with its attempts and its bill.
import type { getRequestLog as contract } from '@api-proxy/contracts/request-logs';
import type { Database } from '@api-proxy/db/database';
import { channels } from '@api-proxy/db/schema/channels';
import { prices } from '@api-proxy/db/schema/prices';
import { type LoggedDecision, requestLog } from '@api-proxy/db/schema/request-log';
import { routePlans } from '@api-proxy/db/schema/route-plans';
import { formatUsd } from '@api-proxy/kit/money';
import { eq, inArray } from 'drizzle-orm';
import { isAdmin, requireActor } from '../authorise.ts';
import { formatMultiplier } from '../factor.ts';
import { notFound } from '../failure.ts';
import type { ReadVerb } from '../verb.ts';
import { costLines, longContextAbove, sumOfLines } from './cost-lines.ts';
import { attemptsOf, errorTextFor, type LogRow, logRowOf, selectLogs } from './log-view.ts';
import { paidFor, refundOf } from './paid-for.ts';

/** The channels that the route was planned from, then what happened while choosing. */
async function decisionOf(db: Database, { log }: LogRow): Promise<LoggedDecision[]> {
  if (log.planId === null) return log.decision;
  const [plan] = await db.select().from(routePlans).where(eq(routePlans.id, log.planId));
  return [...(plan?.channels ?? []), ...log.decision];
}

/** Names of channels, deleted ones too. */
async function channelNames(
  db: Database,
  mentioned: readonly { readonly channelId: string }[],
): Promise<Map<string, string>> {
  const ids = [...new Set(mentioned.map(({ channelId }) => channelId))];
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: channels.id, name: channels.name })
    .from(channels)
    .where(inArray(channels.id, ids));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export const getRequestLog: ReadVerb<typeof contract> = async (context, { params }) => {
  const actor = requireActor(context);
  const { db } = context;
  const [row] = await selectLogs(db).where(eq(requestLog.requestId, params.requestId)).limit(1);
  const full = isAdmin(actor);
  if (!row || (!full && row.log.userId !== actor.userId)) throw notFound('request');
  const { log } = row;
  const decision = full ? await decisionOf(db, row) : [];
  const names = full ? await channelNames(db, [...log.attempts, ...decision]) : new Map<string, string>();
  const [price] = log.priceId ? await db.select().from(prices).where(eq(prices.id, log.priceId)) : [];
  const refund = await refundOf(db, log.requestId);
  return {
    ...logRowOf(row, full),
    errorText: errorTextFor(row, full),
    clientIp: log.clientIp,
    userAgent: log.userAgent,
    upstreamRequestId: full ? log.upstreamRequestId : null,
    serverTools: log.serverTools ?? {},
    overheadMs: log.overheadMs,
    multiplier: formatMultiplier(log.multiplierPpm),
    costLines: costLines(price, log),
    costSumUsd: sumOfLines(price, log),
    price: price
      ? {
          priceId: price.id,
          effectiveFrom: price.effectiveFrom.toISOString(),
          override: full && price.channelId !== null,
          longContextAbove: longContextAbove(price, log),
        }
      : null,
    operatorLossUsd: formatUsd(full ? log.operatorLoss : 0n),
    attempts: attemptsOf(row, { full, names }),
    decision: decision.map((entry) => ({
      ...entry,
      channelName: names.get(entry.channelId) ?? entry.channelId,
    })),
    droppedFields: log.droppedFields,
    paidUsd: formatUsd(await paidFor(db, log)),
    refund: refund && {
      amountUsd: formatUsd(refund.amount),
      note: refund.note,
      createdAt: refund.createdAt.toISOString(),
    },
  };
};
