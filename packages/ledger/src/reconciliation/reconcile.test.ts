// Books that agree differ by 0; whichever is tampered with is named.
import type { Database } from '@api-proxy/db/database';
import { dropPartitionsBefore, ensurePartitions } from '@api-proxy/db/partitions';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { DAY_MS } from '@api-proxy/kit/duration';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyTables, type TestDatabase, testPlaces } from '../testing/databases.ts';
import { ask, createWorkers } from '../testing/ledgers.ts';
import { aRow, giveBudget } from '../testing/rows.ts';
import { reconcile } from './reconcile.ts';

const GRANTED = 1_000_000n;
const OLD_DAYS = 3;

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('reconciliation on $name', (place) => {
  const workers = createWorkers();
  let opened: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    opened = await place.open();
    db = opened.db;
  }, 60_000);
  afterAll(async () => {
    await workers.closeAll();
    await opened.close();
  });
  beforeEach(async () => {
    await workers.closeAll();
    await emptyTables(db);
    await useMoney();
  });

  /** Two users with four requests each, one of them old, one free; `usr_1` also holds a lease. */
  async function useMoney(): Promise<void> {
    const ledger = workers.start(db);
    // One instant, so that rows share their minute.
    const nowMs = Date.now();
    for (const userId of ['usr_1', 'usr_2']) {
      await giveBudget(db, { ownerId: userId, limit: GRANTED });
      const grant = {
        userId,
        kind: 'grant',
        reference: userId,
        amount: GRANTED,
        balanceAfter: GRANTED,
      } as const;
      await db.insert(ledgerEntries).values(grant);
      for (const costNanoUsd of [5n, 70n, 0n]) {
        ledger.settlement.settle(aRow({ userId, costNanoUsd, startedAtMs: nowMs }));
      }
      const old = { costNanoUsd: 900n, startedAtMs: nowMs - OLD_DAYS * DAY_MS };
      ledger.settlement.settle(aRow({ userId, ...old }));
      ledger.settlement.settle(aRow({ userId, probe: true }));
    }
    await ask(ledger, 100n);
    await ledger.settlement.flush();
  }

  it('after ordinary use everything agrees', async () => {
    expect(await reconcile(db)).toMatchObject({ users: 2, difference: 0n, differences: [], charged: 1_950n });
  });

  it.each([
    ['ledger', `update ledger_entries set amount = amount - 3 where kind = 'charge' and amount = -70`, 978n],
    ['budget', `update budgets set used = used + 3 where span = 'balance'`, 978n],
    ['request_rows', `update request_log set cost = cost + 3 where cost = 70`, 978n],
    ['hour_roll_ups', `update usage_by_hour set cost = cost + 3 where cost = 75`, 978n],
    ['minute_roll_ups', `update usage_by_minute set cost = cost + 3 where cost = 75`, 978n],
    ['grants', `update budgets set "limit" = "limit" + 3`, GRANTED + 3n],
  ])('a wrong %s is named, user by user, with its difference', async (book, tampering, found) => {
    await db.execute(sql.raw(tampering));
    const report = await reconcile(db);
    expect(report.difference).toBe(6n);
    const expected = found - 3n;
    expect([...report.differences].sort((a, b) => (a.ownerId < b.ownerId ? -1 : 1))).toEqual([
      { ownerId: 'usr_1', book, expected, found },
      { ownerId: 'usr_2', book, expected, found },
    ]);
  });

  it('a lost row, a lost charge and a leased amount without a lease are named', async () => {
    await db.execute(sql.raw(`delete from request_log where user_id = 'usr_1' and cost = 0 and not probe`));
    await db.execute(sql.raw(`delete from ledger_entries where user_id = 'usr_2' and amount = -5`));
    await db.execute(sql.raw(`delete from budget_leases`));
    const { difference, differences } = await reconcile(db);
    const leased = differences.find(({ book }) => book === 'leases')?.found ?? 0n;
    expect(leased).toBeGreaterThanOrEqual(100n);
    expect(difference).toBe(5n + leased);
    expect(differences).toEqual(
      expect.arrayContaining([
        { ownerId: 'usr_1', book: 'requests', expected: 4n, found: 3n },
        { ownerId: 'usr_2', book: 'ledger', expected: 975n, found: 970n },
        { ownerId: 'usr_1', book: 'leases', expected: 0n, found: leased },
      ]),
    );
    expect(differences).toHaveLength(3);
  });

  it('rows and minutes that were kept long enough are missed by nobody', async () => {
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    await dropPartitionsBefore(db, 'request_log', today - DAY_MS);
    const kept = new Date(today - DAY_MS).toISOString();
    await db.execute(sql`delete from usage_by_minute where bucket < ${kept}::timestamptz`);
    expect(await reconcile(db)).toMatchObject({ difference: 0n, differences: [], charged: 1_950n });
    await db.execute(sql.raw(`delete from request_log where cost = 70 and user_id = 'usr_1'`));
    expect((await reconcile(db)).differences.map(({ book }) => book)).toEqual(['request_rows', 'requests']);
    await ensurePartitions(db, today - OLD_DAYS * DAY_MS, today);
  });
});
