// Promise: a changed setting holds for the next request, without a restart.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ExchangeRecord } from '../exchange-record.ts';
import { type Patience, patienceOf, type RelaySettings, type Snapshot } from '../snapshot.ts';
import { call, caller, channel, type Got, PRICE, snapshot, startRelay, type TestRelay } from './harness.ts';

let fake: FakeUpstream;
let relay: TestRelay;
let current: Snapshot;
let role: 'user' | 'admin' = 'user';

const bad = (id: string, behaviour: string) =>
  channel({ id, baseUrl: fake.url, modelRenames: { m: `fake-model+${behaviour}` } });

beforeAll(async () => {
  fake = await startFakeUpstream();
  relay = await startRelay(snapshot([]), {
    snapshots: { current: () => current },
    callers: { find: () => caller({ user: { role } }) },
  });
});
afterAll(async () => {
  await relay.close();
  await fake.close();
});
beforeEach(() => {
  role = 'user';
  current = snapshot([channel({ id: 'good', baseUrl: fake.url, modelRenames: { m: 'fake-model' } })], {
    prices: new Map([['m', [PRICE]]]),
  });
});

function set(settings: Partial<RelaySettings>, patience: Partial<Patience> = {}): void {
  current = {
    ...current,
    settings: { ...current.settings, ...settings },
    patience: { ...patienceOf(current), ...patience },
  };
}

async function ask(extra: object = {}): Promise<{ got: Got; record: ExchangeRecord }> {
  const booked = relay.nextRecord();
  const body = { model: 'm', max_tokens: 50, messages: [{ role: 'user', content: 'x' }], ...extra };
  const got = await call({ port: relay.port, path: '/v1/chat/completions', body });
  return { got, record: await booked };
}

it('maintenance refuses users with its message, lets admins through, and ends', async () => {
  set({ maintenance: { on: true, message: 'Back at noon.' } });
  const { got } = await ask();
  expect([got.status, got.text]).toEqual([503, expect.stringContaining('Back at noon.')]);
  role = 'admin';
  expect((await ask()).got.status).toBe(200);
  role = 'user';
  set({ maintenance: { on: false, message: 'Back at noon.' } });
  expect((await ask()).got.status).toBe(200);
});

it('the number of attempts bounds how many channels are tried', async () => {
  current = { ...current, channels: ['a', 'b', 'c'].map((id) => bad(id, '500')) };
  for (const maxAttempts of [2, 1]) {
    set({ maxAttempts });
    expect((await ask()).record.attempts).toHaveLength(maxAttempts);
  }
});

it('the deadline of all attempts together ends the search', async () => {
  current = { ...current, channels: ['a', 'b', 'c'].map((id) => bad(id, '500')) };
  set({}, { attemptsMs: 0 });
  expect((await ask()).record.attempts).toHaveLength(1);
});

it('a model without a price is refused or free, as the policy says', async () => {
  current = { ...current, prices: new Map(), channels: [...current.channels] };
  set({ unpricedPolicy: 'refuse' });
  expect((await ask()).record.outcome).not.toBe('ok');
  set({ unpricedPolicy: 'free' });
  expect((await ask()).record).toMatchObject({ outcome: 'ok', costNanoUsd: 0n, priced: false });
});

it('an answer that breaks off is free or charged for what came, as the policy says; an error in its place never is', async () => {
  current = { ...current, channels: [bad('cut', 'die=4,events=20')] };
  expect((await ask({ stream: true })).record).toMatchObject({
    outcome: 'upstream_truncated',
    costNanoUsd: 0n,
  });
  set({ truncatedPolicy: 'charge' });
  const { record } = await ask({ stream: true });
  expect(record.outcome).toBe('upstream_truncated');
  expect(record.usage.estimated).toBe(true);
  expect(record.costNanoUsd).toBeGreaterThan(0n);
  current = { ...current, channels: [bad('dead', 'die')] };
  expect((await ask()).record).toMatchObject({ status: 502, costNanoUsd: 0n });
});
