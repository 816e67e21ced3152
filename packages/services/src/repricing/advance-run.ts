// Goes on with a run for a while: counts batches, or books users; whoever calls again goes on from there.
import { repricings } from '@api-proxy/db/schema/repricings';
import { and, eq, sql } from 'drizzle-orm';
import type { ServicePorts } from '../context.ts';
import { bookNextUser } from './book-user.ts';
import { countBatch } from './count-batch.ts';

export type AdvancePorts = Pick<ServicePorts, 'db' | 'clock' | 'bus'>;

/** Works until there is nothing left to do without a person, or `forMs` are over. @throws what the driver throws. */
export async function advanceRun(ports: AdvancePorts, runId: string, forMs: number): Promise<void> {
  const { db, clock } = ports;
  const endMs = clock.monotonicMs() + forMs;
  do {
    const [run] = await db.select().from(repricings).where(eq(repricings.id, runId));
    if (run?.state === 'counting') await countBatch(db, runId);
    else if (run?.state === 'booking') await bookOne(ports, run);
    else return;
  } while (clock.monotonicMs() < endMs);
}

async function bookOne({ db, clock, bus }: AdvancePorts, run: typeof repricings.$inferSelect): Promise<void> {
  const now = new Date(clock.nowMs());
  const booked = await bookNextUser(db, run, now);
  if (!booked) return finish({ db }, run.id, now);
  await bus.publish('caller', { userId: booked.userId, keyId: null });
  for (const keyId of booked.keyIds) await bus.publish('caller', { userId: booked.userId, keyId });
}

/** Only once nobody is being booked by another worker either. */
async function finish({ db }: Pick<AdvancePorts, 'db'>, runId: string, now: Date): Promise<void> {
  await db
    .update(repricings)
    .set({ state: 'done', finishedAt: now })
    .where(
      and(
        eq(repricings.id, runId),
        eq(repricings.state, 'booking'),
        sql`not exists (select 1 from repricing_users u where u.run_id = ${runId} and u.booked_at is null)`,
      ),
    );
}

/** Rows of discarded runs that one sweep deletes at most. */
const SWEEP_ROWS = 50_000;

/** For a job: books on what a closed browser or a lost worker left half booked; clears away what was discarded. */
export async function tendRuns(ports: AdvancePorts, forMs: number): Promise<void> {
  const { db } = ports;
  const [open] = await db
    .select({ id: repricings.id })
    .from(repricings)
    .where(eq(repricings.state, 'booking'));
  if (open) await advanceRun(ports, open.id, forMs);
  await db.execute(sql`
    delete from request_adjustments where ctid = any(array(
      select a.ctid from request_adjustments a join repricings r on r.id = a.run_id
      where r.state = 'discarded' limit ${SWEEP_ROWS}))`);
}
