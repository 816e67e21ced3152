// Re-pricing: previewed, booked once as adjustments, never an edit; a second run books what is left, and the books agree.
import type { Database, Transaction } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { budgets } from '@api-proxy/db/schema/budgets';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { prices } from '@api-proxy/db/schema/prices';
import { requestAdjustments } from '@api-proxy/db/schema/request-adjustments';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { HOUR_MS, MINUTE_MS } from '@api-proxy/kit/duration';
import { newId } from '@api-proxy/kit/id';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listAudit } from '../audit/list-audit.ts';
import type { Actor, Context } from '../context.ts';
import { listLedger } from '../ledger/list-ledger.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { tendRuns } from './advance-run.ts';
import { bookRepricing } from './book-repricing.ts';
import { createRepricing } from './create-repricing.ts';
import { discardRepricing } from './discard-repricing.ts';
import { getRepricing } from './get-repricing.ts';

type Acting = Context & { actor: Actor };

let bench: TestBench;
let admin: Acting;
let ada: Acting;
let bob: Acting;
const GRANTED = 1_000_000n;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(async () => {
  await bench.reset();
  admin = await bench.as('admin', 'Root');
  ada = await bench.as('user', 'Ada');
  bob = await bench.as('user', 'Bob');
  for (const { actor } of [ada, bob]) {
    const { userId } = actor;
    await bench.ports.db
      .insert(budgets)
      .values({ id: newId('bud'), ownerKind: 'user', ownerId: userId, span: 'balance', limit: GRANTED });
    await entry({ userId, kind: 'grant', reference: userId, amount: GRANTED, balanceAfter: GRANTED });
  }
});
afterAll(() => bench.close());

const entry = (values: typeof ledgerEntries.$inferInsert) =>
  bench.ports.db.insert(ledgerEntries).values(values);

type PriceFacts = Partial<typeof prices.$inferInsert> & { rate: bigint; hoursAgo: number };

async function price({ rate, hoursAgo, ...rest }: PriceFacts): Promise<string> {
  const id = newId('prc', bench.clock.nowMs());
  const rates = { input: rate, output: rate, cacheRead: rate, cacheWrite5m: rate, cacheWrite1h: rate };
  const at = new Date(bench.clock.nowMs() - hoursAgo * HOUR_MS);
  await bench.ports.db.insert(prices).values({
    id,
    provider: 'p',
    model: 'm',
    ...rates,
    effectiveFrom: at,
    createdAt: new Date(bench.clock.nowMs()),
    ...rest,
  });
  return id;
}

type RowFacts = Partial<typeof requestLog.$inferInsert> & { by: Acting; cost: bigint; minutesAgo: number };

/** A settled request: its row, its charge and what its user has used. */
async function request({ by, cost, minutesAgo, ...rest }: RowFacts): Promise<string> {
  const requestId = newId('req');
  const { userId } = by.actor;
  const startedAt = new Date(bench.clock.nowMs() - minutesAgo * MINUTE_MS);
  await bench.ports.db.insert(requestLog).values({
    ...{
      requestId,
      startedAt,
      userId,
      keyId: `key_${by.actor.name.toLowerCase()}`,
      protocolIn: 'openai-chat',
    },
    ...{ operation: 'generate', modelAsked: 'm', stream: false, status: 200, outcome: 'ok', durationMs: 5 },
    ...{ inputTokens: 100, priced: true, cost, ...rest },
  });
  if (cost === 0n) return requestId;
  const [balance] = await bench.ports.db
    .update(budgets)
    .set({ used: sql`${budgets.used} + ${cost}` })
    .where(and(eq(budgets.ownerId, userId), eq(budgets.span, 'balance')))
    .returning();
  const balanceAfter = (balance?.limit ?? 0n) - (balance?.used ?? 0n);
  await entry({ userId, kind: 'charge', reference: requestId, amount: -cost, balanceAfter });
  return requestId;
}

const lastHours = (hours: number) => ({
  from: new Date(bench.clock.nowMs() - hours * HOUR_MS).toISOString(),
  to: new Date(bench.clock.nowMs()).toISOString(),
});

const begin = (more: object = {}) =>
  createRepricing(admin, {
    body: { ...lastHours(6), chargeUnpriced: false, note: 'price corrected', ...more },
  });
const book = (repricingId: string, by = admin) => bookRepricing(by, { params: { repricingId } });
const detail = (repricingId: string) => getRepricing(admin, { params: { repricingId } });
const statement = async (who: Acting) =>
  (await listLedger(who, { query: { limit: 50 } })).items.map(
    ({ kind, amountUsd, balanceAfterUsd, note }) => ({
      ...{ kind, amountUsd, balanceAfterUsd, note },
    }),
  );

/** Granted and adjusted by the ledger is what the balance has as its limit; charged is what it has as used. */
async function expectBooksAgree(): Promise<void> {
  const off = rowsOf(
    await bench.ports.db.execute(sql`
      select b.owner_id from budgets b where b.span = 'balance' and (
        b."limit" <> (select coalesce(sum(amount), 0) from ledger_entries e where e.user_id = b.owner_id and e.kind <> 'charge')
        or b.used <> (select coalesce(-sum(amount), 0) from ledger_entries e where e.user_id = b.owner_id and e.kind = 'charge'))`),
  );
  expect(off).toEqual([]);
}

it('a price corrected from an earlier date: the preview says who pays less, one entry per user books it, rows stay', async () => {
  await price({ rate: 2_000_000n, hoursAgo: 10 });
  await request({ by: ada, cost: 200n, minutesAgo: 90 });
  await request({ by: ada, cost: 200n, minutesAgo: 30 });
  await request({ by: bob, cost: 200n, minutesAgo: 30 });
  await price({ rate: 1_000_000n, hoursAgo: 1 });
  const run = await begin();
  expect(run).toMatchObject({
    ...{ state: 'ready', rows: 3, changedRows: 2, users: 2, bookedUsers: 0 },
    ...{ oldCostUsd: '0.0000006', newCostUsd: '0.0000004', differenceUsd: '-0.0000002' },
  });
  expect((await detail(run.id)).largest).toHaveLength(2);
  expect(await statement(ada)).toHaveLength(3);
  expect(await book(run.id)).toMatchObject({ state: 'done', bookedUsers: 2 });
  const expected = {
    kind: 'adjust',
    amountUsd: '0.0000001',
    balanceAfterUsd: '0.0009997',
    note: 'price corrected',
  };
  expect((await statement(ada))[0]).toEqual(expected);
  expect((await bench.ports.db.select().from(requestLog)).map(({ cost }) => cost)).toEqual([
    200n,
    200n,
    200n,
  ]);
  expect(bench.notices).toContainEqual({
    topic: 'caller',
    payload: { userId: bob.actor.userId, keyId: null },
  });
  const { items } = await listAudit(admin, { query: { limit: 10 } });
  expect(items.map(({ action }) => action)).toEqual(['repricing.book', 'repricing.create']);
  await expectBooksAgree();
});

it('booking twice books once, also at the same time; a second run over the range finds nothing left', async () => {
  await price({ rate: 1_000_000n, hoursAgo: 10 });
  await request({ by: ada, cost: 200n, minutesAgo: 30 });
  const run = await begin();
  await Promise.all([book(run.id), book(run.id), book(run.id)]);
  await book(run.id);
  const again = await begin();
  expect(again).toMatchObject({ rows: 1, changedRows: 0, oldCostUsd: '0.0000001', differenceUsd: '0' });
  await book(again.id);
  expect(
    await bench.ports.db.select().from(ledgerEntries).where(eq(ledgerEntries.kind, 'adjust')),
  ).toHaveLength(1);
  await price({ rate: 3_000_000n, hoursAgo: 9 });
  const third = await begin();
  expect(third).toMatchObject({ oldCostUsd: '0.0000001', newCostUsd: '0.0000003', changedRows: 1 });
  await book(third.id);
  expect((await statement(ada))[0]).toMatchObject({ amountUsd: '-0.0000002' });
  await expectBooksAgree();
});

it('the price of then: channel before general, long context, multiplier, half up, as it was billed', async () => {
  await price({ rate: 1_000_000n, hoursAgo: 10, longContextThreshold: 1_000, longInput: 5_000_000n });
  const [channel] = rowsOf<{ id: string }>(
    await bench.ports.db.execute(
      sql`insert into channels (id, name, type, base_url) values ('chn_1', 'c', 'openai', 'https://c') returning id`,
    ),
  );
  if (!channel) throw new Error('no channel');
  await price({ rate: 4_000_000n, hoursAgo: 10, channelId: channel.id });
  await request({ by: ada, cost: 0n, minutesAgo: 10 });
  await request({ by: ada, cost: 0n, minutesAgo: 11, channelId: channel.id });
  await request({ by: ada, cost: 0n, minutesAgo: 12, inputTokens: 1_001, outputTokens: 1 });
  await request({ by: ada, cost: 0n, minutesAgo: 13, inputTokens: 1, multiplierPpm: 1_500_000 });
  const run = await begin();
  // 100·1 + 100·4 + (1001·5 + 1·1) + 1.5 → 2
  expect(run.newCostUsd).toBe('0.000005508');
});

it('what nobody pays stays free, what has no price stays as it is, and unpriced requests are charged only when asked', async () => {
  const withdrawn = await price({ rate: 1_000_000n, hoursAgo: 10, model: 'gone' });
  await price({ rate: 1_000_000n, hoursAgo: 10 });
  await request({ by: ada, cost: 0n, minutesAgo: 10, outcome: 'upstream_truncated', operatorLoss: 100n });
  await request({ by: ada, cost: 0n, minutesAgo: 11, probe: true });
  await request({ by: ada, cost: 100n, minutesAgo: 12, modelAsked: 'gone', priceId: withdrawn });
  await request({ by: ada, cost: 0n, minutesAgo: 13, priced: false });
  await bench.ports.db
    .update(prices)
    .set({ withdrawnAt: new Date(bench.clock.nowMs()) })
    .where(eq(prices.id, withdrawn));
  const run = await begin();
  expect(run).toMatchObject({ rows: 1, unpricedRows: 1, changedRows: 0, differenceUsd: '0' });
  await discardRepricing(admin, { params: { repricingId: run.id } });
  const charging = await begin({ chargeUnpriced: true });
  expect(charging).toMatchObject({ rows: 2, changedRows: 1, differenceUsd: '0.0000001' });
});

it('filters hold, one run is open at a time, and a discarded run is cleared away', async () => {
  await price({ rate: 1_000_000n, hoursAgo: 10 });
  await request({ by: ada, cost: 200n, minutesAgo: 30 });
  await request({ by: bob, cost: 200n, minutesAgo: 30 });
  const run = await begin({ userId: bob.actor.userId });
  expect(run).toMatchObject({ rows: 1, userName: 'Bob' });
  await expect(begin()).rejects.toMatchObject({ code: 'conflict' });
  await discardRepricing(admin, { params: { repricingId: run.id } });
  await expect(book(run.id)).rejects.toMatchObject({ code: 'conflict' });
  await tendRuns(bench.ports, 0);
  expect(await bench.ports.db.select().from(requestAdjustments)).toEqual([]);
  expect(await begin({ model: 'other' })).toMatchObject({ rows: 0, state: 'ready' });
});

it('a key limit moves by what fell into its running window, and by nothing that came before', async () => {
  await price({ rate: 1_000_000n, hoursAgo: 10 });
  await request({ by: ada, cost: 300n, minutesAgo: 120 });
  await request({ by: ada, cost: 300n, minutesAgo: 10 });
  const owner = { ownerKind: 'key', ownerId: 'key_ada', limit: 1_000n } as const;
  const started = new Date(bench.clock.nowMs() - HOUR_MS);
  await bench.ports.db.insert(budgets).values([
    { id: 'bud_1', ...owner, span: 'day', used: 300n, windowStartedAt: started },
    { id: 'bud_2', ...owner, span: 'total', used: 600n },
  ]);
  await book((await begin()).id);
  const rows = await bench.ports.db
    .select()
    .from(budgets)
    .where(eq(budgets.ownerKind, 'key'))
    .orderBy(budgets.id);
  expect(rows.map(({ used }) => used)).toEqual([100n, 200n]);
});

/** Lets another booking change something right before this one has its locks. */
function beforeLocking(real: Database, change: (tx: Transaction) => Promise<unknown>): Database {
  const dialect = new PgDialect();
  const watched = (tx: Transaction): Transaction =>
    new Proxy(tx, {
      get(target, name, receiver) {
        if (name !== 'execute') return Reflect.get(target, name, receiver);
        return async (query: SQL) => {
          if (dialect.sqlToQuery(query).sql.includes('for no key update')) await change(target);
          return target.execute(query);
        };
      },
    });
  const transaction: Database['transaction'] = (work, config) =>
    real.transaction((tx) => work(watched(tx)), config);
  return new Proxy(real, {
    get: (target, name, receiver) =>
      name === 'transaction' ? transaction : Reflect.get(target, name, receiver),
  });
}

it('a window that begins anew while its limit is summed up counts from its new beginning on', async () => {
  await price({ rate: 1_000_000n, hoursAgo: 10 });
  await request({ by: ada, cost: 300n, minutesAgo: 30 });
  await request({ by: ada, cost: 300n, minutesAgo: 10 });
  const hoursAgo = (hours: number) => new Date(bench.clock.nowMs() - hours * HOUR_MS);
  const limit = { id: 'bud_1', ownerKind: 'key', ownerId: 'key_ada', span: 'day', limit: 1_000n } as const;
  await bench.ports.db.insert(budgets).values({ ...limit, used: 600n, windowStartedAt: hoursAgo(1) });
  const { id } = await begin();
  const db = beforeLocking(bench.ports.db, (tx) =>
    tx
      .update(budgets)
      .set({ used: 300n, windowStartedAt: hoursAgo(0.25) })
      .where(eq(budgets.id, 'bud_1')),
  );
  await book(id, { ...admin, db });
  const [moved] = await bench.ports.db.select().from(budgets).where(eq(budgets.id, 'bud_1'));
  expect(moved?.used).toBe(100n);
});

it('a run whose browser was closed is booked to its end by the job', async () => {
  await price({ rate: 1_000_000n, hoursAgo: 10 });
  await request({ by: ada, cost: 200n, minutesAgo: 30 });
  const run = await begin();
  await bench.ports.db.execute(
    sql`update repricings set state = 'booking', booked_by = ${admin.actor.userId}`,
  );
  await tendRuns({ ...bench.ports, clock: { ...bench.clock, monotonicMs: () => performance.now() } }, 1_000);
  expect(await detail(run.id)).toMatchObject({ state: 'done', bookedUsers: 1 });
  await expectBooksAgree();
});
