// From the filters of a statement in the URL to the query of the ledger.
'use client';
import { ledgerKind } from '@api-proxy/contracts/enums';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useKeyset } from '@/components/table/use-keyset';

const filterParams = {
  kind: parseAsStringLiteral(ledgerKind.options),
  /** Days of the viewer's calendar, `2026-11-23`. */
  since: parseAsString,
  until: parseAsString,
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The start of a day in the viewer's zone, or of one after it. */
function startOfDay(day: string, plus = 0): string | undefined {
  if (!DAY.test(day)) return undefined;
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + plus);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

type Change = {
  kind?: (typeof ledgerKind.options)[number] | null;
  since?: string | null;
  until?: string | null;
};

/** @param user whose statement; left out: one's own. A change of a filter goes back to the first page. */
export function useStatementQuery(user: string | undefined) {
  const [filters, setFilters] = useQueryStates(filterParams);
  const keyset = useKeyset(user === undefined ? 'cursor' : 'entries');
  const { kind, since, until } = filters;
  const from = since === null ? undefined : startOfDay(since);
  const to = until === null ? undefined : startOfDay(until, 1);
  const wanted = {
    ...(user === undefined ? {} : { user }),
    ...(kind === null ? {} : { kind }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  const change = (next: Change) => {
    keyset.reset();
    void setFilters(next);
  };
  return { filters, wanted, keyset, change, filtered: kind !== null || since !== null || until !== null };
}
