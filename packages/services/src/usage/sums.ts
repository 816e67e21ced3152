// Sums over the hourly roll-ups, added up by whatever a dashboard groups by.
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { formatUsd } from '@api-proxy/kit/money';
import { sql } from 'drizzle-orm';

/** Outcomes that are no fault of anyone: answered, or the client left. */
const FINE = sql`('ok', 'client_closed')`;

/** Columns of a grouped query; counts come back as numbers, money as text. */
export const sumColumns = {
  requests: sql<number>`coalesce(sum(${usageByHour.requests}), 0)::float8`,
  errors: sql<number>`coalesce(sum(${usageByHour.requests}) filter (where ${usageByHour.outcome} not in ${FINE}), 0)::float8`,
  inputTokens: sql<number>`coalesce(sum(${usageByHour.inputTokens}), 0)::float8`,
  cacheReadTokens: sql<number>`coalesce(sum(${usageByHour.cacheReadTokens}), 0)::float8`,
  cacheWriteTokens: sql<number>`coalesce(sum(${usageByHour.cacheWrite5mTokens} + ${usageByHour.cacheWrite1hTokens}), 0)::float8`,
  outputTokens: sql<number>`coalesce(sum(${usageByHour.outputTokens}), 0)::float8`,
  cost: sql<string>`coalesce(sum(${usageByHour.cost}), 0)::text`,
};

export type SumRow = {
  requests: number;
  errors: number;
  inputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  /** Nano-USD. */
  cost: string;
};

export function emptySums(): SumRow {
  return {
    requests: 0,
    errors: 0,
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    cost: '0',
  };
}

export function addSums(rows: readonly SumRow[]): SumRow {
  return rows.reduce(
    (total, row) => ({
      requests: total.requests + row.requests,
      errors: total.errors + row.errors,
      inputTokens: total.inputTokens + row.inputTokens,
      cacheReadTokens: total.cacheReadTokens + row.cacheReadTokens,
      cacheWriteTokens: total.cacheWriteTokens + row.cacheWriteTokens,
      outputTokens: total.outputTokens + row.outputTokens,
      cost: String(BigInt(total.cost) + BigInt(row.cost)),
    }),
    emptySums(),
  );
}

/** In the shape of the contract. */
export function sumsOf({ cost, requests, errors, ...tokens }: SumRow) {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = tokens;
  return {
    requests,
    errors,
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens,
    costUsd: formatUsd(BigInt(cost)),
  };
}
