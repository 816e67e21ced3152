// Promise: a request that was refused, or left, before anything was sent to an upstream gives back all that it took of its limits.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayDeps } from '../ports.ts';
import type { Channel } from '../snapshot.ts';
import { call, channel, model, snapshot, startRelay } from './harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

/** What the pass was given back with. */
async function givenBack(name: string, over: Partial<GatewayDeps> = {}, channels?: Channel[]) {
  const released: (number | null)[] = [];
  const admission = { take: () => ({ release: (tokens: number | null) => void released.push(tokens) }) };
  const models = new Map([['listed', model('listed')]]);
  const one = channel({ id: 'a', baseUrl: fake.url });
  const relay = await startRelay(snapshot(channels ?? [one], { models }), { admission, ...over });
  const body = { model: name, messages: [{ role: 'user', content: 'x' }] };
  const got = await call({ port: relay.port, path: '/v1/chat/completions', body });
  await relay.close();
  expect(released).toHaveLength(1);
  return { status: got.status, released: released[0] };
}

it.each([
  ['quota_zero', 402],
  ['window_used_up', 429],
  ['settlement_unavailable', 503],
] as const)('refused by the purse: %s', async (denied, status) => {
  const purse = { hold: () => ({ denied }) };
  expect(await givenBack('fake-model', { purse })).toEqual({ status, released: null });
});

it.each([
  ['nobody-has-it', 404],
  ['listed', 503],
])('refused by the plan: %s', async (name, status) => {
  const closed = channel({ id: 'a', baseUrl: fake.url, models: ['listed'], enabled: false });
  expect(await givenBack(name, {}, [closed])).toEqual({ status, released: null });
});

it('what was sent is counted, whatever became of it', async () => {
  expect(await givenBack('fake-model+500')).toEqual({ status: 502, released: 0 });
  const answered = await givenBack('fake-model');
  expect(answered.released).toBeGreaterThan(0);
});
