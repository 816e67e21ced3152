// Promise: an explanation says where a call would go, or why it would be refused, and changes nothing.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller, GatewayDeps } from '../ports.ts';
import type { Snapshot } from '../snapshot.ts';
import {
  call,
  caller,
  channel,
  type Got,
  model,
  PRICE,
  snapshot,
  startRelay,
  type TestRelay,
} from './harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

const current = (): Snapshot =>
  snapshot(
    [
      channel({ id: 'chn_a', name: 'Alpha', baseUrl: fake.url, models: ['m'], weight: 3 }),
      channel({ id: 'chn_b', name: 'Beta', baseUrl: fake.url, models: ['m'], weight: 1 }),
      channel({ id: 'chn_off', name: 'Gamma', baseUrl: fake.url, models: ['m'], enabled: false }),
    ],
    { prices: new Map([['m', [PRICE]]]), models: new Map([['shut', model('shut', { enabled: false })]]) },
  );

const as = (over: { user?: Partial<Caller['user']>; key?: Partial<Caller['key']> }) => ({
  callers: { find: () => caller(over) },
});
const ADMIN = as({ user: { role: 'admin' } });

async function withRelay<T>(over: Partial<GatewayDeps>, work: (relay: TestRelay) => Promise<T>): Promise<T> {
  const taken = () => {
    throw new Error('an explanation takes nothing');
  };
  const relay = await startRelay(current(), { admission: { take: taken }, purse: { hold: taken }, ...over });
  try {
    return await work(relay);
  } finally {
    await relay.close();
  }
}

const BODY = { model: 'm', max_tokens: 1_000, messages: [{ role: 'user', content: 'hello' }] };
type Ask = {
  readonly query?: string;
  readonly body?: unknown;
  readonly method?: string;
  readonly headers?: Record<string, string>;
};
const ask = (relay: TestRelay, { query = '?path=/v1/chat/completions', ...rest }: Ask = {}): Promise<Got> =>
  call({ port: relay.port, path: `/api/v1/explain${query}`, body: BODY, ...rest });

it('an admin sees each channel with its reason, share and keys; nothing is sent, taken or booked', async () => {
  await withRelay(ADMIN, async (relay) => {
    const before = fake.witness.summary();
    const got = await ask(relay);
    expect(got.status).toBe(200);
    expect(got.json).toMatchObject({
      protocol: 'openai-chat',
      operation: 'generate',
      model: 'm',
      denied: null,
      estimate: { maxOutputTokens: 1_000, upperBoundUsd: expect.stringMatching(/^0\.015\d/) },
      counts: { channels: 3, kept: 2, reasons: { candidate: 2, disabled: 1 } },
      bound: null,
      channels: [
        { channelName: 'Alpha', reason: 'candidate', tier: 0, share: 0.75, keys: [{ breaker: 'closed' }] },
        { channelName: 'Beta', reason: 'candidate', tier: 0, share: 0.25 },
        { channelName: 'Gamma', reason: 'disabled', tier: null, share: 0 },
      ],
    });
    expect(fake.witness.summary()).toEqual(before);
    expect([relay.records, relay.live]).toEqual([[], []]);
  });
});

it('a user sees how many, and no name or id of a channel', async () => {
  await withRelay({}, async (relay) => {
    const got = await ask(relay);
    expect(got.json).toMatchObject({
      counts: { channels: 3, kept: 2, reasons: { candidate: 2, disabled: 1 } },
      bound: false,
    });
    expect(got.text).not.toMatch(/chn_|Alpha|Beta|Gamma|channelId/);
  });
});

it('the key that a conversation is bound to', async () => {
  const free = {
    admission: { take: () => ({ release: () => {} }) },
    purse: { hold: () => ({ release: () => {} }) },
  };
  await withRelay({ ...ADMIN, ...free }, async (relay) => {
    const headers = { 'x-session-id': 's' };
    await call({ port: relay.port, path: '/v1/chat/completions', body: BODY, headers });
    const { channelId, channelKeyId } = relay.records[0] ?? {};
    expect((await ask(relay, { headers })).json).toMatchObject({ bound: { channelId, channelKeyId } });
    expect((await ask(relay)).json).toMatchObject({ bound: null });
  });
});

it.each([
  ['a model the key may not use', as({ key: { allowedModels: ['x'] } }), BODY, 'model_not_allowed', 403],
  ['a model that nobody has', {}, { ...BODY, model: 'none' }, 'model_unknown', 404],
  ['a disabled model', {}, { ...BODY, model: 'shut' }, 'model_unknown', 404],
] as const)('what would be refused: %s', async (_name, over, body, code, status) => {
  await withRelay(over, async (relay) => {
    const got = await ask(relay, { body });
    expect([got.status, got.json]).toMatchObject([200, { denied: { code, status } }]);
  });
});

it('a dialect that no channel speaks', async () => {
  await withRelay(ADMIN, async (relay) => {
    const got = await ask(relay, { query: '?path=/v1/messages' });
    expect(got.json).toMatchObject({ denied: { code: 'protocol_unavailable' }, counts: { kept: 0 } });
  });
});

it.each([
  ['no key', {}, { headers: { authorization: '' } }, 401, 'key_missing'],
  ['another address', as({ key: { allowedIps: ['10.0.0.0/8'] } }), {}, 403, 'ip_not_allowed'],
  ['a disabled user', as({ user: { status: 'disabled' } }), {}, 403, 'user_disabled'],
  ['no path', {}, { query: '' }, 400, 'bad_request'],
  ['a path that is not relayed', {}, { query: '?path=/v1/models' }, 400, 'bad_request'],
  ['a stored response', {}, { query: '?path=/v1/responses/resp_1' }, 400, 'bad_request'],
  ['a body that is no call', {}, { body: '{"model":1}' }, 400, 'bad_request'],
  ['another method', {}, { method: 'PUT' }, 405, 'method_not_allowed'],
] as const)('the question itself is refused: %s', async (_name, over, rest, status, code) => {
  await withRelay(over, async (relay) => {
    const got = await ask(relay, rest);
    expect([got.status, got.json]).toEqual([status, { error: { code, message: expect.any(String) } }]);
  });
});
