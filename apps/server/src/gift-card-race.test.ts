// Fifty redemptions of one gift card at once, on several connections where there are any: one credit.
import { budgets } from '@api-proxy/db/schema/budgets';
import { giftCards } from '@api-proxy/db/schema/gift-cards';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { users } from '@api-proxy/db/schema/users';
import { newId } from '@api-proxy/kit/id';
import { type TestDatabase, testPlaces } from '@api-proxy/ledger/testing/databases';
import type { Actor, Context } from '@api-proxy/services/context';
import { createGiftCards } from '@api-proxy/services/gift-card/create-gift-cards';
import { redeemGiftCard } from '@api-proxy/services/gift-card/redeem-gift-card';
import { openTestBench, type TestBench } from '@api-proxy/services/testing/bench';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const USERS = 10;
const EACH = 5;

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('gift cards on $name', (place) => {
  let opened: TestDatabase;
  let bench: TestBench;
  beforeAll(async () => {
    [opened, bench] = await Promise.all([place.open(), openTestBench()]);
  }, 60_000);
  afterAll(() => Promise.all([opened.close(), bench.close()]));

  async function actor(name: string): Promise<Actor> {
    const userId = newId('usr');
    await opened.db.insert(users).values({ id: userId, name, email: `${name}@example.com`, role: 'admin' });
    return { userId, role: 'admin', name, ip: null };
  }

  it('credits exactly one user, exactly once', async () => {
    const context = (who: Actor, db = opened.db): Context => ({ ...bench.anonymous, db, actor: who });
    const body = { amountUsd: '3', count: 1, expiresAt: null, note: '' };
    const { codes } = await createGiftCards(context(await actor('maker')), { body });
    const people = await Promise.all(Array.from({ length: USERS }, (_, at) => actor(`user${at}`)));
    const pools = [opened.db, opened.another()];
    const asked = Array.from({ length: USERS * EACH }, (_, at) => {
      const who = people[at % USERS];
      if (!who) throw new Error('unreachable: the index is below the length');
      return redeemGiftCard(context(who, pools[at % pools.length]), { body: { code: codes[0] ?? '' } });
    });
    const settled = await Promise.allSettled(asked);
    const refusals = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
    expect(refusals).toEqual(Array(USERS * EACH - 1).fill('gift_card_used'));

    const entries = await opened.db.select().from(ledgerEntries);
    expect(entries.map(({ kind, amount }) => ({ kind, amount }))).toEqual([
      { kind: 'redeem', amount: 3_000_000_000n },
    ]);
    const owner = entries[0]?.userId;
    const balances = await opened.db.select().from(budgets);
    expect(balances.map(({ ownerId, limit }) => ({ ownerId, limit }))).toEqual([
      { ownerId: owner, limit: 3_000_000_000n },
    ]);
    expect(await opened.db.select().from(giftCards)).toMatchObject([
      { status: 'redeemed', redeemedBy: owner, id: entries[0]?.reference },
    ]);
  });
});
