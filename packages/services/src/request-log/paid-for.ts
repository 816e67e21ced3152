// What a user has paid for a request by now, and whether it was given back.
import type { Database, Transaction } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import type { requestLog } from '@api-proxy/db/schema/request-log';
import type { NanoUsd } from '@api-proxy/kit/money';
import { and, eq, sql } from 'drizzle-orm';

type Row = Pick<typeof requestLog.$inferSelect, 'requestId' | 'cost' | 'probe'>;

/** Its charge and what re-pricings have changed about it since; nothing for a health check. */
export async function paidFor(db: Database | Transaction, row: Row): Promise<NanoUsd> {
  if (row.probe) return 0n;
  const [adjusted] = rowsOf<{ delta: string }>(
    await db.execute(sql`
      select coalesce(sum(a.delta), 0)::text as delta from request_adjustments a
      join repricings r on r.id = a.run_id and r.state = 'done'
      where a.request_id = ${row.requestId}`),
  );
  return row.cost + BigInt(adjusted?.delta ?? 0);
}

/** The entry that gave it back, if one did. */
export async function refundOf(db: Database | Transaction, requestId: string) {
  const [entry] = await db
    .select()
    .from(ledgerEntries)
    .where(and(eq(ledgerEntries.kind, 'refund'), eq(ledgerEntries.reference, requestId)));
  return entry ?? null;
}
