// Gift cards: redeemed once, told apart when they can't be, guessed slowly, their codes kept nowhere.
import type { GiftCardStatus } from '@api-proxy/contracts/enums';
import type { GiftCard } from '@api-proxy/contracts/gift-cards';
import { rowsOf } from '@api-proxy/db/rows';
import { budgets } from '@api-proxy/db/schema/budgets';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { DAY_MS, MINUTE_MS } from '@api-proxy/kit/duration';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listAudit } from '../audit/list-audit.ts';
import type { Actor, Context } from '../context.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { getMe } from '../user/get-me.ts';
import { createGiftCards } from './create-gift-cards.ts';
import { listGiftCards } from './list-gift-cards.ts';
import { redeemGiftCard } from './redeem-gift-card.ts';
import { voidGiftCard } from './void-gift-card.ts';
import { voidGiftCardBatch } from './void-gift-card-batch.ts';

type Acting = Context & { actor: Actor };

let bench: TestBench;
let admin: Acting;
let user: Acting;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(async () => {
  await bench.reset();
  admin = await bench.as('admin', 'Root');
  user = await bench.as('user', 'Ada');
});
afterAll(() => bench.close());

const WRONG = 'ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ';
const failure = (code: string) => expect.objectContaining({ code });

async function make(count = 1, expiresAt: string | null = null) {
  const made = await createGiftCards(admin, { body: { amountUsd: '12.5', count, expiresAt, note: 'fair' } });
  const [code] = made.codes;
  if (code === undefined) throw new Error('no code was made');
  return { ...made, code };
}

const redeem = (code: string, as: Context = user) => redeemGiftCard(as, { body: { code } });

type Filters = {
  status?: GiftCardStatus;
  batch?: string;
  lastFour?: string;
  cursor?: string;
  limit?: number;
};
const list = (query: Filters = {}) => listGiftCards(admin, { query: { limit: 50, ...query } });

async function onlyCard(batch: string): Promise<GiftCard> {
  const [card] = (await list({ batch })).items;
  if (!card) throw new Error('the batch is empty');
  return card;
}

it('a redeemed card adds its amount to a balance that did not exist, with its ledger entry, and says by whom', async () => {
  const { code, batchId } = await make();
  const card = await onlyCard(batchId);
  expect(card).toMatchObject({
    status: 'unused',
    amountUsd: '12.5',
    redeemedBy: null,
    createdByName: 'Root',
  });
  const typed = code.toLowerCase().replaceAll('-', ' ');
  expect(await redeem(typed)).toEqual({
    amountUsd: '12.5',
    balance: { quotaUsd: '12.5', usedUsd: '0', remainingUsd: '12.5' },
  });
  expect(await bench.ports.db.select().from(ledgerEntries)).toMatchObject([
    { userId: user.actor.userId, kind: 'redeem', reference: card.id, amount: 12_500_000_000n },
  ]);
  expect(await onlyCard(batchId)).toMatchObject({
    status: 'redeemed',
    redeemedBy: { userId: user.actor.userId, name: 'Ada' },
    redeemedAt: new Date(bench.clock.nowMs()).toISOString(),
  });
  expect(bench.notices).toEqual([{ topic: 'caller', payload: { userId: user.actor.userId, keyId: null } }]);
});

it('a second card is added to what is there, and the entry tells the balance after what was used', async () => {
  const { codes } = await make(2);
  await redeem(codes[0] ?? '');
  await bench.ports.db.update(budgets).set({ used: 2_500_000_000n, leased: 1n });
  expect((await redeem(codes[1] ?? '')).balance).toEqual({
    quotaUsd: '25',
    usedUsd: '2.5',
    remainingUsd: '22.5',
  });
  const entries = await bench.ports.db.select().from(ledgerEntries).orderBy(ledgerEntries.id);
  expect(entries.at(-1)?.balanceAfter).toBe(22_500_000_000n);
});

it('fifty redemptions of one card at once credit one user once', async () => {
  const { code } = await make();
  const people = await Promise.all(
    Array.from({ length: 10 }, async (_, at) => {
      const person = await bench.as('user', `user${at}`);
      return { ...person, actor: { ...person.actor, ip: `203.0.113.${at}` } };
    }),
  );
  const asked = people.flatMap((person) => Array.from({ length: 5 }, () => redeem(code, person)));
  const settled = await Promise.allSettled(asked);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const refusals = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
  expect(refusals).toEqual(Array(49).fill('gift_card_used'));
  const entries = await bench.ports.db.select().from(ledgerEntries);
  expect(entries).toHaveLength(1);
  const rows = await bench.ports.db.select().from(budgets);
  expect(rows.map(({ ownerId, limit }) => ({ ownerId, limit }))).toEqual([
    { ownerId: entries[0]?.userId, limit: 12_500_000_000n },
  ]);
});

it('unknown, malformed, used, void and expired codes are told apart, and nothing is credited', async () => {
  const used = await make();
  await redeem(used.code, admin);
  const voided = await make();
  await voidGiftCardBatch(admin, { params: { batchId: voided.batchId } });
  const expired = await make(1, new Date(bench.clock.nowMs() + MINUTE_MS).toISOString());
  bench.clock.advance(MINUTE_MS);
  await expect(redeem(WRONG)).rejects.toMatchObject({ code: 'gift_card_unknown', status: 404 });
  await expect(redeem('你好')).rejects.toMatchObject({ code: 'gift_card_unknown', status: 404 });
  await expect(redeem(used.code)).rejects.toMatchObject({ code: 'gift_card_used', status: 409 });
  await expect(redeem(voided.code)).rejects.toMatchObject({ code: 'gift_card_void', status: 409 });
  await expect(redeem(expired.code)).rejects.toMatchObject({ code: 'gift_card_expired', status: 410 });
  expect((await getMe(user, {})).balance.quotaUsd).toBeNull();
  expect((await onlyCard(expired.batchId)).status).toBe('expired');
});

it('a card can be redeemed until the last millisecond before it expires', async () => {
  const { code } = await make(1, new Date(bench.clock.nowMs() + MINUTE_MS).toISOString());
  bench.clock.advance(MINUTE_MS - 1);
  await expect(redeem(code)).resolves.toMatchObject({ amountUsd: '12.5' });
});

it('ten wrong codes stop a user for a quarter of an hour, also with the right one; others go on', async () => {
  const { codes } = await make(2);
  for (let n = 0; n < 10; n += 1) await expect(redeem(WRONG)).rejects.toEqual(failure('gift_card_unknown'));
  const elsewhere: Acting = { ...user, actor: { ...user.actor, ip: '203.0.113.9' } };
  await expect(redeem(codes[0] ?? '', elsewhere)).rejects.toMatchObject({
    code: 'too_many_requests',
    status: 429,
    details: { retryAfter: 900 },
  });
  await redeem(codes[1] ?? '', await bench.as('user', 'Bob'));
  bench.clock.advance(15 * MINUTE_MS);
  await expect(redeem(codes[0] ?? '')).resolves.toMatchObject({ amountUsd: '12.5' });
});

it('a right code starts the count of its user anew', async () => {
  const { code } = await make();
  const wrong = async (times: number) => {
    for (let n = 0; n < times; n += 1)
      await expect(redeem(WRONG)).rejects.toEqual(failure('gift_card_unknown'));
  };
  await wrong(9);
  await redeem(code);
  await wrong(10);
  await expect(redeem(WRONG)).rejects.toEqual(failure('too_many_requests'));
});

it('sixty attempts from one address stop it, whatever accounts they came from', async () => {
  for (let n = 0; n < 6; n += 1) {
    const person = await bench.as('user', `guesser${n}`);
    for (let m = 0; m < 10; m += 1)
      await expect(redeem(WRONG, person)).rejects.toEqual(failure('gift_card_unknown'));
  }
  await expect(redeem(WRONG)).rejects.toEqual(failure('too_many_requests'));
});

it('codes are stored nowhere: not in any table, nor in the audit list', async () => {
  const { codes } = await make(3);
  await redeem(codes[0] ?? '');
  await voidGiftCardBatch(admin, { params: { batchId: (await make()).batchId } });
  const tables = rowsOf<{ name: string }>(
    await bench.ports.db.execute(sql`select tablename as name from pg_tables where schemaname = 'public'`),
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = rowsOf<{ text: string }>(
        await bench.ports.db.execute(sql.raw(`select t::text as text from "${name}" t`)),
      );
      return rows.map(({ text }) => text).join('\n');
    }),
  );
  const stored = texts.join('\n').toUpperCase();
  // The search does find what is stored of a code.
  for (const code of codes) expect(stored).toContain(code.slice(-4));
  for (const code of codes) {
    expect(stored).not.toContain(code);
    expect(stored).not.toContain(code.replaceAll('-', ''));
    // Nor half of one.
    expect(stored).not.toContain(code.slice(0, 11));
    expect(stored).not.toContain(code.replaceAll('-', '').slice(0, 10));
  }
});

it('the list finds cards by what they are, by batch and by the last four, page by page', async () => {
  const first = await make(3);
  bench.clock.advance(1_000);
  const second = await make(1, new Date(bench.clock.nowMs() + DAY_MS).toISOString());
  await redeem(first.code);
  bench.clock.advance(DAY_MS);
  const count = async (query: Filters) => (await list(query)).items.length;
  expect(await count({})).toBe(4);
  expect(await count({ batch: first.batchId })).toBe(3);
  expect(await count({ status: 'unused' })).toBe(2);
  expect(await count({ status: 'redeemed' })).toBe(1);
  expect(await count({ status: 'void' })).toBe(0);
  expect((await list({ status: 'expired' })).items.map(({ batchId }) => batchId)).toEqual([second.batchId]);
  const lastFour = second.code.slice(-4).toLowerCase();
  expect((await list({ lastFour })).items.map(({ batchId }) => batchId)).toContain(second.batchId);
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(new Set(seen).size).toBe(4);
  expect(seen).toHaveLength(4);
});

it('voiding spares what was redeemed, and is refused for a card that is used or void already', async () => {
  const { codes, batchId } = await make(3);
  await redeem(codes[0] ?? '');
  const cards = (await list({ batch: batchId })).items;
  const idOf = (status: GiftCardStatus) => cards.find((card) => card.status === status)?.id ?? '';
  const voidOne = (giftCardId: string) => voidGiftCard(admin, { params: { giftCardId } });
  const unused = idOf('unused');
  expect(await voidOne(unused)).toMatchObject({ id: unused, status: 'void' });
  await expect(voidOne(unused)).rejects.toMatchObject({ code: 'gift_card_void', status: 409 });
  await expect(voidOne(idOf('redeemed'))).rejects.toMatchObject({ code: 'gift_card_used', status: 409 });
  await expect(voidOne('gft_none')).rejects.toMatchObject({ code: 'not_found' });
  expect(await voidGiftCardBatch(admin, { params: { batchId } })).toEqual({ voided: 1 });
  expect(await voidGiftCardBatch(admin, { params: { batchId } })).toEqual({ voided: 0 });
  await expect(voidGiftCardBatch(admin, { params: { batchId: 'gfb_none' } })).rejects.toMatchObject({
    code: 'not_found',
  });
  const actions = (await listAudit(admin, { query: { limit: 50, entityKind: 'giftCard' } })).items;
  expect(actions.map(({ action }) => action)).toEqual([
    'giftCard.voidBatch',
    'giftCard.void',
    'giftCard.create',
  ]);
});

it('an expiry in the past is refused', async () => {
  const expiresAt = new Date(bench.clock.nowMs()).toISOString();
  await expect(make(1, expiresAt)).rejects.toMatchObject({
    code: 'invalid_input',
    details: { fields: [{ path: 'body.expiresAt' }] },
  });
});
