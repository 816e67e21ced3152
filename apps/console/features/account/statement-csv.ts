// A whole statement as CSV: every page of it, in the order of the table.
import type { LedgerEntry } from '@api-proxy/contracts/ledger';
import { type Cell, csvOf } from '../../lib/csv.ts';

const HEAD = ['time', 'kind', 'amount_usd', 'balance_after_usd', 'reference', 'note', 'by', 'id'];

export type LedgerPage = { items: LedgerEntry[]; nextCursor: string | null };

/** Reads page after page until there is none. @param read what `cursor` names; undefined: the first. */
export async function statementCsv(
  read: (cursor: string | undefined) => Promise<LedgerPage>,
): Promise<string> {
  const rows: Cell[][] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await read(cursor);
    for (const entry of items) {
      rows.push([
        entry.createdAt,
        entry.kind,
        { amount: entry.amountUsd },
        { amount: entry.balanceAfterUsd },
        entry.reference,
        entry.note,
        entry.actorName ?? '',
        entry.id,
      ]);
    }
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return csvOf([HEAD, ...rows]);
}
