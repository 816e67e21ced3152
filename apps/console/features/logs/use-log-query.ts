// From the filters in the URL to the query of the request log.
'use client';
import { outcome } from '@api-proxy/contracts/enums';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { useKeyset } from '@/components/table/use-keyset';

export const logRanges = ['1h', '24h', '7d', '30d'] as const;
export type LogRange = (typeof logRanges)[number];

const HOURS: Record<LogRange, number> = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 };

const filterParams = {
  range: parseAsStringLiteral(logRanges).withDefault('24h'),
  model: parseAsString.withDefault(''),
  outcome: parseAsStringLiteral(outcome.options),
  request: parseAsString.withDefault(''),
};

type Change = {
  range?: LogRange;
  model?: string | null;
  outcome?: (typeof outcome.options)[number] | null;
  request?: string | null;
};

/** `scope: all` is for admins. A change of a filter goes back to the first page. */
export function useLogQuery(scope: 'own' | 'all') {
  const [filters, setFilters] = useQueryStates(filterParams);
  const keyset = useKeyset();
  const { range, model, outcome: ended, request } = filters;
  // 24 hours is what the API does by itself, so that the first page can be fetched on the server.
  const from = useMemo(
    () => (range === '24h' ? undefined : new Date(Date.now() - HOURS[range] * 3_600_000).toISOString()),
    [range],
  );
  const query = {
    ...(scope === 'all' ? { scope } : {}),
    ...(from === undefined ? {} : { from }),
    ...(model ? { model } : {}),
    ...(ended ? { outcome: ended } : {}),
    ...(request ? { requestId: request } : {}),
    ...(keyset.cursor ? { cursor: keyset.cursor } : {}),
  };
  const change = (next: Change) => {
    keyset.reset();
    void setFilters(next);
  };
  return { filters, query, keyset, change, filtered: Boolean(model || ended || request) };
}
