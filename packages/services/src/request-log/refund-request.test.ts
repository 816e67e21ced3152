// Refunds: all that one request cost comes back, once; the books agree, and re-pricing leaves it alone from then on.
import { rowsOf } from '@api-proxy/db/rows';
import { budgets } from '@api-proxy/db/schema/budgets';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { prices } from '@api-proxy/db/schema/prices';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { HOUR_MS, MINUTE_MS } from '@api-proxy/kit/duration';
import { newId } from '@api-proxy/kit/id';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listAudit } from '../audit/list-audit.ts';
import type { Actor, Context } from '../context.ts';
import { listLedger } from '../ledger/list-ledger.ts';
import { bookRepricing } from '../repricing/book-repricing.ts';
import { createRepricing } from '../repricing/create-repricing.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { getRequestLog } from './get-request-log.ts';
import { refundRequest } from './refund-request.ts';

type Acting = Context & { actor: Actor };

let bench: TestBench;
let admin: Acting;
let ada: Acting;
const GRANTED = 1_000_000n;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(async () => {
  await bench.reset();
  admin = await bench.as('admin', 'Root');
  ada = await bench.as('user', 'Ada');
  const { userId } = ada.actor;
  await budget({ ownerKind: 'user', ownerId: userId, span: 'balance', limit: GRANTED });
  const grant = { userId, kind: 'grant', reference: userId, amount: GRANTED, balanceAfter: GRANTED } as const;
  await bench.ports.db.insert(ledgerEntries).values(grant);
});
afterAll(() => bench.close());

const budget = (values: Omit<typeof budgets.$inferInsert, 'id'>) =>
  bench.ports.db.insert(budgets).values({ id: newId('bud'), ...values });

/** A settled request of a hundred input tokens: its row, its charge, and what its user has used. */
async function request(cost: bigint, minutesAgo: number, more: object = {}): Promise<string> {
  const requestId = newId('req');
  const { userId } = ada.actor;
  const startedAt = new Date(bench.clock.nowMs() - minutesAgo * MINUTE_MS);
  await bench.ports.db.insert(requestLog).values({
    ...{ requestId, startedAt, userId, keyId: 'key_ada', protocolIn: 'openai-chat', operation: 'generate' },
    ...{ modelAsked: 'm', stream: false, status: 200, outcome: 'ok', durationMs: 5, priced: true },
    ...{ inputTokens: 100, cost, ...more },
  });
  const [balance] = await bench.ports.db
    .update(budgets)
    .set({ used: sql`${budgets.used} + ${cost}` })
    .where(and(eq(budgets.ownerId, userId), eq(budgets.span, 'balance')))
    .returning();
  const balanceAfter = (balance?.limit ?? 0n) - (balance?.used ?? 0n);
  if (cost > 0n)
    await bench.ports.db
      .insert(ledgerEntries)
      .values({ userId, kind: 'charge', reference: requestId, amount: -cost, balanceAfter });
  return requestId;
}

async function price(rate: bigint): Promise<void> {
  const now = new Date(bench.clock.nowMs());
  await bench.ports.db.insert(prices).values({
    ...{ id: newId('prc', now.getTime()), provider: 'p', model: 'm', input: rate, output: rate },
    ...{ cacheRead: rate, cacheWrite5m: rate, cacheWrite1h: rate, createdAt: now },
    effectiveFrom: new Date(now.getTime() - 10 * HOUR_MS),
  });
}

const refund = (requestId: string, by: Context = admin) =>
  refundRequest(by, { params: { requestId }, body: { note: 'answer was empty' } });
const beginRepricing = () => {
  const nowMs = bench.clock.nowMs();
  const range = { from: new Date(nowMs - 6 * HOUR_MS).toISOString(), to: new Date(nowMs).toISOString() };
  return createRepricing(admin, { body: { ...range, chargeUnpriced: false, note: 'corrected' } });
};
const book = (repricingId: string) => bookRepricing(admin, { params: { repricingId } });
const detail = (requestId: string) => getRequestLog(ada, { params: { requestId } });

/** What was granted and given back by the ledger is the balance's limit, what was charged is what it used. */
async function expectBooksAgree(): Promise<void> {
  const off = rowsOf(
    await bench.ports.db.execute(sql`
      select b.owner_id from budgets b where b.span = 'balance' and (
        b."limit" <> (select coalesce(sum(amount), 0) from ledger_entries e where e.user_id = b.owner_id and e.kind <> 'charge')
        or b.used <> (select coalesce(-sum(amount), 0) from ledger_entries e where e.user_id = b.owner_id and e.kind = 'charge')
        or b.used <> (select coalesce(sum(cost), 0) from request_log l where l.user_id = b.owner_id and not l.probe))`),
  );
  expect(off).toEqual([]);
}

it('all of it comes back: statement, balance, detail, audit, and the workers are told', async () => {
  const requestId = await request(700n, 30);
  await request(50n, 20);
  bench.notices.length = 0;
  expect(await refund(requestId)).toEqual({
    requestId,
    amountUsd: '0.0000007',
    balance: { quotaUsd: '0.0010007', usedUsd: '0.00000075', remainingUsd: '0.00099995' },
  });
  const { items } = await listLedger(ada, { query: { limit: 1 } });
  expect(items[0]).toMatchObject({
    ...{ kind: 'refund', requestId, amountUsd: '0.0000007', balanceAfterUsd: '0.00099995' },
    note: 'answer was empty',
  });
  expect(await detail(requestId)).toMatchObject({
    costUsd: '0.0000007',
    paidUsd: '0.0000007',
    refund: { amountUsd: '0.0000007', note: 'answer was empty' },
  });
  const audit = await listAudit(admin, { query: { limit: 1 } });
  expect(audit.items[0]).toMatchObject({ action: 'request.refund', entityId: requestId });
  const { userId } = ada.actor;
  expect(bench.notices).toEqual([
    { topic: 'caller', payload: { userId, keyId: null } },
    { topic: 'caller', payload: { userId, keyId: 'key_ada' } },
  ]);
  await expectBooksAgree();
});

it('fifty at once give it back once; the others are told that it was', async () => {
  const requestId = await request(700n, 30);
  const answers = await Promise.allSettled(Array.from({ length: 50 }, () => refund(requestId)));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  for (const reason of refused) {
    expect(reason).toMatchObject({ status: 409, message: 'This request was refunded already.' });
  }
  const entries = await bench.ports.db.select().from(ledgerEntries).where(eq(ledgerEntries.kind, 'refund'));
  expect(entries).toMatchObject([{ amount: 700n, reference: requestId }]);
  await expectBooksAgree();
});

it('limits whose running window holds the request count it no longer, others stay', async () => {
  const requestId = await request(700n, 30);
  const { userId: ownerId } = ada.actor;
  const at = (minutesAgo: number) => new Date(bench.clock.nowMs() - minutesAgo * MINUTE_MS);
  const user = { ownerKind: 'user', ownerId, limit: 10_000n, used: 900n } as const;
  await budget({ ...user, span: 'day', windowStartedAt: at(60) });
  await budget({ ...user, span: '5h', windowStartedAt: at(10) });
  await budget({ ...user, span: 'month' });
  await budget({ ...user, ownerKind: 'key', ownerId: 'key_ada', span: 'total', used: 200n });
  await budget({ ...user, ownerKind: 'key', ownerId: 'key_other', span: 'total' });
  await refund(requestId);
  const rows = await bench.ports.db.select().from(budgets).where(sql`span <> 'balance'`);
  const used = rows.map((row) => `${row.ownerKind === 'key' ? row.ownerId : 'user'} ${row.span} ${row.used}`);
  expect(used.sort()).toEqual([
    'key_ada total 0',
    'key_other total 900',
    'user 5h 900',
    'user day 200',
    'user month 900',
  ]);
});

it('what a re-pricing had changed is part of it, and a later re-pricing passes it over', async () => {
  await price(4_000_000n);
  const requestId = await request(700n, 30);
  const other = await request(700n, 29);
  const first = await beginRepricing();
  await book(first.id);
  expect(await detail(requestId)).toMatchObject({ costUsd: '0.0000007', paidUsd: '0.0000004' });
  expect(await refund(requestId)).toMatchObject({ amountUsd: '0.0000004' });
  await expectBooksAgree();
  bench.clock.advance(1_000);
  await price(9_000_000n);
  const second = await beginRepricing();
  expect(second).toMatchObject({ rows: 1, changedRows: 1, oldCostUsd: '0.0000004', newCostUsd: '0.0000009' });
  await book(second.id);
  expect(await detail(requestId)).toMatchObject({ paidUsd: '0.0000004' });
  expect(await detail(other)).toMatchObject({ paidUsd: '0.0000009' });
  const { items } = await listLedger(ada, { query: { limit: 1 } });
  // Granted 1,000,000; only the other request is still paid for.
  expect(items[0]?.balanceAfterUsd).toBe('0.0009991');
  await expectBooksAgree();
});

it('not while a re-pricing is open: what it counted must hold when it is booked', async () => {
  await price(4_000_000n);
  const requestId = await request(700n, 30);
  const run = await beginRepricing();
  await expect(refund(requestId)).rejects.toMatchObject({ status: 409 });
  await book(run.id);
  await refund(requestId);
  await expectBooksAgree();
});

it('nothing to give back, no such request, a super admin as the user, and who is no admin: refused', async () => {
  const free = await request(0n, 30);
  const probe = await request(0n, 30, { probe: true, cost: 5n });
  for (const requestId of [free, probe]) {
    await expect(refund(requestId)).rejects.toMatchObject({
      status: 409,
      message: 'Nothing was paid for this request.',
    });
  }
  await expect(refund('req_none')).rejects.toMatchObject({ status: 404 });
  await expect(refund(free, ada)).rejects.toMatchObject({ status: 403 });
  const root = await bench.as('super_admin', 'Chief');
  const theirs = await bench.logRequest(root.actor.userId);
  await expect(refund(theirs)).rejects.toMatchObject({ status: 403 });
});
