// Promise: a statement shows what was asked for, newest first, each entry once, to its owner and to admins alone.
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Actor, Context } from '../context.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { listLedger } from './list-ledger.ts';

type Acting = Context & { actor: Actor };

let bench: TestBench;
let admin: Acting;
let ada: Acting;
let bob: Acting;
beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(async () => {
  await bench.reset();
  admin = await bench.as('admin', 'Root');
  ada = await bench.as('user', 'Ada');
  bob = await bench.as('user', 'Bob');
});
afterAll(() => bench.close());

type Kind = (typeof ledgerEntries.$inferSelect)['kind'];
let drawn = 0;

async function entry(of: Acting, kind: Kind, at: string): Promise<string> {
  const reference = `${kind}-${++drawn}`;
  await bench.ports.db.insert(ledgerEntries).values({
    ...{ userId: of.actor.userId, kind, reference, amount: 1n, balanceAfter: 1n, createdAt: new Date(at) },
  });
  return reference;
}

async function references(who: Acting, query: object = {}): Promise<string[]> {
  const { items } = await listLedger(who, { query: { limit: 50, ...query } });
  return items.map(({ reference }) => reference);
}

it('one kind, a span of time with its end left out, and both together', async () => {
  const grant = await entry(ada, 'grant', '2026-03-01T00:00:00Z');
  const charge = await entry(ada, 'charge', '2026-03-02T00:00:00Z');
  const redeem = await entry(ada, 'redeem', '2026-03-03T00:00:00Z');
  const later = await entry(ada, 'charge', '2026-03-04T00:00:00Z');
  expect(await references(ada)).toEqual([later, redeem, charge, grant]);
  expect(await references(ada, { kind: 'charge' })).toEqual([later, charge]);
  const days = { from: '2026-03-02T00:00:00Z', to: '2026-03-04T00:00:00Z' };
  expect(await references(ada, days)).toEqual([redeem, charge]);
  expect(await references(ada, { ...days, kind: 'charge' })).toEqual([charge]);
  expect(await references(ada, { kind: 'refund' })).toEqual([]);
});

it('pages hold every entry once, also those of one moment, and those written meanwhile are not mixed in', async () => {
  const written: string[] = [];
  for (let index = 0; index < 7; index++) written.unshift(await entry(ada, 'charge', '2026-03-01T00:00:00Z'));
  await entry(bob, 'charge', '2026-03-01T00:00:00Z');
  const seen: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const query = { limit: 3, kind: 'charge' as const, ...(cursor === undefined ? {} : { cursor }) };
    const page = await listLedger(ada, { query });
    seen.push(...page.items.map(({ reference }) => reference));
    cursor = page.nextCursor ?? undefined;
    pages++;
    await entry(ada, 'charge', '2026-03-01T00:00:00Z');
  } while (cursor !== undefined);
  expect(seen).toEqual(written);
  expect(pages).toBe(3);
});

it('another user is for admins to ask about; a wrong cursor is refused', async () => {
  const own = await entry(ada, 'grant', '2026-03-01T00:00:00Z');
  expect(await references(admin, { user: ada.actor.userId })).toEqual([own]);
  expect(await references(admin)).toEqual([]);
  await expect(references(bob, { user: ada.actor.userId })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(references(ada, { cursor: 'nonsense' })).rejects.toMatchObject({ status: 400 });
});
