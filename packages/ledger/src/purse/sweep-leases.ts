// Returns leases that no one will: of workers that died, of a worker that closes, or those that ran out.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { MINUTE_MS } from '@api-proxy/kit/duration';
import { type SQL, sql } from 'drizzle-orm';
import { jsonText } from '../settlement/json-parameter.ts';

/**
 * Which leases to return: `orphaned`: of workers that neither prolong them nor had their journal settled in a long time;
 * `worker`: of one that is known to be gone; `all`: when nothing else can be running (start of an embedded installation).
 * `spared` workers keep theirs: they have a journal that is still to be settled, and its costs come out of those leases.
 */
export type Sweep =
  | { readonly kind: 'orphaned'; readonly nowMs: number; readonly spared: readonly string[] }
  | { readonly kind: 'worker'; readonly workerId: string }
  | { readonly kind: 'all'; readonly spared: readonly string[] };

/**
 * Whoever settles a dead worker's journal returns its leases then, within the minute. What is older belongs to a host that
 * is gone with its disk. A worker that was cut off from the database, as long as that lasted, has renewed its leases and
 * booked its rows long before: the silence of its heartbeat alone would take leases from the living.
 */
const ABANDONED_MS = 10 * MINUTE_MS;

function condition(sweep: Sweep): SQL {
  if (sweep.kind === 'worker') return sql`l.worker_id = ${sweep.workerId}`;
  const spared = sql`l.worker_id not in (select jsonb_array_elements_text(${jsonText(sweep.spared)}::text::jsonb))`;
  if (sweep.kind === 'all') return spared;
  const expired = new Date(sweep.nowMs - ABANDONED_MS).toISOString();
  return sql`(l.expires_at < ${expired}::timestamptz and ${spared})`;
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
