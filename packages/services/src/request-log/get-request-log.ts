// One request with its attempts and its bill.
import type { getRequestLog as contract } from '@api-proxy/contracts/request-logs';
import type { Database } from '@api-proxy/db/database';
import { channels } from '@api-proxy/db/schema/channels';
import { prices } from '@api-proxy/db/schema/prices';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { formatUsd } from '@api-proxy/kit/money';
import { eq, inArray } from 'drizzle-orm';
import { isAdmin, requireActor } from '../authorise.ts';
import { formatMultiplier } from '../factor.ts';
import { notFound } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { costLines, longContextAbove, sumOfLines } from './cost-lines.ts';
import { attemptsOf, errorTextFor, type LogRow, logRowOf, selectLogs } from './log-view.ts';
import { paidFor, refundOf } from './paid-for.ts';

/** Names of all channels that the row mentions, deleted ones too. */
async function channelNames(db: Database, { log }: LogRow): Promise<Map<string, string>> {
  const ids = [...new Set([...log.attempts, ...log.decision].map(({ channelId }) => channelId))];
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: channels.id, name: channels.name })
    .from(channels)
    .where(inArray(channels.id, ids));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export const getRequestLog: Verb<typeof contract> = async (context, { params }) => {
  const actor = requireActor(context);
  const { db } = context;
  const [row] = await selectLogs(db).where(eq(requestLog.requestId, params.requestId)).limit(1);
  const full = isAdmin(actor);
  if (!row || (!full && row.log.userId !== actor.userId)) throw notFound('request');
  const { log } = row;
  const names = full ? await channelNames(db, row) : new Map<string, string>();
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
    decision: full
      ? log.decision.map((entry) => ({
          ...entry,
          channelName: names.get(entry.channelId) ?? entry.channelId,
        }))
      : [],
    droppedFields: log.droppedFields,
    paidUsd: formatUsd(await paidFor(db, log)),
    refund: refund && {
      amountUsd: formatUsd(refund.amount),
      note: refund.note,
      createdAt: refund.createdAt.toISOString(),
    },
  };
};
