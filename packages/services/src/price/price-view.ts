// Price rows in the shape of the contract, and which of them is in force.
import type { Price, Tariff } from '@api-proxy/contracts/prices';
import type { prices } from '@api-proxy/db/schema/prices';
import { formatUsd } from '@api-proxy/kit/money';
import { parsedUsd } from '../money-input.ts';

export type PriceRow = typeof prices.$inferSelect;

/** The tariff as columns, nano-USD per million tokens. */
export function tariffColumns(tariff: Tariff) {
  const long = tariff.longContext;
  return {
    input: parsedUsd(tariff.input),
    output: parsedUsd(tariff.output),
    cacheRead: parsedUsd(tariff.cacheRead),
    cacheWrite5m: parsedUsd(tariff.cacheWrite5m),
    cacheWrite1h: parsedUsd(tariff.cacheWrite1h),
    longContextThreshold: long?.threshold ?? null,
    longInput: long ? parsedUsd(long.input) : null,
    longOutput: long ? parsedUsd(long.output) : null,
    longCacheRead: long ? parsedUsd(long.cacheRead) : null,
    longCacheWrite5m: long ? parsedUsd(long.cacheWrite5m) : null,
    longCacheWrite1h: long ? parsedUsd(long.cacheWrite1h) : null,
  };
}

/** The tariff of a row in the shape of the contract. */
export function tariffOf(row: PriceRow): Tariff {
  // A long-context rate that a row leaves open is its ordinary rate.
  const longContext =
    row.longContextThreshold === null
      ? null
      : {
          threshold: row.longContextThreshold,
          input: formatUsd(row.longInput ?? row.input),
          output: formatUsd(row.longOutput ?? row.output),
          cacheRead: formatUsd(row.longCacheRead ?? row.cacheRead),
          cacheWrite5m: formatUsd(row.longCacheWrite5m ?? row.cacheWrite5m),
          cacheWrite1h: formatUsd(row.longCacheWrite1h ?? row.cacheWrite1h),
        };
  return {
    input: formatUsd(row.input),
    output: formatUsd(row.output),
    cacheRead: formatUsd(row.cacheRead),
    cacheWrite5m: formatUsd(row.cacheWrite5m),
    cacheWrite1h: formatUsd(row.cacheWrite1h),
    longContext,
  };
}

/** Prices compete when they are for the same model on the same channel (or on none). */
export function placeOf(row: Pick<PriceRow, 'model' | 'channelId'>): string {
  return `${row.model}\n${row.channelId ?? ''}`;
}

function isNewer(row: PriceRow, than: PriceRow): boolean {
  const difference = row.effectiveFrom.getTime() - than.effectiveFrom.getTime();
  return difference === 0 ? row.id > than.id : difference > 0;
}

function inForce(row: PriceRow, nowMs: number): boolean {
  const withdrawn = row.withdrawnAt !== null && row.withdrawnAt.getTime() <= nowMs;
  return !withdrawn && row.effectiveFrom.getTime() <= nowMs;
}

/** By `placeOf`: the newest price that is effective and not withdrawn. */
export function currentPrices(rows: readonly PriceRow[], nowMs: number): Map<string, PriceRow> {
  const current = new Map<string, PriceRow>();
  for (const row of rows) {
    if (!inForce(row, nowMs)) continue;
    const known = current.get(placeOf(row));
    if (!known || isNewer(row, known)) current.set(placeOf(row), row);
  }
  return current;
}

function phaseOf(row: PriceRow, current: ReadonlyMap<string, PriceRow>, nowMs: number): Price['phase'] {
  if (current.get(placeOf(row))?.id === row.id) return 'current';
  return row.withdrawnAt === null && row.effectiveFrom.getTime() > nowMs ? 'scheduled' : 'past';
}

/** @param current what is in force among all rows of the same place. */
export function priceOf(row: PriceRow, current: ReadonlyMap<string, PriceRow>, nowMs: number): Price {
  return {
    id: row.id,
    provider: row.provider,
    model: row.model,
    channelId: row.channelId,
    tariff: tariffOf(row),
    effectiveFrom: row.effectiveFrom.toISOString(),
    withdrawnAt: row.withdrawnAt?.toISOString() ?? null,
    source: row.source,
    note: row.note,
    phase: phaseOf(row, current, nowMs),
    createdAt: row.createdAt.toISOString(),
  };
}
