// Stores what routes are planned from once, so that with many channels not every row of the log has to name them all.
import { createHash } from 'node:crypto';
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import { sql } from 'drizzle-orm';
import type { SettledDecision } from './settlement-row.ts';

export type Plan = readonly SettledDecision[];

export type RoutePlans = {
  /**
   * The id of the stored plan; null while it is not stored, which this call then begins, and for a short one. The same
   * plan is the same array, which must not change. Never throws.
   */
  planId(plan: Plan): string | null;
};

export type RoutePlansOptions = { readonly db: Database; readonly clock: Clock; readonly logger: Logger };

/** Up to here a row that has the channels itself is hardly longer than one with an id. */
const SHORT = 4;
const RETRY_MS = 10 * SECOND_MS;
/** More than that are looked up in the database again. */
const KNOWN_MOST = 10_000;

export function createRoutePlans({ db, clock, logger }: RoutePlansOptions): RoutePlans {
  /** A plan whose id was worked out: its text is long, and asked for with each request. */
  const ids = new WeakMap<Plan, string>();
  const stored = new Set<string>();
  const underWay = new Set<string>();
  let notBeforeMs = 0;

  const store = async (id: string, plan: Plan): Promise<void> => {
    if (underWay.has(id) || clock.monotonicMs() < notBeforeMs) return;
    underWay.add(id);
    try {
      await db.execute(sql`
        insert into route_plans (id, channels) values (${id}, ${JSON.stringify(plan)}::jsonb)
        on conflict do nothing`);
      if (stored.size >= KNOWN_MOST) stored.clear();
      stored.add(id);
    } catch (error) {
      notBeforeMs = clock.monotonicMs() + RETRY_MS;
      logger.warn({ error: messageOf(error) }, 'a plan of routes is not stored; rows of the log contain it');
    } finally {
      underWay.delete(id);
    }
  };

  return {
    planId(plan) {
      if (plan.length <= SHORT) return null;
      const known = ids.get(plan);
      const id = known ?? idOf(plan);
      if (known === undefined) ids.set(plan, id);
      if (stored.has(id)) return id;
      void store(id, plan);
      return null;
    },
  };
}

/** 128 bits of the content's hash. */
function idOf(plan: Plan): string {
  const text = plan.map(({ channelId, kept, reason }) => `${channelId} ${kept ? 1 : 0} ${reason}`).join('\n');
  return `pln_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
}
