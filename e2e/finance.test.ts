// Usage of a key at both addresses, the key in no log, books compared under load, and a re-pricing that keeps them agreed.
import { setTimeout as sleep } from 'node:timers/promises';
import { listAudit } from '@api-proxy/contracts/audit';
import {
  bookRepricing,
  createRepricing,
  getFinanceTotals,
  listReconciliations,
  runReconciliation,
} from '@api-proxy/contracts/finance';
import { createKey, updateKey } from '@api-proxy/contracts/keys';
import { listLedger } from '@api-proxy/contracts/ledger';
import { createPrice, listPrices, withdrawPrice } from '@api-proxy/contracts/prices';
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import { keyUsage } from '@api-proxy/contracts/usage';
import { getMe } from '@api-proxy/contracts/users';
import { HOUR_MS } from '@api-proxy/kit/duration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from './harness/installation.ts';
import type { Person } from './harness/person.ts';
import { databaseKinds } from './harness/product.ts';

const MODEL = 'fake-gpt';

/** The admin once two looks half a second apart agree: what the tests before sent is booked. */
async function atRest(admin: Person) {
  let last = await admin.call(getMe, {});
  const same = async (): Promise<boolean> => {
    const before = last;
    last = await admin.call(getMe, {});
    return last.balance.usedUsd === before.balance.usedUsd;
  };
  await sleep(500);
  await expect.poll(same, { interval: 500 }).toBe(true);
  return last;
}

describe.each(databaseKinds())('on the %s database', (database) => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation({ database, env: { LOG_LEVEL: 'trace' } }, [MODEL]);
  }, 120_000);
  afterAll(() => installation?.remove());

  async function ask(secret: string, text: string): Promise<Response> {
    const response = await fetch(`${installation.product.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: text }] }),
    });
    await response.arrayBuffer();
    return response;
  }

  const look = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${installation.product.url}${path}`, { headers });

  const settled = (count: number) =>
    expect
      .poll(
        async () => (await installation.admin.call(listRequestLogs, { query: { limit: 200 } })).items.length,
        { timeout: 15_000, interval: 200 },
      )
      .toBe(count);

  it('a key asks what it used and what is left, at both addresses, and is found in no output of the server', async () => {
    const { admin, product } = installation;
    const limits = {
      rpm: 50,
      tpm: 100_000,
      maxConcurrency: 4,
      quotas: [{ span: 'day' as const, limitUsd: '1' }],
    };
    const { key, secret } = await admin.call(createKey, { body: { name: 'asking', ...limits } });
    for (let index = 0; index < 3; index++) expect((await ask(secret, `question ${index}`)).status).toBe(200);
    await settled(3);
    const bearer = await look('/v1/usage?range=7d', { authorization: `Bearer ${secret}` });
    expect(bearer.status).toBe(200);
    const usage = keyUsage.parse(await bearer.json());
    const inPath = keyUsage.parse(await (await look(`/api/v1/usage/${secret}?range=7d`)).json());
    expect({ ...inPath, to: '', rates: [] }).toEqual({ ...usage, to: '', rates: [] });
    expect(usage.total.requests).toBe(3);
    expect(usage.byModel).toMatchObject([{ model: MODEL, requests: 3, costUsd: usage.total.costUsd }]);
    expect(usage.byDay).toHaveLength(7);
    expect(usage.byDay.at(-1)?.requests ?? 0).toBe(3);
    expect(usage.windows).toMatchObject([
      {
        scope: 'key',
        span: 'day',
        limitUsd: '1',
        usedUsd: usage.total.costUsd,
        resetsAt: expect.any(String),
      },
    ]);
    expect(usage.rates).toMatchObject([
      { scope: 'key', limit: 'rpm', max: 50, remaining: 47 },
      { scope: 'key', limit: 'tpm', max: 100_000 },
      { scope: 'key', limit: 'concurrency', max: 4, remaining: 4 },
    ]);
    await look('/v1/usage', { 'x-api-key': secret });
    await look(`/api/v1/usage/${secret}?range=never`);
    const lost = await look(`/v1/usage/${secret}`);
    expect([lost.status, (await lost.text()).includes(secret)]).toEqual([404, false]);
    await admin.call(updateKey, { params: { keyId: key.id }, body: { status: 'disabled' } });
    const answers = [await look('/v1/usage', { 'x-api-key': secret }), await look(`/api/v1/usage/${secret}`)];
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(texts.map((text) => JSON.parse(text))).toMatchObject([
      { type: 'error', error: { type: 'authentication_error' } },
      { error: { code: 'key_disabled' } },
    ]);
    const random = secret.slice(-32);
    const audit = JSON.stringify(await admin.call(listAudit, { query: { limit: 200 } }));
    for (const text of [...texts, audit, product.output()]) expect(text).not.toContain(random);
    expect(product.output().length).toBeGreaterThan(0);
  }, 60_000);

  it('the books agree at every moment of a load, and after', async () => {
    const { admin, secret } = installation;
    let loading = true;
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let index = 0; index < 40; index++) await ask(secret, `load ${index}`);
      }),
    ).finally(() => {
      loading = false;
    });
    let compared = 0;
    while (loading || compared < 3) {
      const { differenceUsd, differences } = await admin.call(runReconciliation, {});
      expect({ differenceUsd, differences }).toEqual({ differenceUsd: '0', differences: [] });
      compared += 1;
    }
    await load;
    const { items } = await admin.call(listReconciliations, {});
    expect(items[0]).toMatchObject({ trigger: 'manual', actorName: 'ada', differenceCount: 0 });
  }, 120_000);

  it('a price that was too high is corrected from an earlier date: the difference comes back once, the books agree', async () => {
    const { admin } = installation;
    const prices = await admin.call(listPrices, { query: { model: MODEL } });
    const tooHigh = prices.items[0];
    if (!tooHigh) throw new Error('the model has no price');
    const from = new Date(Date.now() - HOUR_MS).toISOString();
    const free = { input: '0', output: '0', cacheRead: '0', cacheWrite5m: '0', cacheWrite1h: '0' };
    await admin.call(createPrice, { body: { model: MODEL, tariff: free, effectiveFrom: from } });
    await admin.call(withdrawPrice, { params: { priceId: tooHigh.id } });
    const before = await atRest(admin);
    const range = { from, to: new Date(Date.now() + HOUR_MS).toISOString(), note: 'price was a mistake' };
    const run = await admin.call(createRepricing, { body: range });
    expect(run).toMatchObject({ state: 'ready', oldCostUsd: before.balance.usedUsd, newCostUsd: '0' });
    const booked = await admin.call(bookRepricing, { params: { repricingId: run.id } });
    expect(booked).toMatchObject({ state: 'done', users: 1, bookedUsers: 1 });
    const { balance } = await admin.call(getMe, {});
    expect(balance).toMatchObject({ usedUsd: before.balance.usedUsd, remainingUsd: before.balance.quotaUsd });
    const { items } = await admin.call(listLedger, { query: { kind: 'adjust', limit: 10 } });
    const entry = {
      amountUsd: before.balance.usedUsd,
      balanceAfterUsd: balance.remainingUsd,
      note: range.note,
    };
    expect(items).toMatchObject([entry]);
    expect((await admin.call(getFinanceTotals, {})).adjustedUsd).toBe(before.balance.usedUsd);
    const again = await admin.call(createRepricing, { body: range });
    expect(again).toMatchObject({ changedRows: 0, differenceUsd: '0' });
    expect((await admin.call(runReconciliation, {})).differenceUsd).toBe('0');
  }, 60_000);

  it('guessing keys from one address is refused after a while, in both forms', async () => {
    const guess = `sk-relay-abcd-${'0'.repeat(32)}`;
    const statuses: number[] = [];
    for (let index = 0; index < 40; index++) statuses.push((await look(`/api/v1/usage/${guess}`)).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    const relayed = await look('/v1/usage', { authorization: `Bearer ${guess}` });
    expect(relayed.status).toBe(429);
    expect(Number(relayed.headers.get('retry-after'))).toBeGreaterThan(0);
  }, 60_000);
});
