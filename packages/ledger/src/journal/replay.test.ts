// What is booked after workers died, on every database.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '@api-proxy/db/database';
import { budgetLeases } from '@api-proxy/db/schema/budget-leases';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { asc, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger, LedgerOptions } from '../ledger.ts';
import { createLedger } from '../ledger.ts';
import { failingDatabase } from '../testing/database-doubles.ts';
import { emptyTables, type TestDatabase, testPlaces } from '../testing/databases.ts';
import { createFolders, killOwner, moveIntoClaims, written } from '../testing/journals.ts';
import { admitted, ask, createWorkers } from '../testing/ledgers.ts';
import { aRow, giveBudget, moneyOf } from '../testing/rows.ts';

const NEVER_MS = 3_600_000;

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('replay on $name', (place) => {
  const folders = createFolders();
  const workers = createWorkers();
  let opened: TestDatabase;
  let db: Database;
  let journalDir: string;
  const start = (workerId: string, options: Partial<LedgerOptions> = {}): Ledger =>
    workers.start(db, { journalDir, workerId, recoverMs: 0, ...options });
  /** A worker that never gets to book anything, and never closes. */
  const doomed = (workerId: string, journal: LedgerOptions['journal'] = {}): Ledger => {
    const ledger = createLedger({
      ...{ db, settlementDb: db, clock: systemClock, logger: silentLogger, timeZone: () => 'UTC' },
      ...{ workerId, journalDir, journal, recoverMs: 0 },
      purse: { tendMs: 0 },
      settlement: { flushMs: NEVER_MS },
    });
    folders.endsWithFolders(ledger.journal);
    return ledger;
  };

  beforeAll(async () => {
    opened = await place.open();
    db = opened.db;
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await emptyTables(db);
    journalDir = folders.make();
    await giveBudget(db, { limit: 1_000_000n });
  });
  afterEach(async () => {
    await workers.closeAll();
    folders.removeAll();
  });

  it('leases of a dead worker stay until its journal is settled, whoever sweeps', async () => {
    const dead = doomed('wrk_dead');
    await ask(dead, 3_000n, { requestId: 'req_1' });
    dead.settlement.settle(aRow({ requestId: 'req_1', costNanoUsd: 700n }));
    await written(dead.settlement);
    killOwner(journalDir, 'wrk_dead');
    const alive = start('wrk_alive');
    expect(await alive.sweep('all')).toBe(0);
    const { leased } = await moneyOf(db);
    expect(leased).toBeGreaterThanOrEqual(3_000n);
    expect(await alive.recover()).toMatchObject({ booked: 1 });
    expect(await moneyOf(db)).toMatchObject({ used: 700n, leased: 0n, leases: 0n });
  });

  it('ended requests are charged as they ended, open ones are interrupted and free, leases come back', async () => {
    const dead = doomed('wrk_dead', { segmentBytes: 1_500 });
    const startedAtMs = Date.now() - 2_000;
    for (const requestId of ['req_1', 'req_2', 'req_open']) {
      const about = {
        ...{
          protocolIn: 'anthropic-messages',
          operation: 'generate',
          modelAsked: 'claude-test',
          stream: true,
        },
      };
      const request = { requestId, userId: 'usr_1', keyId: 'key_1', upperBoundNanoUsd: 3_000n, about };
      await dead.purse.hold({ ...request, nowMs: startedAtMs });
      await written(dead.settlement);
    }
    for (const requestId of ['req_1', 'req_2']) {
      dead.settlement.settle(aRow({ requestId, startedAtMs, costNanoUsd: 700n }));
      await written(dead.settlement);
    }
    killOwner(journalDir, 'wrk_dead');
    const recovered = await start('wrk_new').recover();
    expect(recovered).toEqual({
      ...{ workers: ['wrk_dead'], booked: 3, interrupted: 1, damaged: 0 },
      exposureNanoUsd: 3_000n,
    });
    const money = { logged: 1_400n, charged: 1_400n, used: 1_400n, leased: 0n, leases: 0n };
    expect(await moneyOf(db)).toEqual(money);
    const [row] = await db.select().from(requestLog).where(eq(requestLog.requestId, 'req_open'));
    expect(row).toMatchObject({
      ...{ outcome: 'interrupted', cost: 0n, operatorLoss: 0n, errorCode: 'relay_stopped', userId: 'usr_1' },
      ...{ protocolIn: 'anthropic-messages', modelAsked: 'claude-test', stream: true },
      startedAt: new Date(startedAtMs),
      errorText: expect.stringContaining('up to 0.000003 USD'),
    });
    expect(row?.durationMs).toBeGreaterThanOrEqual(1_900);
    expect(readdirSync(journalDir)).toEqual(['wrk_new']);
  });

  it('the same journal replayed twice, also beside rows booked already, books each row once', async () => {
    const dead = doomed('wrk_dead');
    const rows = Array.from({ length: 30 }, (_, index) => aRow({ costNanoUsd: BigInt(index) }));
    for (const row of rows) {
      await ask(dead, 100n, { requestId: row.requestId });
      dead.settlement.settle(row);
    }
    await written(dead.settlement);
    const other = start('wrk_other');
    for (const row of rows.slice(0, 10)) other.settlement.settle(row);
    await other.settlement.flush();
    killOwner(journalDir, 'wrk_dead');
    const failing = failingDatabase(db);
    failing.loseAnswer();
    const next = start('wrk_next', { db: failing.db, settlementDb: failing.db });
    expect(await next.recover()).toMatchObject({ workers: [], booked: 0 });
    expect(await next.recover()).toMatchObject({ workers: ['wrk_dead'], booked: 0, interrupted: 0 });
    expect(await moneyOf(db)).toMatchObject({ logged: 435n, charged: 435n, used: 435n, leased: 0n });
    expect(await db.select().from(ledgerEntries)).toHaveLength(29);
    expect(await next.recover()).toMatchObject({ workers: [], booked: 0 });
  });

  it('a request whose row was booked is not interrupted, though only its beginning is left in the journal', async () => {
    const dead = doomed('wrk_dead', { segmentBytes: 1 });
    const nowMs = Date.now();
    const request = { userId: 'usr_1', keyId: 'key_1', upperBoundNanoUsd: 0n, nowMs };
    await dead.purse.hold({ ...request, requestId: 'req_done' });
    await written(dead.settlement);
    await dead.purse.hold({ ...request, requestId: 'req_cut' });
    await written(dead.settlement);
    const other = start('wrk_other');
    other.settlement.settle(aRow({ requestId: 'req_done', startedAtMs: nowMs - 1 }));
    await other.settlement.flush();
    killOwner(journalDir, 'wrk_dead');
    expect(await other.recover()).toMatchObject({ booked: 1, interrupted: 1 });
    const rows = await db.select().from(requestLog).orderBy(asc(requestLog.requestId));
    expect(rows.map(({ requestId, outcome }) => [requestId, outcome])).toEqual([
      ['req_cut', 'interrupted'],
      ['req_done', 'ok'],
    ]);
  });

  it('of two workers that find the same dead one, one settles it; a living one is left alone', async () => {
    const dead = doomed('wrk_dead');
    const living = doomed('wrk_living');
    dead.settlement.settle(aRow());
    living.settlement.settle(aRow());
    await Promise.all([written(dead.settlement), written(living.settlement)]);
    killOwner(journalDir, 'wrk_dead');
    const both = await Promise.all([start('wrk_1').recover(), start('wrk_2').recover()]);
    expect(both.flatMap(({ workers: names }) => names)).toEqual(['wrk_dead']);
    expect(await moneyOf(db)).toMatchObject({ logged: 1_000n });
    expect(existsSync(join(journalDir, 'wrk_living'))).toBe(true);
  });

  it('a journal that can not be settled now keeps none of the others waiting, and is settled later', async () => {
    for (const [index, workerId] of ['wrk_a', 'wrk_b', 'wrk_c'].entries()) {
      const dead = doomed(workerId);
      dead.settlement.settle(aRow({ costNanoUsd: 10n ** BigInt(index) }));
      await written(dead.settlement);
      killOwner(journalDir, workerId);
    }
    const failing = failingDatabase(db);
    failing.refuseNext();
    const next = start('wrk_next', { db: failing.db, settlementDb: failing.db });
    expect(await next.recover()).toMatchObject({ workers: ['wrk_b', 'wrk_c'], booked: 2 });
    expect(await moneyOf(db)).toMatchObject({ logged: 110n, used: 110n });
    expect(await next.recover()).toMatchObject({ workers: ['wrk_a'], booked: 1 });
    expect(await moneyOf(db)).toMatchObject({ logged: 111n, used: 111n });
  });

  it('a worker that dies while it replays leaves both journals to the next', async () => {
    const first = doomed('wrk_first');
    const second = doomed('wrk_second');
    first.settlement.settle(aRow({ costNanoUsd: 1n }));
    second.settlement.settle(aRow({ costNanoUsd: 10n }));
    await Promise.all([written(first.settlement), written(second.settlement)]);
    killOwner(journalDir, 'wrk_first');
    killOwner(journalDir, 'wrk_second');
    moveIntoClaims(journalDir, 'wrk_first', 'wrk_second');
    const recovered = await start('wrk_third').recover();
    expect(recovered).toMatchObject({ workers: ['wrk_second', 'wrk_first'], booked: 2 });
    expect(await moneyOf(db)).toMatchObject({ logged: 11n, used: 11n });
  });

  it('while the database is away requests go on and rows are kept; afterwards nothing is lost or double', async () => {
    const failing = failingDatabase(db);
    const ledger = start('wrk_1', { db: failing.db, settlementDb: failing.db });
    const use = async (): Promise<boolean> => {
      const row = aRow({ costNanoUsd: 10n });
      const answer = await ask(ledger, 20n, { requestId: row.requestId });
      if (admitted([answer]) === 0) return false;
      ledger.settlement.settle(row);
      return true;
    };
    for (let index = 0; index < 20; index++) await use();
    await ledger.settlement.flush();
    failing.goAway();
    let went = 20;
    while (await use()) went++;
    expect(went).toBeGreaterThan(20);
    expect(ledger.journal?.stats().needed).toBe(went - 20);
    await expect(ledger.settlement.flush()).rejects.toMatchObject({ code: 'settlement_unavailable' });
    failing.comeBack();
    failing.loseAnswer();
    await expect(ledger.settlement.flush()).rejects.toMatchObject({ code: 'settlement_unavailable' });
    await ledger.settlement.flush();
    const sum = BigInt(went * 10);
    expect(await moneyOf(db)).toMatchObject({ logged: sum, charged: sum, used: sum });
    expect(ledger.journal?.stats()).toMatchObject({ needed: 0 });
  });

  it('closing books all and leaves no journal; closing without a database leaves it to the next start', async () => {
    const ledger = start('wrk_1');
    await ask(ledger, 100n, { requestId: 'req_kept' });
    ledger.settlement.settle(aRow({ requestId: 'req_kept' }));
    await ledger.close();
    expect(readdirSync(journalDir)).toEqual([]);
    const failing = failingDatabase(db);
    failing.goAway();
    const closeDeadlineMs = 50;
    const cut = start('wrk_2', { settlementDb: failing.db, settlement: { flushMs: 5, closeDeadlineMs } });
    cut.settlement.settle(aRow({ requestId: 'req_late', costNanoUsd: 5n }));
    await cut.close();
    expect(await start('wrk_3').recover()).toMatchObject({ workers: ['wrk_2'], booked: 1 });
    expect(await moneyOf(db)).toMatchObject({ logged: 1_005n, used: 1_005n });
  });

  it('a full journal admits nothing until rows are booked; a hold given back leaves nothing in it', async () => {
    const failing = failingDatabase(db);
    const ledger = start('wrk_1', {
      settlementDb: failing.db,
      journal: { capBytes: 5_000, segmentBytes: 1_000 },
    });
    const answer = await ask(ledger, 100n);
    if ('release' in answer) answer.release();
    expect(ledger.journal?.stats()).toMatchObject({ needed: 0 });
    failing.goAway();
    while (!ledger.journal?.full()) ledger.settlement.settle(aRow());
    expect(await ask(ledger, 1n)).toMatchObject({ denied: 'settlement_unavailable', retryAfterMs: 5_000 });
    failing.comeBack();
    await ledger.settlement.flush();
    expect(admitted([await ask(ledger, 1n)])).toBe(1);
    await ledger.close();
    expect(await db.select().from(budgetLeases)).toEqual([]);
  });
});
