// What channels did in the last 24 hours, from the roll-ups.
import type { Channel } from '@api-proxy/contracts/channels';
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { LATENCY_BOUNDS_MS } from '@api-proxy/db/schema/usage-measures';
import { DAY_MS } from '@api-proxy/kit/duration';
import { sql } from 'drizzle-orm';
import { percentile } from './latency.ts';

export type ChannelStats = Pick<Channel['live'], 'requests24h' | 'errorRate24h' | 'p50Ms' | 'p95Ms'>;

export const NO_STATS: ChannelStats = { requests24h: 0, errorRate24h: null, p50Ms: null, p95Ms: null };

type Sums = { channel_id: string; requests: number; errors: number };
type Bucket = { channel_id: string; place: number; requests: number };

/** By channel id; channels without a request are left out. */
export async function channelStats(db: Database, nowMs: number): Promise<Map<string, ChannelStats>> {
  const since = new Date(nowMs - DAY_MS).toISOString();
  const sums = rowsOf<Sums>(
    await db.execute(sql`
      select channel_id, sum(requests)::float8 as requests,
        coalesce(sum(requests) filter (where outcome in ('upstream_error', 'upstream_truncated')), 0)::float8 as errors
      from usage_by_hour where bucket >= ${since}::timestamptz and channel_id <> '' group by channel_id`),
  );
  const buckets = rowsOf<Bucket>(
    await db.execute(sql`
      select channel_id, part.place::int as place, sum(part.requests)::float8 as requests
      from usage_by_hour, unnest(duration_histogram) with ordinality as part(requests, place)
      where bucket >= ${since}::timestamptz and channel_id <> '' group by channel_id, part.place`),
  );
  const histograms = new Map<string, number[]>();
  for (const { channel_id, place, requests } of buckets) {
    const counts = histograms.get(channel_id) ?? new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0);
    counts[place - 1] = requests;
    histograms.set(channel_id, counts);
  }
  return new Map(
    sums.map(({ channel_id, requests, errors }) => {
      const counts = histograms.get(channel_id) ?? [];
      const stats = {
        requests24h: requests,
        errorRate24h: requests > 0 ? errors / requests : null,
        p50Ms: percentile(counts, 0.5),
        p95Ms: percentile(counts, 0.95),
      };
      return [channel_id, stats];
    }),
  );
}
