// Returns leases that no one will: of workers that died, of a worker that closes, or those that ran out.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { type SQL, sql } from 'drizzle-orm';

/**
 * Which leases to return: `orphaned`: run out, or of a worker whose heartbeat stopped; `worker`: of one that is known
 * to be gone; `all`: when nothing else can be running (start of an embedded installation).
 */
export type Sweep =
  | { readonly kind: 'orphaned'; readonly nowMs: number }
  | { readonly kind: 'worker'; readonly workerId: string }
  | { readonly kind: 'all' };

/** A worker holds nothing out of a lease that ran out; this margin covers clocks that differ. */
const EXPIRY_GRACE_MS = 30 * SECOND_MS;
const HEARTBEAT_LOST_MS = 60 * SECOND_MS;

function condition(sweep: Sweep): SQL {
  if (sweep.kind === 'all') return sql`true`;
  if (sweep.kind === 'worker') return sql`l.worker_id = ${sweep.workerId}`;
  const expired = new Date(sweep.nowMs - EXPIRY_GRACE_MS).toISOString();
  const silent = new Date(sweep.nowMs - HEARTBEAT_LOST_MS).toISOString();
  return sql`(l.expires_at < ${expired}::timestamptz or exists (
    select 1 from workers w where w.id = l.worker_id and w.heartbeat_at < ${silent}::timestamptz))`;
}

/** Returns the leases to their budgets; gives how many. Run it for a dead worker after its journal is settled. */
export function sweepLeases(db: Database, sweep: Sweep): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`
      select b.id from budgets b
      where b.id in (select l.budget_id from budget_leases l where ${condition(sweep)})
      order by b.id for no key update`);
    const [row] = rowsOf<{ swept: number }>(
      await tx.execute(sql`
        with gone as (delete from budget_leases l where ${condition(sweep)} returning l.budget_id, l.amount),
        sums as (select budget_id, sum(amount)::bigint as amount, count(*) as leases from gone group by budget_id),
        given as (update budgets b set leased = b.leased - sums.amount from sums where b.id = sums.budget_id)
        select coalesce(sum(leases), 0)::integer as swept from sums`),
    );
    return row?.swept ?? 0;
  });
}
