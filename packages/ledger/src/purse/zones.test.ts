// A daily limit ends at the midnight of its zone, on days of 23 and 25 hours too, and a change of zone keeps what is used.
import type { Database } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { manualClock } from '@api-proxy/kit/clock';
import { createZoneReader, zoneShift } from '@api-proxy/kit/window';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyTables, type TestDatabase, testPlaces } from '../testing/databases.ts';
import { admitted, ask, createWorkers } from '../testing/ledgers.ts';
import { aRow, giveBudget } from '../testing/rows.ts';

const KEY_DAY = { ownerKind: 'key', ownerId: 'key_1', span: 'day' } as const;

/** Zone, an instant on the day, the midnights that bound it. */
const CHANGE_DAYS = [
  ['Europe/Berlin', '2026-03-29T09:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  ['Europe/Berlin', '2026-10-25T09:00:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
  ['Australia/Sydney', '2026-10-04T03:00:00Z', '2026-10-03T14:00:00.000Z', '2026-10-04T13:00:00.000Z'],
  ['Australia/Sydney', '2026-04-05T03:00:00Z', '2026-04-04T13:00:00.000Z', '2026-04-05T14:00:00.000Z'],
] as const;

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('zones on $name', (place) => {
  const workers = createWorkers();
  let opened: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    opened = await place.open();
    db = opened.db;
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await workers.closeAll();
    await emptyTables(db);
  });

  const day = async () => (await db.select().from(budgets).where(eq(budgets.span, 'day')))[0];

  it.each(CHANGE_DAYS)('a day in %s around %s lasts from midnight to midnight', async (...row) => {
    const [zone, at, begins, ends] = row;
    const clock = manualClock(Date.parse(at));
    await giveBudget(db, { limit: 10_000n });
    await giveBudget(db, { ...KEY_DAY, limit: 1_000n });
    const ledger = workers.start(db, { clock, timeZone: () => zone });
    const requestId = `zone_${place.name}_${begins}`;
    expect(admitted([await ask(ledger, 900n, { requestId })])).toBe(1);
    ledger.settlement.settle(
      aRow({ requestId, costNanoUsd: 900n, startedAtMs: clock.nowMs(), durationMs: 5 }),
    );
    await ledger.settlement.flush();
    expect((await day())?.windowStartedAt?.toISOString()).toBe(begins);
    clock.advance(Date.parse(ends) - 1 - clock.nowMs());
    expect(await ask(ledger, 200n)).toMatchObject({
      denied: 'window_used_up',
      retryAfterMs: 1,
      facts: { window: 'day', used: '0.0000009', resetsAt: ends },
    });
    clock.advance(1);
    expect(admitted([await ask(ledger, 1_000n)])).toBe(1);
    expect(await day()).toMatchObject({ used: 0n, windowStartedAt: new Date(ends) });
  });

  it('after a change of zone what was spent still counts, until the next midnight of the new zone', async () => {
    // 20:00 UTC is 04:00 of the next day in Shanghai; the day there ends at 16:00 UTC.
    const clock = manualClock(Date.parse('2026-06-10T20:00:00Z'));
    let zone = 'UTC';
    await giveBudget(db, { limit: 10_000n });
    const began = new Date('2026-06-10T00:00:00Z');
    const id = await giveBudget(db, { ...KEY_DAY, limit: 1_000n, used: 900n, windowStartedAt: began });
    const ledger = workers.start(db, { clock, timeZone: () => zone });
    expect(admitted([await ask(ledger, 50n)])).toBe(1);

    const zones = createZoneReader();
    const shift = zoneShift('day', clock.nowMs(), { before: zones(zone), after: zones('Asia/Shanghai') });
    if (!shift) throw new Error('the new zone calls this window over');
    await db
      .update(budgets)
      .set({ windowStartedAt: new Date(shift.startMs) })
      .where(eq(budgets.id, id));
    const denied = { denied: 'window_used_up', facts: { used: '0.0000009' } };
    // A worker that has not heard of it yet, and one that has.
    expect(await ask(ledger, 200n)).toMatchObject(denied);
    zone = 'Asia/Shanghai';
    clock.advance(1_000);
    expect(await ask(ledger, 200n)).toMatchObject({
      ...denied,
      facts: { resetsAt: '2026-06-11T16:00:00.000Z' },
    });
    clock.advance(Date.parse('2026-06-11T16:00:00Z') - clock.nowMs());
    expect(admitted([await ask(ledger, 200n)])).toBe(1);
  });
});
