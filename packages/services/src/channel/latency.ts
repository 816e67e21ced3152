// Percentiles out of the roll-ups' histograms.
import { LATENCY_BOUNDS_MS } from '@api-proxy/db/schema/usage-measures';

/**
 * The latency that `share` (0…1) of the requests stayed below, interpolated inside its bucket.
 * @param counts requests per bucket of `LATENCY_BOUNDS_MS`, the last one open.
 * @returns milliseconds; null without requests; the last bound for the open bucket.
 */
export function percentile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = share * total;
  for (const [index, count] of counts.entries()) {
    const low = index === 0 ? 0 : (LATENCY_BOUNDS_MS[index - 1] ?? 0);
    const high = LATENCY_BOUNDS_MS[index] ?? low;
    if (left <= count) return Math.round(low + (high - low) * (count === 0 ? 0 : left / count));
    left -= count;
  }
  return LATENCY_BOUNDS_MS.at(-1) ?? null;
}
