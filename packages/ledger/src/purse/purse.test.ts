// Who is admitted, and what the others are told, on every database.
import type { Database } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { manualClock } from '@api-proxy/kit/clock';
import { MINUTE_MS } from '@api-proxy/kit/duration';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger, LedgerOptions } from '../ledger.ts';
import { countingDatabase, failingDatabase } from '../testing/database-doubles.ts';
import { emptyTables, type TestDatabase, testPlaces } from '../testing/databases.ts';
import { admitted, ask, createWorkers, release } from '../testing/ledgers.ts';
import { aRow, giveBudget, moneyOf } from '../testing/rows.ts';
import type { Admitted } from './admit.ts';

const NOT_ASKED: Admitted = { denied: 'settlement_unavailable' };

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('purse on $name', (place) => {
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

  it('of 100 parallel requests against a balance for 10, exactly 10 are admitted', async () => {
    await giveBudget(db, { limit: 1_009n });
    const ledger = start();
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(ledger, 100n)));
    expect(admitted(answers)).toBe(10);
    expect(answers.find((answer) => 'denied' in answer)).toEqual({
      denied: 'quota_used_up',
      facts: { remaining: '0.000001009', needed: '0.0000001' },
    });
  });

  it('many aged accounts are renewed by few statements, so that nobody who needs a lease waits behind them', async () => {
    const clock = manualClock(Date.now());
    const failing = failingDatabase(db);
    const { db: counted, count } = countingDatabase(failing.db);
    await giveBudget(db, { limit: 1_000_000n });
    const ledger = start({ db: counted, clock, purse: { tendMs: 0, leaseTtlMs: 60 * MINUTE_MS } });
    const askAll = () =>
      Promise.all(Array.from({ length: 20 }, (_, key) => ask(ledger, 100n, { keyId: `key_${key}` })));
    for (const answer of await askAll()) release(answer);
    clock.advance(MINUTE_MS);
    const goOn = failing.hang();
    const before = count();
    const held = await askAll();
    expect(admitted(held)).toBe(20);
    expect(count() - before).toBe(1);
    goOn();
    for (const answer of held) release(answer);
    // Until none is old any more.
    await expect
      .poll(async () => {
        const sofar = count();
        for (const answer of await askAll()) release(answer);
        return count() - sofar;
      })
      .toBe(0);
    expect(count() - before).toBeLessThanOrEqual(4);
  });

  it('three workers together admit no more than the balance covers, whatever was leased where', async () => {
    await giveBudget(db, { limit: 1_000n });
    const ledgers = [start(), start({ db: opened.another() }), start({ db: opened.another() })];
    const answers = await Promise.all(
      Array.from({ length: 102 }, (_, index) => {
        const ledger = ledgers[index % 3];
        return ledger ? ask(ledger, 100n) : NOT_ASKED;
      }),
    );
    // What one worker leased ahead may lie idle while another denies: at most ten, and nearly all of them.
    expect(admitted(answers)).toBeLessThanOrEqual(10);
    expect(admitted(answers)).toBeGreaterThanOrEqual(8);
    const { leased, leases } = await moneyOf(db);
    expect(leased).toBe(leases);
    expect(leased).toBeLessThanOrEqual(1_000n);
  });

  it('before it denies, a worker has the others return what lies idle', async () => {
    await giveBudget(db, { limit: 1_000n });
    const other = start();
    release(await ask(other, 900n));
    const alone = start({ purse: { tendMs: 0 } });
    expect(admitted([await ask(alone, 500n)])).toBe(0);
    const asking = start({ purse: { tendMs: 0, recall: (ids) => other.purse.returnIdle(ids) } });
    expect(admitted([await ask(asking, 500n)])).toBe(1);
  });

  it('admission asks the database nothing while the lease lasts', async () => {
    await giveBudget(db, { limit: 10n ** 12n });
    await giveBudget(db, { ownerKind: 'key', ownerId: 'key_1', span: 'day', limit: 10n ** 12n });
    const counting = countingDatabase(db);
    const ledger = start({ db: counting.db, settlementDb: db });
    for (let index = 0; index < 8; index++) release(await ask(ledger, 1_000_000n));
    const before = counting.count();
    for (let index = 0; index < 1_000; index++) {
      const answer = ask(ledger, 1_000n);
      expect(answer).not.toBeInstanceOf(Promise);
      release(await answer);
    }
    expect(counting.count()).toBe(before);
  });

  it('a hundred callers who wait for the same budget share its statements', async () => {
    await giveBudget(db, { limit: 10n ** 12n });
    const counting = countingDatabase(db);
    const ledger = start({ db: counting.db, settlementDb: db });
    expect(admitted(await Promise.all(Array.from({ length: 100 }, () => ask(ledger, 1_000n))))).toBe(100);
    expect(counting.count()).toBeLessThanOrEqual(3);
  });

  it('who has no record, a zero quota or nothing left is told which, for free requests too', async () => {
    await giveBudget(db, { ownerId: 'usr_zero', limit: 0n });
    await giveBudget(db, { ownerId: 'usr_done', limit: 500n, used: 500n });
    await giveBudget(db, { ownerId: 'usr_rich', limit: 500n, used: 499n });
    const ledger = start();
    for (const upperBound of [0n, 10n]) {
      const answers = await Promise.all(
        ['usr_none', 'usr_zero', 'usr_done'].map((userId) =>
          ask(ledger, upperBound, { userId, keyId: `key_${userId}` }),
        ),
      );
      expect(answers.map((answer) => ('denied' in answer ? answer.denied : 'admitted'))).toEqual([
        'quota_missing',
        'quota_zero',
        'quota_used_up',
      ]);
    }
    expect(admitted([await ask(ledger, 0n, { userId: 'usr_rich' })])).toBe(1);
    expect(await moneyOf(db)).toMatchObject({ leased: 0n });
  });

  it("a key's window that is used up names itself and its reset, and leaves the balance unleased", async () => {
    const clock = manualClock(Date.parse('2026-06-10T20:00:00Z'));
    await giveBudget(db, { limit: 10_000n });
    await giveBudget(db, {
      ownerKind: 'key',
      ownerId: 'key_1',
      span: 'day',
      limit: 1_000n,
      used: 950n,
      windowStartedAt: new Date('2026-06-10T00:00:00Z'),
    });
    const ledger = start({ clock });
    expect(await ask(ledger, 100n)).toEqual({
      denied: 'window_used_up',
      retryAfterMs: 4 * 60 * MINUTE_MS,
      facts: {
        window: 'day',
        scope: 'key',
        limit: '0.000001',
        used: '0.00000095',
        remaining: '0.00000005',
        needed: '0.0000001',
        resetsAt: '2026-06-11T00:00:00.000Z',
      },
    });
    expect(admitted([await ask(ledger, 50n)])).toBe(1);
    clock.advance(4 * 60 * MINUTE_MS - 1);
    expect(admitted([await ask(ledger, 100n)])).toBe(0);
    clock.advance(1);
    expect(admitted([await ask(ledger, 100n)])).toBe(1);
    const [day] = await db.select().from(budgets).where(eq(budgets.span, 'day'));
    expect([day?.used, day?.windowStartedAt?.toISOString()]).toEqual([0n, '2026-06-11T00:00:00.000Z']);
  });

  it('what exceeds a whole limit is refused without asking for it, and leaves others what they need', async () => {
    const most = 2n ** 63n - 1n;
    const absurd = BigInt(Number.MAX_SAFE_INTEGER) * 15_000n;
    await giveBudget(db, { limit: most });
    const windowStartedAt = new Date();
    const day = { ownerKind: 'key', ownerId: 'key_1', span: 'day', windowStartedAt } as const;
    await giveBudget(db, { ...day, limit: 1_000n, used: 100n });
    const counting = countingDatabase(db);
    const ledger = start({ db: counting.db, settlementDb: db });
    const answers = await Promise.all([absurd, 2_000n, 900n].map((need) => ask(ledger, need)));
    // With those 900 held, the whole limit is not to be had any more, whoever comes first.
    const others = [absurd, most, most - 1_000n, 5n].map((need) => ask(ledger, need, { keyId: 'key_2' }));
    answers.push(...(await Promise.all(others)));
    const window = { denied: 'window_used_up', facts: { remaining: '0.0000009', needed: '0.000002' } };
    expect(answers[1]).toMatchObject(window);
    expect(answers[1]).not.toHaveProperty('retryAfterMs');
    expect(answers.map((answer) => ('denied' in answer ? answer.denied : 'admitted'))).toEqual([
      ...['quota_used_up', 'window_used_up', 'admitted'],
      ...['quota_used_up', 'quota_used_up', 'admitted', 'admitted'],
    ]);
    const before = counting.count();
    for (let index = 0; index < 10; index++) await ask(ledger, absurd, { keyId: 'key_2' });
    expect(counting.count()).toBe(before);
  });

  it('a limit that was raised elsewhere is seen by who needs more than the old one', async () => {
    const clock = manualClock(Date.now());
    const id = await giveBudget(db, { limit: 1_000n });
    const ledger = start({ clock });
    expect(await ask(ledger, 2_000n)).toMatchObject({ denied: 'quota_used_up' });
    await db.update(budgets).set({ limit: 3_000n }).where(eq(budgets.id, id));
    clock.advance(1_000);
    expect(admitted([await ask(ledger, 2_000n)])).toBe(1);
  });

  it('an admitted caller is told what is left of its balance and of its tightest window', async () => {
    const clock = manualClock(Date.UTC(2026, 2, 4, 15));
    await giveBudget(db, { limit: 2_000_000_000n, used: 500_000_000n });
    const ledger = start({ clock });
    expect(await ask(ledger, 0n)).toMatchObject({ headers: ['x-quota-remaining-usd', '1.5'] });
    await giveBudget(db, { span: 'total', limit: 900_000_000n });
    const windowStartedAt = new Date(Date.UTC(2026, 2, 4));
    const key = { ownerKind: 'key', ownerId: 'key_1' } as const;
    await giveBudget(db, { ...key, span: 'day', limit: 700_000_000n, used: 100_000_000n, windowStartedAt });
    await ledger.purse.forget('usr_1');
    const answer = await ask(ledger, 1_000n);
    expect('headers' in answer && answer.headers).toEqual([
      ...['x-quota-remaining-usd', '1.5'],
      ...['x-quota-window', 'key-day'],
      ...['x-quota-window-remaining-usd', '0.6'],
      ...['x-quota-window-resets-at', '2026-03-05T00:00:00.000Z'],
    ]);
  });

  it('a window of five hours begins with its first use', async () => {
    const clock = manualClock(Date.parse('2026-06-10T20:00:00Z'));
    await giveBudget(db, { limit: 10_000n });
    await giveBudget(db, { span: '5h', limit: 1_000n });
    const ledger = start({ clock });
    clock.advance(90 * MINUTE_MS);
    expect(admitted([await ask(ledger, 600n, { requestId: `five_${place.name}` })])).toBe(1);
    ledger.settlement.settle(
      aRow({ requestId: `five_${place.name}`, costNanoUsd: 600n, startedAtMs: clock.nowMs(), durationMs: 5 }),
    );
    await ledger.settlement.flush();
    expect(await ask(ledger, 600n)).toMatchObject({
      denied: 'window_used_up',
      facts: { window: '5h', scope: 'user', resetsAt: '2026-06-11T02:30:00.000Z' },
    });
    clock.advance(5 * 60 * MINUTE_MS);
    expect(admitted([await ask(ledger, 600n)])).toBe(1);
  });

  it('a changed quota is in force at once after forget, up and down', async () => {
    const id = await giveBudget(db, { limit: 0n });
    const ledger = start();
    const grant = async (limit: bigint): Promise<void> => {
      await db.update(budgets).set({ limit }).where(eq(budgets.id, id));
      await ledger.purse.forget('usr_1');
    };
    expect(await ask(ledger, 100n)).toEqual({ denied: 'quota_zero' });
    await grant(1_000n);
    release(await ask(ledger, 100n));
    expect(await moneyOf(db)).not.toMatchObject({ leased: 0n });
    await grant(50n);
    expect(await moneyOf(db)).toMatchObject({ leased: 0n, leases: 0n });
    expect(await ask(ledger, 100n)).toMatchObject({ denied: 'quota_used_up' });
    await grant(100n);
    expect(admitted([await ask(ledger, 100n)])).toBe(1);
  });
});
