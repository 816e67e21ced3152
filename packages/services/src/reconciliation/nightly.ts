// Whether the books are due to be compared: once per night of the installation's zone.
import type { Database } from '@api-proxy/db/database';
import { reconciliations } from '@api-proxy/db/schema/reconciliations';
import { HOUR_MS } from '@api-proxy/kit/duration';
import { createZoneReader, rollingAt } from '@api-proxy/kit/window';
import { desc, eq } from 'drizzle-orm';

/** After midnight's jobs, before anyone comes to work. */
const AFTER_MIDNIGHT_MS = 3 * HOUR_MS;

/** Whether it is past three at night, by the zone, and nobody compared them this night. */
export async function isNightlyDue(db: Database, timeZone: string, nowMs: number): Promise<boolean> {
  const midnightMs = rollingAt('day', nowMs, createZoneReader()(timeZone))?.startMs ?? nowMs;
  if (nowMs < midnightMs + AFTER_MIDNIGHT_MS) return false;
  const [last] = await db
    .select({ startedAt: reconciliations.startedAt })
    .from(reconciliations)
    .where(eq(reconciliations.trigger, 'nightly'))
    .orderBy(desc(reconciliations.startedAt))
    .limit(1);
  return !last || last.startedAt.getTime() < midnightMs;
}
