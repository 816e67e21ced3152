// What a settlement does when the database does not take a batch, or its answer is lost.
import type { BulkTransaction } from '@api-proxy/db/bulk';
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { failingBulk } from '../testing/bulk-doubles.ts';
import { bookingPlaces, type TestDatabase, testPlaces } from '../testing/databases.ts';
import { aRow, moneyOf } from '../testing/rows.ts';
import { settlementOn } from '../testing/settlements.ts';

async function inMemory(): Promise<TestDatabase> {
  const [place] = testPlaces(undefined);
  if (!place) throw new Error('there is always a database in memory');
  return place.open();
}

describe('while the database is away', () => {
  it('rows are kept, flush says so, and all is booked once it is back', async () => {
    const opened = await inMemory();
    let away = true;
    const flaky: Database = new Proxy(opened.db, {
      get: (target, name, receiver) =>
        name === 'transaction' && away
          ? () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
          : Reflect.get(target, name, receiver),
    });
    const settlement = settlementOn(flaky, { closeDeadlineMs: 200 });
    for (let index = 0; index < 5; index++) settlement.settle(aRow());
    await expect(settlement.flush()).rejects.toMatchObject({ code: 'settlement_unavailable' });
    await settlement.close();
    expect(settlement.pending()).toBe(5);
    away = false;
    await settlement.flush();
    expect(settlement.pending()).toBe(0);
    expect(await moneyOf(opened.db)).toMatchObject({ logged: 5_000n, charged: 5_000n, used: 5_000n });
    await opened.close();
  });
});

describe('with two lanes', () => {
  /** Transactions that wait for their turn to be let through or refused. */
  function gated(real: Database) {
    const waiting: { let(): void; refuse(): void }[] = [];
    const db: Database = new Proxy(real, {
      get(target, name, receiver) {
        if (name !== 'transaction') return Reflect.get(target, name, receiver);
        const transaction: Database['transaction'] = async (work, config) => {
          const gate = Promise.withResolvers<void>();
          const refusal = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
          waiting.push({ let: gate.resolve, refuse: () => gate.reject(refusal) });
          await gate.promise;
          return target.transaction(work, config);
        };
        return transaction;
      },
    });
    return { db, waiting };
  }

  it('two batches are on their way at once; one that is refused waits again, and each is committed once', async () => {
    const opened = await inMemory();
    const { db, waiting } = gated(opened.db);
    const committed: string[] = [];
    const journal = {
      close: () => undefined,
      whenWritten: (then: () => void) => then(),
      committed: (ids: readonly string[]) => committed.push(...ids),
    };
    const settlement = settlementOn(db, { journal, lanes: 2, batchRows: 2, flushMs: 60_000 });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const requestId of ids) settlement.settle(aRow({ requestId }));
    const refused = settlement.flush();
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    waiting.shift()?.let();
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    expect([settlement.pending(), committed]).toEqual([4, ['a', 'b']]);
    waiting.shift()?.refuse();
    waiting.shift()?.let();
    await expect(refused).rejects.toMatchObject({ code: 'settlement_unavailable' });
    expect([settlement.pending(), committed]).toEqual([2, ['a', 'b', 'e', 'f']]);
    const flushed = settlement.flush();
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    waiting.shift()?.let();
    await flushed;
    expect([settlement.pending(), committed]).toEqual([0, ['a', 'b', 'e', 'f', 'c', 'd']]);
    expect(await moneyOf(opened.db)).toMatchObject({ logged: 6_000n, charged: 6_000n, used: 6_000n });
    await opened.close();
  });
});

describe('while rows are loaded by COPY', () => {
  /** Six rows: a batch of two, then two batches on a lane each; and what the journal is told. */
  function lanesOn(db: Database, bulk: BulkTransaction) {
    const committed: string[] = [];
    const journal = {
      close: () => undefined,
      whenWritten: (then: () => void) => then(),
      committed: (ids: readonly string[]) => committed.push(...ids),
    };
    const settlement = settlementOn(db, { bulk, journal, lanes: 2, batchRows: 2, flushMs: 60_000 });
    for (const requestId of ['a', 'b', 'c', 'd', 'e', 'f']) settlement.settle(aRow({ requestId }));
    return { settlement, committed };
  }

  it.each(['before', 'inside'] as const)(
    'a connection that breaks %s it leaves nothing of its batch; the other lane is booked, then both are',
    async (where) => {
      const opened = await inMemory();
      const failing = failingBulk(opened.db);
      failing.plan('well', where, 'well');
      const { settlement, committed } = lanesOn(opened.db, failing.bulk);
      await expect(settlement.flush()).rejects.toMatchObject({ code: 'settlement_unavailable' });
      expect([settlement.pending(), committed]).toEqual([2, ['a', 'b', 'e', 'f']]);
      expect(await moneyOf(opened.db)).toMatchObject({ logged: 4_000n, charged: 4_000n, used: 4_000n });
      await settlement.flush();
      expect([settlement.pending(), committed]).toEqual([0, ['a', 'b', 'e', 'f', 'c', 'd']]);
      expect(settlement.stats()).toMatchObject({ booked: 6, duplicates: 0, poisoned: 0, outages: 1 });
      expect(await moneyOf(opened.db)).toMatchObject({ logged: 6_000n, charged: 6_000n, used: 6_000n });
      await opened.close();
    },
  );

  it('a batch whose answer was lost after the commit is found stored, and charged once', async () => {
    const opened = await inMemory();
    const failing = failingBulk(opened.db);
    failing.plan('well', 'committed', 'well');
    const { settlement, committed } = lanesOn(opened.db, failing.bulk);
    await expect(settlement.flush()).rejects.toMatchObject({ code: 'settlement_unavailable' });
    await settlement.flush();
    expect([settlement.pending(), committed.sort()]).toEqual([0, ['a', 'b', 'c', 'd', 'e', 'f']]);
    // The fourth COPY was refused for the rows that are stored; the batch then went without.
    expect(failing.copies()).toBe(3);
    expect(settlement.stats()).toMatchObject({ booked: 4, duplicates: 2, poisoned: 0 });
    expect(await moneyOf(opened.db)).toMatchObject({ logged: 6_000n, charged: 6_000n, used: 6_000n });
    await opened.close();
  });

  const servers = bookingPlaces(process.env.TEST_DATABASE_URL).slice(2);
  it.each(servers)('on $name, a session that is ended in the middle of it', async (place) => {
    const opened = await place.open();
    const { db, bulk } = opened;
    if (!bulk) throw new Error('this place loads by COPY');
    const locked = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const locking = opened.another().transaction(async (tx) => {
      await tx.execute(sql`lock table request_log in access exclusive mode`);
      locked.resolve();
      await ended.promise;
    });
    await locked.promise;
    const { settlement, committed } = lanesOn(db, bulk);
    const refused = expect(settlement.flush()).rejects.toMatchObject({ code: 'settlement_unavailable' });
    const watcher = opened.another();
    await vi.waitFor(async () => {
      const found = rowsOf<{ gone: boolean }>(
        await watcher.execute(sql`select pg_terminate_backend(pid) as gone from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like 'copy request_log%' limit 1`),
      );
      expect(found).toEqual([{ gone: true }]);
    });
    ended.resolve();
    await locking;
    await refused;
    expect(settlement.pending()).toBeGreaterThanOrEqual(2);
    await settlement.flush();
    expect([settlement.pending(), committed.sort()]).toEqual([0, ['a', 'b', 'c', 'd', 'e', 'f']]);
    expect(await moneyOf(db)).toMatchObject({ logged: 6_000n, charged: 6_000n, used: 6_000n });
    await opened.close();
  });
});
