// Promise: whatever is answered to an admitted request says what is left of limits and budget, refusals and failures too.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayDeps } from '../ports.ts';
import { call, channel, model, snapshot, startRelay } from './harness.ts';

const LEFT = { 'x-relay-ratelimit-remaining-requests': '4' };
const BUDGET = { 'x-quota-remaining-usd': '2.5' };
const take = () => ({ release: () => {}, headers: Object.entries(LEFT).flat() });
const hold = () => ({ release: () => {}, headers: Object.entries(BUDGET).flat() });

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

async function answered(name: string, over: Partial<GatewayDeps> = {}, stream = false) {
  const one = channel({ id: 'a', baseUrl: fake.url, models: [name, 'fake-other'], maxConcurrency: null });
  const models = new Map([['fake-unserved', model('fake-unserved')]]);
  const ports = { admission: { take }, purse: { hold }, ...over };
  const relay = await startRelay(snapshot(name === 'fake-unserved' ? [] : [one], { models }), ports);
  const body = { model: name, stream, messages: [{ role: 'user', content: 'x' }] };
  const got = await call({ port: relay.port, path: '/v1/chat/completions', body });
  await relay.close();
  return got;
}

it.each([
  ['an answer', 'fake-model', 200],
  ['an exhausted upstream', 'fake-model+500', 502],
  ['a rate limited upstream', 'fake-model+429', 429],
  ['the original of a request at fault', 'fake-model+400', 400],
])('%s', async (_name, name, status) => {
  for (const stream of [false, true]) {
    const got = await answered(name, {}, stream);
    expect(got.status).toBe(status);
    expect(got.headers).toMatchObject({ ...LEFT, ...BUDGET });
  }
});

it('a refusal of the purse, with its own word about the budget', async () => {
  const purse = { hold: () => ({ denied: 'quota_zero' as const }) };
  const got = await answered('fake-model', { purse });
  expect(got.status).toBe(402);
  expect(got.headers).toMatchObject({ ...LEFT, 'x-quota-remaining-usd': '0' });
});

it('a refusal of the plan', async () => {
  const got = await answered('fake-unserved');
  expect(got.status).toBe(503);
  expect(got.headers).toMatchObject(LEFT);
});
