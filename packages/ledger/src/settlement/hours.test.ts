// Hours that the database makes of a batch's minutes hold what its rows add up to, on every database.
import type { Database } from '@api-proxy/db/database';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { usageByMinute } from '@api-proxy/db/schema/usage-by-minute';
import { HOUR_MS, MINUTE_MS } from '@api-proxy/kit/duration';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bookingPlaces, emptyTables, type TestDatabase } from '../testing/databases.ts';
import { aRow } from '../testing/rows.ts';
import { settlementOn } from '../testing/settlements.ts';

const HOUR = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;

describe.each(bookingPlaces(process.env.TEST_DATABASE_URL))('hours on $name', (place) => {
  let opened: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    opened = await place.open();
    db = opened.db;
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => emptyTables(db));

  const hours = async () =>
    new Map(
      (await db.select().from(usageByHour)).map((hour) => [`${hour.bucket.getTime()} ${hour.model}`, hour]),
    );

  it('minutes of one hour become one record with every sum; the next hour and other models stay apart', async () => {
    const settlement = settlementOn(db, { bulk: opened.bulk });
    const settle = (startedAtMs: number, changes = {}) =>
      settlement.settle(aRow({ startedAtMs, costNanoUsd: 7n, operatorLossNanoUsd: 2n, ...changes }));
    settle(HOUR + HOUR_MS - 1, { firstByteMs: null });
    settle(HOUR + HOUR_MS);
    settle(HOUR);
    settle(HOUR + MINUTE_MS, { durationMs: 40 });
    settle(HOUR + MINUTE_MS, { modelAsked: 'other' });
    settle(HOUR, { probe: true });
    await settlement.flush();

    expect(await db.select().from(usageByMinute)).toHaveLength(5);
    const found = await hours();
    expect(found.size).toBe(3);
    const hour = found.get(`${HOUR} gpt-test`);
    expect(hour).toMatchObject({
      requests: 3,
      cost: 21n,
      operatorLoss: 6n,
      inputTokens: 30,
      cacheReadTokens: 6,
    });
    expect(hour).toMatchObject({ cacheWrite5mTokens: 9, cacheWrite1hTokens: 12, outputTokens: 15 });
    expect(hour).toMatchObject({ reasoningTokens: 3, firstByteCount: 2, firstByteMsSum: 240 });
    expect(hour?.durationMsSum).toBe(901 + 901 + 40);
    expect(hour?.durationHistogram).toEqual([1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
    expect(hour?.firstByteHistogram).toEqual([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(found.get(`${HOUR + HOUR_MS} gpt-test`)?.requests).toBe(1);
    expect(found.get(`${HOUR} other`)?.requests).toBe(1);
  });

  it('a later batch adds to the same hour, and an hour begins by UTC whatever the session says', async () => {
    // Half an hour from UTC: there an hour would begin elsewhere. The first is for connections to come, the second for PGlite.
    await db.execute(sql`do $$ begin
      execute format('alter database %I set timezone to ''Asia/Kolkata''', current_database()); end $$`);
    await db.execute(sql`select set_config('TimeZone', 'Asia/Kolkata', false)`);
    const settlement = settlementOn(opened.another());
    for (let batch = 1; batch <= 3; batch++) {
      settlement.settle(aRow({ startedAtMs: HOUR + batch * MINUTE_MS }));
      await settlement.flush();
    }
    const found = await hours();
    expect([...found.keys()]).toEqual([`${HOUR} gpt-test`]);
    expect(found.get(`${HOUR} gpt-test`)).toMatchObject({ requests: 3, cost: 3_000n });
    expect(found.get(`${HOUR} gpt-test`)?.durationHistogram[5]).toBe(3);
  });
});
