// Adds settled rows up per minute and user, key, channel, model, outcome: what dashboards read.
import { LATENCY_BOUNDS_MS } from '@api-proxy/db/schema/usage-measures';
import { MINUTE_MS } from '@api-proxy/kit/duration';
import type { Column } from './json-parameter.ts';
import type { PreparedRow } from './prepared-row.ts';

/** Elements of a histogram: the last is open. */
export const LATENCY_BUCKETS = LATENCY_BOUNDS_MS.length + 1;

/** The dimensions: the primary key of the roll-up tables, in its order. */
export const ROLL_UP_KEY: readonly Column<RollUp>[] = [
  ['bucket', 'timestamptz', (row) => row.bucket],
  ['user_id', 'text', (row) => row.user_id],
  ['key_id', 'text', (row) => row.key_id],
  ['channel_id', 'text', (row) => row.channel_id],
  ['model', 'text', (row) => row.model],
  ['outcome', 'text', (row) => row.outcome],
];

export const ROLL_UP_SUMS: readonly Column<RollUp>[] = [
  ['requests', 'bigint', (row) => row.requests],
  ['input_tokens', 'bigint', (row) => row.input_tokens],
  ['cache_read_tokens', 'bigint', (row) => row.cache_read_tokens],
  ['cache_write5m_tokens', 'bigint', (row) => row.cache_write5m_tokens],
  ['cache_write1h_tokens', 'bigint', (row) => row.cache_write1h_tokens],
  ['output_tokens', 'bigint', (row) => row.output_tokens],
  ['reasoning_tokens', 'bigint', (row) => row.reasoning_tokens],
  ['estimated_requests', 'bigint', (row) => row.estimated_requests],
  ['cost', 'bigint', (row) => row.cost.toString()],
  ['operator_loss', 'bigint', (row) => row.operator_loss.toString()],
  ['first_byte_ms_sum', 'bigint', (row) => row.first_byte_ms_sum],
  ['first_byte_count', 'bigint', (row) => row.first_byte_count],
  ['duration_ms_sum', 'bigint', (row) => row.duration_ms_sum],
];

export const ROLL_UP_HISTOGRAMS: readonly Column<RollUp>[] = [
  ['first_byte_histogram', 'integer[]', (row) => row.first_byte_histogram],
  ['duration_histogram', 'integer[]', (row) => row.duration_histogram],
];

/** Sums of one bucket. */
type Sums = {
  requests: number;
  input_tokens: number;
  cache_read_tokens: number;
  cache_write5m_tokens: number;
  cache_write1h_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  estimated_requests: number;
  cost: bigint;
  operator_loss: bigint;
  first_byte_ms_sum: number;
  first_byte_count: number;
  duration_ms_sum: number;
  first_byte_histogram: number[];
  duration_histogram: number[];
};

type Dimensions = {
  bucket: string;
  user_id: string;
  key_id: string;
  channel_id: string;
  model: string;
  outcome: string;
};

/** One record of a roll-up table. */
export type RollUp = Dimensions & Sums;

/** Which of the histogram's 13 buckets a latency belongs to: bounds are included, the last bucket is open. */
export function latencyBucket(ms: number): number {
  const index = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
  return index === -1 ? LATENCY_BUCKETS - 1 : index;
}

function emptySums(): Sums {
  return {
    requests: 0,
    input_tokens: 0,
    cache_read_tokens: 0,
    cache_write5m_tokens: 0,
    cache_write1h_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    estimated_requests: 0,
    cost: 0n,
    operator_loss: 0n,
    first_byte_ms_sum: 0,
    first_byte_count: 0,
    duration_ms_sum: 0,
    first_byte_histogram: new Array<number>(LATENCY_BUCKETS).fill(0),
    duration_histogram: new Array<number>(LATENCY_BUCKETS).fill(0),
  };
}

function countIn(histogram: number[], ms: number): void {
  const bucket = latencyBucket(ms);
  histogram[bucket] = (histogram[bucket] ?? 0) + 1;
}

function add(sums: Sums, row: PreparedRow): void {
  const { usage } = row;
  const durationMs = Math.round(row.durationMs);
  sums.requests++;
  sums.input_tokens += usage.input;
  sums.cache_read_tokens += usage.cacheRead;
  sums.cache_write5m_tokens += usage.cacheWrite5m;
  sums.cache_write1h_tokens += usage.cacheWrite1h;
  sums.output_tokens += usage.output;
  sums.reasoning_tokens += usage.reasoning;
  if (usage.estimated) sums.estimated_requests++;
  sums.cost += row.charge;
  sums.operator_loss += row.operatorLoss;
  sums.duration_ms_sum += durationMs;
  countIn(sums.duration_histogram, durationMs);
  if (row.firstByteMs === null) return;
  const firstByteMs = Math.round(row.firstByteMs);
  sums.first_byte_ms_sum += firstByteMs;
  sums.first_byte_count++;
  countIn(sums.first_byte_histogram, firstByteMs);
}

type Groups = Map<string, RollUp>;

/** The group of the row's dimensions; made when it is the first of its kind. */
function groupOf(groups: Groups, row: PreparedRow): RollUp {
  const bucketMs = minuteOf(row) * MINUTE_MS;
  const channelId = row.channelId ?? '';
  // Only the model is a text of the client's, so it comes last: no two groups can share a key. It must come as it is
  // stored: two groups that became one record would fail the whole batch (`on conflict` updates no record twice).
  const key = `${bucketMs}\n${row.userId}\n${row.keyId}\n${channelId}\n${row.outcome}\n${row.model}`;
  const known = groups.get(key);
  if (known) return known;
  const made = {
    bucket: new Date(bucketMs).toISOString(),
    user_id: row.userId,
    key_id: row.keyId,
    channel_id: channelId,
    model: row.model,
    outcome: row.outcome,
    ...emptySums(),
  };
  groups.set(key, made);
  return made;
}

function sorted(groups: Groups): RollUp[] {
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

/**
 * Records of the minute table, one per minute of the request's start and dimensions, sorted by key so that two
 * writers lock in the same order. Probes are left out.
 */
export function rollUpMinutes(rows: readonly PreparedRow[]): RollUp[] {
  const groups: Groups = new Map();
  let before: { readonly row: PreparedRow; readonly group: RollUp } | null = null;
  for (const row of rows) {
    if (row.probe) continue;
    // Rows that follow one another mostly belong together.
    const group: RollUp = before && alike(before.row, row) ? before.group : groupOf(groups, row);
    add(group, row);
    before = { row, group };
  }
  return sorted(groups);
}

function alike(one: PreparedRow, other: PreparedRow): boolean {
  return (
    one.keyId === other.keyId &&
    one.userId === other.userId &&
    one.model === other.model &&
    one.channelId === other.channelId &&
    one.outcome === other.outcome &&
    minuteOf(one) === minuteOf(other)
  );
}

function minuteOf({ startedAtMs }: PreparedRow): number {
  return Math.floor(startedAtMs / MINUTE_MS);
}
