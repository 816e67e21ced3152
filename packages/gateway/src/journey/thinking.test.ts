// Promise: thinking that an upstream refuses is taken out once, on its 400 only; what is refused then comes back as it is.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Patience } from '../snapshot.ts';
import { call, channel, snapshot, startRelay } from './harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

const foreign = { type: 'thinking', thinking: 'elsewhere', signature: 'made by another' };
const conversation = [
  { role: 'user', content: 'hi' },
  { role: 'assistant', content: [foreign, { type: 'text', text: 'hello' }] },
  { role: 'user', content: 'and?' },
];

async function send(messages: unknown, behaviour = 'strict-thinking', patience: Partial<Patience> = {}) {
  const modelRenames = { m: `fake-claude+${behaviour}` };
  const channels = ['a', 'b'].map((id) =>
    channel({ id, baseUrl: fake.url, type: 'claude', protocols: ['anthropic-messages'], modelRenames }),
  );
  const relay = await startRelay(snapshot(channels, { patience }));
  const body = { model: 'm', max_tokens: 9, messages };
  const got = await call({ port: relay.port, path: '/v1/messages', body });
  await relay.close();
  const record = relay.records[0];
  return { got, record, reasons: record?.attempts.map((one) => one.reason) };
}

it('the request succeeds without it, on the same key', async () => {
  const { got, record, reasons } = await send(conversation);
  expect(got.status).toBe(200);
  expect(reasons).toEqual(['thinking_signature', 'ok']);
  expect(new Set(record?.attempts.map((one) => one.channelKeyId)).size).toBe(1);
  expect(record).toMatchObject({ outcome: 'ok', status: 200 });
});

it('an upstream that takes it gets it', async () => {
  const { reasons } = await send(conversation, 'echo');
  expect(reasons).toEqual(['ok']);
});

it('the original comes back when it is not to be repaired', async () => {
  const { got, record, reasons } = await send(conversation, 'strict-thinking', { repairsThinking: false });
  expect(got.status).toBe(400);
  expect(got.text).toContain('signature');
  expect(reasons).toEqual(['thinking_signature']);
  expect(record).toMatchObject({ outcome: 'client_error', costNanoUsd: 0n });
});

it('and when it is refused again', async () => {
  const { got, reasons } = await send(conversation, 'error=signature');
  expect(got.status).toBe(400);
  expect(reasons).toEqual(['thinking_signature', 'thinking_signature']);
});
