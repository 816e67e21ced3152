// Own usage: today, 7 and 30 days, by hour, day, model and key. Reads roll-ups only, never the log.
import type { getUsageSummary as contract } from '@api-proxy/contracts/usage';
import { keys } from '@api-proxy/db/schema/keys';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { DAY_MS, HOUR_MS } from '@api-proxy/kit/duration';
import { and, asc, desc, eq, gte, sql } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import type { ReadVerb } from '../verb.ts';
import { addSums, type SumRow, sumColumns, sumsOf } from './sums.ts';

const HOURS = 24;
const DAYS = 30;

type HourRow = SumRow & { bucket: Date };

/** Buckets of equal length up to now, oldest first; those without a request are zero. */
function series(
  rows: readonly HourRow[],
  { count, lengthMs, nowMs }: { count: number; lengthMs: number; nowMs: number },
) {
  const last = nowMs - (nowMs % lengthMs);
  return Array.from({ length: count }, (_, index) => {
    const start = last - (count - 1 - index) * lengthMs;
    const inside = rows.filter(
      ({ bucket }) => bucket.getTime() >= start && bucket.getTime() < start + lengthMs,
    );
    return { bucket: new Date(start).toISOString(), ...sumsOf(addSums(inside)) };
  });
}

export const getUsageSummary: ReadVerb<typeof contract> = async (context) => {
  const { userId } = requireActor(context);
  const nowMs = context.clock.nowMs();
  const today = nowMs - (nowMs % DAY_MS);
  const since = today - (DAYS - 1) * DAY_MS;
  const own = and(eq(usageByHour.userId, userId), gte(usageByHour.bucket, new Date(since)));
  const { db } = context;
  const hours = await db
    .select({ bucket: usageByHour.bucket, ...sumColumns })
    .from(usageByHour)
    .where(own)
    .groupBy(usageByHour.bucket)
    .orderBy(asc(usageByHour.bucket));
  const byModel = await db
    .select({ model: usageByHour.model, ...sumColumns })
    .from(usageByHour)
    .where(own)
    .groupBy(usageByHour.model)
    .orderBy(desc(sql`sum(${usageByHour.cost})`), asc(usageByHour.model));
  const byKey = await db
    .select({ keyId: usageByHour.keyId, keyName: keys.name, ...sumColumns })
    .from(usageByHour)
    .leftJoin(keys, eq(keys.id, usageByHour.keyId))
    .where(own)
    .groupBy(usageByHour.keyId, keys.name)
    .orderBy(desc(sql`sum(${usageByHour.cost})`), asc(usageByHour.keyId));
  const from = (startMs: number) =>
    sumsOf(addSums(hours.filter(({ bucket }) => bucket.getTime() >= startMs)));
  return {
    today: from(today),
    sevenDays: from(today - 6 * DAY_MS),
    thirtyDays: from(since),
    byHour: series(hours, { count: HOURS, lengthMs: HOUR_MS, nowMs }),
    byDay: series(hours, { count: DAYS, lengthMs: DAY_MS, nowMs }),
    byModel: byModel.map(({ model, ...sums }) => ({ model, ...sumsOf(sums) })),
    byKey: byKey.map(({ keyId, keyName, ...sums }) => ({
      keyId,
      keyName: keyName ?? keyId,
      ...sumsOf(sums),
    })),
  };
};
