// Names that a database does not store as they are hold nothing up, on every database.
import type { Database } from '@api-proxy/db/database';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { usageByMinute } from '@api-proxy/db/schema/usage-by-minute';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bookingPlaces, emptyTables, type TestDatabase } from '../testing/databases.ts';
import { aRow, moneyOf } from '../testing/rows.ts';
import { settlementOn } from '../testing/settlements.ts';

describe.each(bookingPlaces(process.env.TEST_DATABASE_URL))('odd names on $name', (place) => {
  let opened: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    opened = await place.open();
    db = opened.db;
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => emptyTables(db));

  it('names that are stored alike are rolled up as one, however they were written', async () => {
    const settlement = settlementOn(db, { bulk: opened.bulk });
    const startedAtMs = Math.floor(Date.now() / 60_000) * 60_000;
    const long = 'm'.repeat(255);
    const written = ['x', 'x\0', '\0x', `${long}\u{1f600}`, long, 'y\ud800', 'y\ufffd'];
    for (const modelAsked of written) settlement.settle(aRow({ startedAtMs, modelAsked }));
    await settlement.flush();
    expect(settlement.stats()).toMatchObject({ booked: 7, poisoned: 0, outages: 0 });
    for (const table of [usageByMinute, usageByHour]) {
      const sums = await db.select({ model: table.model, requests: table.requests }).from(table);
      expect(sums.sort((a, b) => (a.model < b.model ? -1 : 1))).toEqual([
        { model: long, requests: 2 },
        { model: 'x', requests: 3 },
        { model: 'y\ufffd', requests: 2 },
      ]);
    }
    const logged = await db.select({ model: requestLog.modelAsked }).from(requestLog);
    expect(new Set(logged.map(({ model }) => model))).toEqual(new Set([long, 'x', 'y\ufffd']));
  });

  it('rows that the database takes each alone but not together are booked one by one', async () => {
    const settlement = settlementOn(db, { bulk: opened.bulk });
    const startedAtMs = Date.now();
    // Ids are made here and hold no such thing; if they did, the roll-up would meet one record twice.
    for (const keyId of ['key_1', 'key_1\0', 'key_2', 'key_1\0\0'])
      settlement.settle(aRow({ startedAtMs, keyId }));
    await settlement.flush();
    expect(settlement.stats()).toMatchObject({ booked: 4, poisoned: 0, outages: 0 });
    expect(await moneyOf(db)).toMatchObject({ logged: 4_000n, charged: 4_000n, used: 4_000n });
  });

  it('a name that an upstream put into its usage is cleaned like a text', async () => {
    const settlement = settlementOn(db, { bulk: opened.bulk });
    settlement.settle(aRow({ serverTools: { 'web\0_search': 2, '\ud800': 1 } }));
    await settlement.flush();
    expect(settlement.poisoned()).toEqual([]);
    const [row] = await db.select().from(requestLog);
    expect(row?.serverTools).toEqual({ web_search: 2, '\ufffd': 1 });
  });
});
