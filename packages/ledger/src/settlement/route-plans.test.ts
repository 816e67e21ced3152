// Promises: a long plan is stored once however often it is used; until then, and while the database is away, rows have it themselves.
import { setImmediate } from 'node:timers/promises';
import type { Database } from '@api-proxy/db/database';
import { routePlans } from '@api-proxy/db/schema/route-plans';
import { type Clock, manualClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { countingDatabase, failingDatabase } from '../testing/database-doubles.ts';
import { bookingPlaces, emptyTables, type TestDatabase } from '../testing/databases.ts';
import { createRoutePlans, type RoutePlans } from './route-plans.ts';

const planOf = (count: number, reason = 'candidate') =>
  Array.from({ length: count }, (_, index) => ({ channelId: `chn_${index}`, kept: true, reason }));

function plansOn(db: Database, clock: Clock = manualClock()): RoutePlans {
  return createRoutePlans({ db, clock, logger: silentLogger });
}

describe.each(bookingPlaces(process.env.TEST_DATABASE_URL))('plans of routes on $name', (place) => {
  let opened: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    opened = await place.open();
    db = opened.db;
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => emptyTables(db));

  it('the first requests have the plan in their rows, the later ones its id', async () => {
    const plans = plansOn(db);
    const plan = planOf(100);
    expect([plans.planId(plan), plans.planId(plan)]).toEqual([null, null]);
    await vi.waitFor(() => expect(plans.planId(plan)).toMatch(/^pln_[\w-]{22}$/));
    expect(await db.select().from(routePlans)).toMatchObject([{ id: plans.planId(plan), channels: plan }]);
  });

  it('equal plans are one record, of one worker or of two; other plans are others', async () => {
    const [one, other] = [plansOn(db), plansOn(db)];
    const stored = async (plans: RoutePlans, plan: ReturnType<typeof planOf>) => {
      await vi.waitFor(() => expect(plans.planId(plan)).not.toBeNull());
      return plans.planId(plan);
    };
    const id = await stored(one, planOf(100));
    expect(await stored(one, planOf(100))).toBe(id);
    expect(await stored(other, planOf(100))).toBe(id);
    expect(await stored(other, planOf(100, 'disabled'))).not.toBe(id);
    expect(await db.select().from(routePlans)).toHaveLength(2);
  });

  it('a short plan stays in the row', async () => {
    const plans = plansOn(db);
    const plan = planOf(4);
    plans.planId(plan);
    const long = planOf(5);
    await vi.waitFor(() => expect(plans.planId(long)).not.toBeNull());
    expect(plans.planId(plan)).toBeNull();
  });

  it('while the database is away rows have the plan, and it is asked again after ten seconds', async () => {
    const clock = manualClock();
    const failing = failingDatabase(db);
    const counting = countingDatabase(failing.db);
    const plans = plansOn(counting.db, clock);
    const plan = planOf(100);
    failing.goAway();
    expect(plans.planId(plan)).toBeNull();
    await vi.waitFor(() => expect(counting.count()).toBe(1));
    failing.comeBack();
    for (let count = 0; count < 20; count++) {
      await setImmediate();
      expect(plans.planId(plan)).toBeNull();
    }
    expect(counting.count()).toBe(1);
    clock.advance(10_000);
    await vi.waitFor(() => expect(plans.planId(plan)).not.toBeNull());
    expect(counting.count()).toBe(2);
  });
});
