// What one key used since an instant, by model and by day of a zone, out of the hourly roll-ups.
import type { KeyUsage, UsageRange } from '@api-proxy/contracts/usage';
import type { Database } from '@api-proxy/db/database';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { DAY_MS, HOUR_MS } from '@api-proxy/kit/duration';
import { formatUsd } from '@api-proxy/kit/money';
import { rollingAt } from '@api-proxy/kit/window';
import { and, eq, gte, sql } from 'drizzle-orm';

type Counts = Omit<KeyUsage['total'], 'costUsd'>;
type Sums = Counts & { cost: bigint };

const NOTHING: Sums = {
  requests: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  cost: 0n,
};

const added = (column: Parameters<typeof sql>[1]) => sql<number>`sum(${column})::float8`;

const COLUMNS = {
  requests: added(usageByHour.requests),
  inputTokens: added(usageByHour.inputTokens),
  cacheReadTokens: added(usageByHour.cacheReadTokens),
  cacheWrite5mTokens: added(usageByHour.cacheWrite5mTokens),
  cacheWrite1hTokens: added(usageByHour.cacheWrite1hTokens),
  outputTokens: added(usageByHour.outputTokens),
  reasoningTokens: added(usageByHour.reasoningTokens),
  cost: sql<string>`sum(${usageByHour.cost})::text`,
};

function add(a: Sums, b: Sums): Sums {
  return {
    requests: a.requests + b.requests,
    inputTokens: a.inputTokens + b.inputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWrite5mTokens: a.cacheWrite5mTokens + b.cacheWrite5mTokens,
    cacheWrite1hTokens: a.cacheWrite1hTokens + b.cacheWrite1hTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    cost: a.cost + b.cost,
  };
}

function shown({ cost, ...counts }: Sums): KeyUsage['total'] {
  return { ...counts, costUsd: formatUsd(cost) };
}

/** The first hour that counts: 24 hours with the one that runs, or 7 or 30 days of the zone with today. */
export function rangeStartMs(range: UsageRange, nowMs: number, calendar: Intl.DateTimeFormat): number {
  if (range === '24h') return nowMs - (nowMs % HOUR_MS) - 23 * HOUR_MS;
  const inside = nowMs - (range === '7d' ? 6 : 29) * DAY_MS;
  return rollingAt('day', inside, calendar)?.startMs ?? inside;
}

function dayReader(timeZone: string): (atMs: number) => string {
  // Swedish dates are ISO dates.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  return (atMs) => format.format(atMs);
}

export type SumsQuestion = {
  readonly userId: string;
  readonly keyId: string;
  readonly fromMs: number;
  readonly nowMs: number;
  readonly timeZone: string;
};

/** An hour belongs to the day in which it begins. */
export async function keySums(
  db: Database,
  { userId, keyId, fromMs, nowMs, timeZone }: SumsQuestion,
): Promise<Pick<KeyUsage, 'total' | 'byModel' | 'byDay'>> {
  const found = await db
    .select({ bucket: usageByHour.bucket, model: usageByHour.model, ...COLUMNS })
    .from(usageByHour)
    .where(
      and(
        eq(usageByHour.userId, userId),
        eq(usageByHour.keyId, keyId),
        gte(usageByHour.bucket, new Date(fromMs)),
      ),
    )
    .groupBy(usageByHour.bucket, usageByHour.model);
  const dayOf = dayReader(timeZone);
  const days = new Map<string, Sums>();
  for (let at = fromMs; at < nowMs; at += HOUR_MS) days.set(dayOf(at), NOTHING);
  const models = new Map<string, Sums>();
  let total = NOTHING;
  for (const { bucket, model, cost, ...counts } of found) {
    const sums = { ...counts, cost: BigInt(cost) };
    const day = dayOf(bucket.getTime());
    days.set(day, add(days.get(day) ?? NOTHING, sums));
    models.set(model, add(models.get(model) ?? NOTHING, sums));
    total = add(total, sums);
  }
  return {
    total: shown(total),
    byModel: [...models]
      .sort(([a, x], [b, y]) => (x.cost === y.cost ? (a < b ? -1 : 1) : x.cost > y.cost ? -1 : 1))
      .map(([model, sums]) => ({ model, ...shown(sums) })),
    byDay: [...days].map(([day, sums]) => ({ day, ...shown(sums) })),
  };
}
