// What a booking guarantees, on every database.
import type { Database } from '@api-proxy/db/database';
import { dropPartitionsBefore } from '@api-proxy/db/partitions';
import { rowsOf } from '@api-proxy/db/rows';
import { budgets } from '@api-proxy/db/schema/budgets';
import { keys } from '@api-proxy/db/schema/keys';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { usageByMinute } from '@api-proxy/db/schema/usage-by-minute';
import { users } from '@api-proxy/db/schema/users';
import { DAY_MS } from '@api-proxy/kit/duration';
import { createZoneReader } from '@api-proxy/kit/window';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bookingPlaces, emptyTables, type TestDatabase } from '../testing/databases.ts';
import { aPreparedRow, aRow, giveBudget, moneyOf } from '../testing/rows.ts';
import { settlementOn } from '../testing/settlements.ts';
import { bookBatch } from './book-batch.ts';
import { prepareRow } from './prepared-row.ts';

describe.each(bookingPlaces(process.env.TEST_DATABASE_URL))('settlement on $name', (place) => {
  let opened: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    opened = await place.open();
    db = opened.db;
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => emptyTables(db));

  it('a row settled twice, in one batch and in two, is logged and charged once', async () => {
    await giveBudget(db, { limit: 10_000n });
    const settlement = settlementOn(db, { bulk: opened.bulk });
    const row = aRow({ costNanoUsd: 777n });
    settlement.settle(row);
    settlement.settle(row);
    await settlement.flush();
    settlement.settle(row);
    await settlement.flush();
    expect(await db.select().from(requestLog)).toHaveLength(1);
    expect(await moneyOf(db)).toMatchObject({ logged: 777n, charged: 777n, used: 777n });
    expect(settlement.stats()).toMatchObject({ booked: 1, duplicates: 2, poisoned: 0 });
    const [hour] = await db.select().from(usageByHour);
    expect(hour).toMatchObject({ requests: 1, cost: 777n });
  });

  it('the start of a request is a whole millisecond, by whichever way it is booked', async () => {
    const row = aRow({ startedAtMs: Date.now() + 0.7, costNanoUsd: 5n });
    for (const bulk of [opened.bulk, undefined]) {
      const settlement = settlementOn(db, { bulk });
      settlement.settle(row);
      await settlement.flush();
    }
    const logged = await db.select().from(requestLog);
    expect(logged.map(({ startedAt }) => startedAt.getTime())).toEqual([Math.trunc(row.startedAtMs)]);
    expect(await moneyOf(db)).toMatchObject({ logged: 5n, charged: 5n });
  });

  it('a row that was not written out for COPY is booked all the same', async () => {
    const rows = [aPreparedRow(), prepareRow(aRow(), { copies: true })];
    const context = { db, bulk: opened.bulk, workerId: 'wrk_1', zone: createZoneReader()('UTC') };
    const booked = await bookBatch({ ...context, heldBy: () => [] }, rows);
    expect(booked.inserted.size).toBe(2);
    expect(await db.select().from(requestLog)).toHaveLength(2);
  });

  it('log, ledger and balances agree to the nano-dollar after parallel writers with mixed rows', async () => {
    for (let user = 0; user < 7; user++) await giveBudget(db, { ownerId: `usr_${user}`, limit: 10n ** 12n });
    const writers = [
      settlementOn(db, { bulk: opened.bulk }),
      settlementOn(opened.another()),
      settlementOn(opened.another()),
    ];
    let expected = 0n;
    for (let index = 0; index < 900; index++) {
      const cost = index % 5 === 0 ? 0n : BigInt((index * 7_919_123) % 1_000_003);
      const row = aRow({ userId: `usr_${index % 7}`, keyId: `key_${index % 11}`, costNanoUsd: cost });
      expected += cost;
      writers[index % 3]?.settle(row);
      writers[(index + 1) % 3]?.settle(row);
    }
    await Promise.all(writers.map((writer) => writer.flush()));
    expect(await moneyOf(db)).toMatchObject({ logged: expected, charged: expected, used: expected });
    const sums = rowsOf<{ minute: string; hour: string; minutes: string }>(
      await db.execute(sql`select (select sum(cost)::text from usage_by_minute) as minute,
        (select sum(cost)::text from usage_by_hour) as hour,
        (select sum(requests)::text from usage_by_minute) as minutes`),
    );
    expect(sums).toEqual([{ minute: expected.toString(), hour: expected.toString(), minutes: '900' }]);
    expect(await db.select().from(ledgerEntries)).toHaveLength(720);
  });

  it('each charge tells the balance after it, in the order in which the requests ended', async () => {
    await giveBudget(db, { limit: 1_000n, used: 100n });
    const settlement = settlementOn(db, { bulk: opened.bulk });
    const startedAtMs = Date.now() - 1_000;
    settlement.settle(aRow({ requestId: 'late', startedAtMs, durationMs: 900, costNanoUsd: 30n }));
    settlement.settle(aRow({ requestId: 'free', startedAtMs, durationMs: 500, costNanoUsd: 0n }));
    settlement.settle(aRow({ requestId: 'early', startedAtMs, durationMs: 100, costNanoUsd: 1_000n }));
    await settlement.flush();
    const entries = await db.select().from(ledgerEntries).orderBy(asc(ledgerEntries.id));
    expect(
      entries.map(({ reference, amount, balanceAfter, kind, keyId }) => ({
        reference,
        amount,
        balanceAfter,
        kind,
        keyId,
      })),
    ).toEqual([
      { reference: 'early', amount: -1_000n, balanceAfter: -100n, kind: 'charge', keyId: 'key_1' },
      { reference: 'late', amount: -30n, balanceAfter: -130n, kind: 'charge', keyId: 'key_1' },
    ]);
  });

  it('a row keeps every field, and texts are capped at 16 KB and cleaned of what PostgreSQL refuses', async () => {
    const settlement = settlementOn(db, { bulk: opened.bulk });
    const attempt = {
      channelId: 'chn_1',
      channelKeyId: 'chk_1',
      upstreamModel: 'm',
      status: 500,
      outcome: 'failed',
      reason: 'bad\0 \ud800 \\ "q"\n',
      startedAtMs: 5,
      durationMs: 7,
    };
    settlement.settle(
      aRow({
        requestId: 'req_full',
        errorCode: 'upstream',
        errorText: `é\0${'é'.repeat(20_000)}`,
        modelAsked: 'm'.repeat(5_000),
        attempts: [attempt],
        planId: 'pln_1',
        decision: [{ channelId: 'chn_2', kept: false, reason: 'cooling' }],
        droppedFields: ['top_k', 'a "quoted", {one}', 'back\\slash'],
        userAgent: `${String.raw`\N \t \. "q" 'a'`}\t\r\n`,
        channelKeyId: String.raw`\N`,
        serverTools: { web_search: 2 },
        operatorLossNanoUsd: 9n,
        upstreamRequestId: 'up_1',
      }),
    );
    await settlement.flush();
    const [row] = await db.select().from(requestLog).where(eq(requestLog.requestId, 'req_full'));
    expect(row).toMatchObject({
      modelAsked: 'm'.repeat(256),
      modelServed: 'gpt-test-upstream',
      inputTokens: 10,
      cacheWrite1hTokens: 4,
      firstByteMs: 120,
      durationMs: 901,
      cost: 1_000n,
      operatorLoss: 9n,
      attempts: [{ ...attempt, reason: 'bad \ufffd \\ "q"\n' }],
      planId: 'pln_1',
      decision: [{ channelId: 'chn_2', kept: false, reason: 'cooling' }],
      droppedFields: ['top_k', 'a "quoted", {one}', 'back\\slash'],
      userAgent: `${String.raw`\N \t \. "q" 'a'`}\t\r\n`,
      channelKeyId: String.raw`\N`,
      serverTools: { web_search: 2 },
      upstreamRequestId: 'up_1',
      probe: false,
    });
    expect(Buffer.byteLength(row?.errorText ?? '')).toBeLessThanOrEqual(16_384);
    expect(row?.errorText?.startsWith('éé')).toBe(true);
  });

  it('roll-ups add up batch by batch, histograms element by element', async () => {
    const settlement = settlementOn(db, { bulk: opened.bulk });
    const startedAtMs = Math.floor(Date.now() / 60_000) * 60_000;
    for (const firstByteMs of [10, 50, 51, null, 200_000]) {
      settlement.settle(aRow({ startedAtMs, firstByteMs, durationMs: 100 }));
      await settlement.flush();
    }
    settlement.settle(aRow({ startedAtMs, probe: true }));
    await settlement.flush();
    const [minute, ...others] = await db.select().from(usageByMinute);
    expect(others).toEqual([]);
    expect(minute).toMatchObject({
      requests: 5,
      firstByteCount: 4,
      firstByteMsSum: 200_111,
      outputTokens: 25,
    });
    expect(minute?.firstByteHistogram).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(minute?.durationHistogram).toEqual([0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(await moneyOf(db)).toMatchObject({ logged: 5_000n, charged: 5_000n, used: 5_000n });
  });

  it('window budgets of user and key count the cost and roll when their window has lapsed', async () => {
    const balance = await giveBudget(db, { limit: 10_000n, used: 50n });
    const total = await giveBudget(db, {
      ownerKind: 'key',
      ownerId: 'key_1',
      span: 'total',
      limit: 10_000n,
      used: 50n,
    });
    const stale = new Date(Date.now() - 40 * DAY_MS);
    const windows = await Promise.all(
      (['5h', 'day', 'week', 'month'] as const).map((span) =>
        giveBudget(db, {
          ownerKind: 'key',
          ownerId: 'key_1',
          span,
          limit: 9_000n,
          used: 8_000n,
          windowStartedAt: stale,
        }),
      ),
    );
    const other = await giveBudget(db, { ownerKind: 'key', ownerId: 'key_2', span: 'day', limit: 9_000n });
    const settlement = settlementOn(db, { bulk: opened.bulk });
    settlement.settle(aRow({ costNanoUsd: 7n }));
    settlement.settle(aRow({ costNanoUsd: 5n }));
    await settlement.flush();
    const used = new Map((await db.select().from(budgets)).map((budget) => [budget.id, budget]));
    for (const id of windows) {
      expect(used.get(id)?.used).toBe(12n);
      expect(used.get(id)?.windowStartedAt?.getTime()).toBeGreaterThan(stale.getTime());
    }
    expect([used.get(balance)?.used, used.get(total)?.used, used.get(other)?.used]).toEqual([62n, 62n, 0n]);
  });

  it('one row that the database refuses is set aside and named; its batch is booked', async () => {
    const settlement = settlementOn(db, { bulk: opened.bulk });
    for (let index = 0; index < 20; index++) settlement.settle(aRow());
    settlement.settle(aRow({ requestId: 'req_wide', status: 2 ** 40 }));
    settlement.settle(aRow({ requestId: 'req_when', startedAtMs: Number.NaN }));
    settlement.settle(aRow({ requestId: 'req_ancient', startedAtMs: 0 }));
    for (let index = 0; index < 20; index++) settlement.settle(aRow());
    await settlement.flush();
    expect(settlement.pending()).toBe(0);
    expect(settlement.poisoned().map(({ row }) => row.requestId)).toEqual([
      'req_wide',
      'req_when',
      'req_ancient',
    ]);
    expect(settlement.stats()).toMatchObject({ booked: 40, poisoned: 3 });
    expect(await moneyOf(db)).toMatchObject({ logged: 40_000n, charged: 40_000n, used: 40_000n });
  });

  it('a day without a partition gets one', async () => {
    await dropPartitionsBefore(db, 'request_log', Date.now() + DAY_MS);
    const settlement = settlementOn(db, { bulk: opened.bulk });
    settlement.settle(aRow());
    settlement.settle(aRow({ startedAtMs: Date.now() - 3 * DAY_MS }));
    await settlement.flush();
    expect(await db.select().from(requestLog)).toHaveLength(2);
    expect(settlement.poisoned()).toEqual([]);
  });

  it('a key remembers when it was last used, and never goes back', async () => {
    await db.insert(users).values({ id: 'usr_1', name: 'Ada', email: 'ada@example.com' });
    await db
      .insert(keys)
      .values({ id: 'key_1', userId: 'usr_1', name: 'k', hash: 'h', prefix: 'p', lastFour: 'abcd' });
    const settlement = settlementOn(db, { bulk: opened.bulk });
    const startedAtMs = Date.now();
    for (const back of [0, 60_000]) {
      settlement.settle(aRow({ startedAtMs: startedAtMs - back, durationMs: 10 }));
      await settlement.flush();
    }
    const [key] = await db.select().from(keys);
    expect(key?.lastUsedAt?.getTime()).toBe(startedAtMs + 10);
  });

  it('rows are written by themselves: at the size of a batch at once, else after a moment', async () => {
    const settlement = settlementOn(db, { bulk: opened.bulk, batchRows: 3, flushMs: 60_000 });
    const written = new Promise<void>((resolve) => {
      const poll = () => (settlement.pending() === 0 ? resolve() : setImmediate(poll));
      for (let index = 0; index < 3; index++) settlement.settle(aRow());
      poll();
    });
    await written;
    expect(settlement.stats().booked).toBe(3);
    settlement.settle(aRow());
    expect(settlement.pending()).toBe(1);
    await settlement.close();
    expect(await db.select().from(requestLog)).toHaveLength(4);
  });
});
