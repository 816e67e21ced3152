// Leases and bookings together keep every sum exact, whatever gets lost, on every database.
import type { Database } from '@api-proxy/db/database';
import { budgetLeases } from '@api-proxy/db/schema/budget-leases';
import { budgets } from '@api-proxy/db/schema/budgets';
import { type Clock, manualClock } from '@api-proxy/kit/clock';
import { DAY_MS, MINUTE_MS } from '@api-proxy/kit/duration';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger, LedgerOptions } from '../ledger.ts';
import { failingDatabase } from '../testing/database-doubles.ts';
import { emptyTables, type TestDatabase, testPlaces } from '../testing/databases.ts';
import { admitted, ask, createWorkers, release } from '../testing/ledgers.ts';
import { aRow, giveBudget, moneyOf } from '../testing/rows.ts';
import { sweepLeases } from './sweep-leases.ts';

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('leases on $name', (place) => {
  const workers = createWorkers();
  let opened: TestDatabase;
  let db: Database;
  const start = (options: Partial<LedgerOptions> = {}): Ledger => workers.start(db, options);

  beforeAll(async () => {
    opened = await place.open();
    db = opened.db;
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await workers.closeAll();
    await emptyTables(db);
  });

  it('settling shrinks the lease by what it adds to used; closing leaves nothing leased', async () => {
    await giveBudget(db, { limit: 100_000n });
    const window = await giveBudget(db, {
      ownerKind: 'key',
      ownerId: 'key_1',
      span: 'month',
      limit: 90_000n,
    });
    const ledgers = [start(), start({ db: opened.another() })];
    let spent = 0n;
    for (let index = 0; index < 40; index++) {
      const ledger = ledgers[index % 2];
      if (!ledger) continue;
      const requestId = `mixed_${place.name}_${index}`;
      const answer = await ask(ledger, 1_000n, { requestId });
      expect(admitted([answer])).toBe(1);
      if (index % 4 === 0) {
        release(answer);
        continue;
      }
      // Some cost less than was held, some all of it, some more.
      const costNanoUsd = BigInt(400 + (index % 3) * 350);
      spent += costNanoUsd;
      ledger.settlement.settle(aRow({ requestId, costNanoUsd }));
      release(answer);
      if (index % 7 === 0) await ledger.settlement.flush();
      const money = await moneyOf(db);
      expect(money.leased).toBe(money.leases);
    }
    await Promise.all(ledgers.map((ledger) => ledger.settlement.flush()));
    const after = await moneyOf(db);
    expect(after.leased).toBe(after.leases);
    expect(after).toMatchObject({ logged: spent, charged: spent, used: spent });
    expect((await db.select().from(budgets).where(eq(budgets.id, window)))[0]?.used).toBe(spent);
    await workers.closeAll();
    expect(await moneyOf(db)).toMatchObject({ leased: 0n, leases: 0n, used: spent });
  });

  it('the whole balance can be spent, to the last nano-dollar, and not one more', async () => {
    await giveBudget(db, { limit: 2_500n });
    const ledger = start();
    for (let index = 0; index < 25; index++) {
      const requestId = `last_${place.name}_${index}`;
      expect(admitted([await ask(ledger, 100n, { requestId })])).toBe(1);
      ledger.settlement.settle(aRow({ requestId, costNanoUsd: 100n }));
    }
    expect(admitted([await ask(ledger, 1n)])).toBe(0);
    await ledger.settlement.flush();
    expect(await ask(ledger, 1n)).toMatchObject({ denied: 'quota_used_up' });
    expect(await moneyOf(db)).toMatchObject({ used: 2_500n, leased: 0n, leases: 0n });
  });

  it('a lease that no one uses goes back by itself; one under way is prolonged', async () => {
    const clock = manualClock(Date.now());
    await giveBudget(db, { limit: 100_000n });
    const ledger = start({ clock });
    const held = await ask(ledger, 1_000n);
    clock.advance(20_000);
    await ledger.purse.tend();
    expect(await moneyOf(db)).toMatchObject({ leased: 1_000n, leases: 1_000n });
    clock.advance(3 * MINUTE_MS);
    await ledger.purse.tend();
    const [lease] = await db.select().from(budgetLeases);
    expect(lease?.expiresAt.getTime()).toBe(clock.nowMs() + 5 * MINUTE_MS);
    release(held);
    await ledger.purse.tend();
    expect(await moneyOf(db)).toMatchObject({ leased: 0n, leases: 0n });
  });

  it('leases of dead workers are swept, those of living ones are not', async () => {
    await giveBudget(db, { limit: 100_000n });
    const clock = manualClock(Date.now());
    for (const workerId of ['wrk_living', 'wrk_silent', 'wrk_killed']) {
      await ask(start({ clock, workerId }), 1_000n);
    }
    const holders = async () => (await db.select().from(budgetLeases)).map(({ workerId }) => workerId).sort();
    expect(await sweepLeases(db, { kind: 'worker', workerId: 'wrk_killed' })).toBe(1);
    // Just after it ran out, its worker may only have been cut off from the database: its rows come first.
    const soonMs = clock.nowMs() + 6 * MINUTE_MS;
    expect(await sweepLeases(db, { kind: 'orphaned', nowMs: soonMs, spared: [] })).toBe(0);
    await db
      .update(budgetLeases)
      .set({ expiresAt: new Date(soonMs) })
      .where(eq(budgetLeases.workerId, 'wrk_living'));
    const lateMs = clock.nowMs() + 16 * MINUTE_MS;
    // Its journal lies somewhere and is not settled yet.
    expect(await sweepLeases(db, { kind: 'orphaned', nowMs: lateMs, spared: ['wrk_silent'] })).toBe(0);
    expect(await holders()).toEqual(['wrk_living', 'wrk_silent']);
    expect(await sweepLeases(db, { kind: 'orphaned', nowMs: lateMs, spared: [] })).toBe(1);
    expect(await holders()).toEqual(['wrk_living']);
    const money = await moneyOf(db);
    expect(money.leased).toBe(money.leases);
    expect(await sweepLeases(db, { kind: 'all', spared: ['wrk_living'] })).toBe(0);
    expect(await sweepLeases(db, { kind: 'all', spared: [] })).toBe(1);
    expect(await moneyOf(db)).toMatchObject({ leased: 0n, leases: 0n });
  });

  it('a worker whose lease was swept holds nothing out of it any more', async () => {
    await giveBudget(db, { limit: 1_000n });
    const ledger = start();
    release(await ask(ledger, 900n));
    await sweepLeases(db, { kind: 'all', spared: [] });
    await db.update(budgets).set({ limit: 10n });
    await ledger.purse.forget('usr_1');
    expect(await ask(ledger, 900n)).toMatchObject({ denied: 'quota_used_up' });
    expect(await moneyOf(db)).toMatchObject({ leased: 0n, leases: 0n });
  });

  it('a booking whose answer was lost is not booked twice, and the lease is read again', async () => {
    await giveBudget(db, { limit: 100_000n });
    const failing = failingDatabase(db);
    const ledger = start({ settlementDb: failing.db });
    const requestId = `lost_${place.name}`;
    await ask(ledger, 1_000n, { requestId });
    failing.loseAnswer();
    ledger.settlement.settle(aRow({ requestId, costNanoUsd: 700n }));
    await expect(ledger.settlement.flush()).rejects.toMatchObject({ code: 'settlement_unavailable' });
    await ledger.settlement.flush();
    expect(ledger.settlement.stats()).toMatchObject({ booked: 0, duplicates: 1 });
    expect(await moneyOf(db)).toMatchObject({ logged: 700n, charged: 700n, used: 700n });
    const left = (await moneyOf(db)).leases;
    // The settled 700 are gone from the lease: a hold that would still need them takes more first.
    expect(admitted([await ask(ledger, left + 500n)])).toBe(1);
    expect((await moneyOf(db)).leases).toBeGreaterThanOrEqual(left + 500n);
  });

  it('without the database, requests go on while the lease lasts, then are told to come back', async () => {
    await giveBudget(db, { limit: 100_000n });
    const failing = failingDatabase(db);
    const ledger = start({ db: failing.db, settlementDb: failing.db });
    release(await ask(ledger, 1_000n));
    failing.goAway();
    expect(admitted([await ask(ledger, 1_000n)])).toBe(1);
    expect(await ask(ledger, 50_000n)).toMatchObject({ denied: 'settlement_unavailable' });
    failing.comeBack();
    expect(admitted([await ask(ledger, 50_000n)])).toBe(1);
    const money = await moneyOf(db);
    expect(money.leased).toBe(money.leases);
  });

  it('a database that hangs makes no request wait for good, and what it grants late is not lost', async () => {
    await giveBudget(db, { limit: 1_000n });
    const failing = failingDatabase(db);
    const ledger = start({ db: failing.db, settlementDb: db, purse: { tendMs: 0, waitMs: 1_000 } });
    const goOn = failing.hang();
    expect(await ask(ledger, 1_000n)).toMatchObject({ denied: 'settlement_unavailable' });
    goOn();
    expect(admitted([await ask(ledger, 1_000n, { requestId: `late_${place.name}` })])).toBe(1);
    expect(await moneyOf(db)).toMatchObject({ leased: 1_000n, leases: 1_000n });
  });

  it('while the database is away requests go on as long as the lease lasts, whoever asked for more in vain', async () => {
    await giveBudget(db, { limit: 100_000n });
    const failing = failingDatabase(db);
    const ledger = workers.start(failing.db, { settlementDb: db });
    // The first takes what it needs and four times that ahead.
    release(await ask(ledger, 1_000n));
    failing.goAway();
    expect(await ask(ledger, 50_000n)).toMatchObject({ denied: 'settlement_unavailable' });
    await ledger.purse.tend();
    const free = await ask(ledger, 0n);
    expect(free).toHaveProperty('release');
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(ledger, 1_000n)));
    expect(admitted(answers)).toBeGreaterThanOrEqual(1);
    expect(answers.find((answer) => 'denied' in answer)).toMatchObject({ denied: 'settlement_unavailable' });
    failing.comeBack();
    answers.forEach(release);
    expect(await ask(ledger, 90_000n)).toHaveProperty('release');
  });

  it('nothing is admitted while too many rows wait for booking', async () => {
    await giveBudget(db, { limit: 100_000n });
    const failing = failingDatabase(db);
    const ledger = start({ settlementDb: failing.db, purse: { tendMs: 0, maxPending: 2 } });
    failing.goAway();
    for (let index = 0; index < 3; index++) ledger.settlement.settle(aRow());
    expect(await ask(ledger, 1n)).toMatchObject({ denied: 'settlement_unavailable' });
    failing.comeBack();
    await ledger.settlement.flush();
    expect(admitted([await ask(ledger, 1n)])).toBe(1);
  });

  it('an hour of random traffic on two workers, with budgets near their end, never overspends', async () => {
    const clock: Clock & { advance(ms: number): void } = manualClock(Date.now());
    await giveBudget(db, { limit: 40_000n });
    await giveBudget(db, { span: 'week', limit: 35_000n });
    const ledgers = [start({ clock }), start({ clock, db: opened.another() })];
    let seed = 12_345;
    const draw = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return (seed >> 12) % below;
    };
    for (let round = 0; round < 60; round++) {
      await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          const ledger = ledgers[draw(2)];
          const upperBound = BigInt(50 + draw(400));
          const requestId = `random_${place.name}_${round}_${index}`;
          const fate = draw(4);
          if (!ledger) return;
          const answer = await ask(ledger, upperBound, { requestId });
          if (!('release' in answer)) return;
          const costNanoUsd = BigInt(draw(Number(upperBound) + 1));
          if (fate > 0)
            ledger.settlement.settle(aRow({ requestId, costNanoUsd, startedAtMs: clock.nowMs() }));
          answer.release();
        }),
      );
      clock.advance(1_000 * draw(20));
      if (draw(3) === 0) await ledgers[draw(2)]?.purse.tend();
      const money = await moneyOf(db);
      expect(money.leased).toBe(money.leases);
    }
    await Promise.all(ledgers.map((ledger) => ledger.settlement.flush()));
    const money = await moneyOf(db);
    expect(money.logged).toBe(money.charged);
    expect(money.logged).toBe(money.used);
    expect(money.used).toBeLessThanOrEqual(35_000n);
    expect(money.used).toBeGreaterThan(30_000n);
    expect(clock.nowMs() - Date.now()).toBeLessThan(DAY_MS);
  });
});
