// Stored comparisons of the books in the shape of the contract.
import { book, type Reconciliation } from '@api-proxy/contracts/finance';
import type { Database } from '@api-proxy/db/database';
import { users } from '@api-proxy/db/schema/users';
import { formatUsd } from '@api-proxy/kit/money';
import { inArray } from 'drizzle-orm';
import type { ReconciliationRow } from './record-reconciliation.ts';

type Names = ReadonlyMap<string, string>;

async function namesOf(db: Database, rows: readonly ReconciliationRow[]): Promise<Names> {
  const ids = [...new Set(rows.flatMap(({ differences }) => differences.map(({ ownerId }) => ownerId)))];
  if (ids.length === 0) return new Map();
  const found = await db.select({ id: users.id, name: users.name }).from(users).where(inArray(users.id, ids));
  return new Map(found.map(({ id, name }) => [id, name]));
}

function viewOf(row: ReconciliationRow, names: Names): Reconciliation {
  return {
    id: row.id,
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt.toISOString(),
    trigger: row.trigger,
    actorName: row.actorName,
    users: row.users,
    differenceUsd: formatUsd(row.difference),
    differenceCount: row.differenceCount,
    chargedUsd: formatUsd(row.charged),
    logSince: row.logSince?.toISOString() ?? null,
    differences: row.differences.map((one) => {
      const amount = (text: string) => (one.book === 'requests' ? text : formatUsd(BigInt(text)));
      return {
        ownerId: one.ownerId,
        ownerName: names.get(one.ownerId) ?? null,
        book: book.parse(one.book),
        expected: amount(one.expected),
        found: amount(one.found),
      };
    }),
  };
}

/** By one more query, whatever their number. */
export async function reconciliationsOf(
  db: Database,
  rows: readonly ReconciliationRow[],
): Promise<Reconciliation[]> {
  const names = await namesOf(db, rows);
  return rows.map((row) => viewOf(row, names));
}
