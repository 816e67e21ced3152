// Promise: a channel test shows what came back, or why nothing did.
import { systemClock } from '@api-proxy/kit/clock';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channel, UPSTREAM_KEY } from './journey/harness.ts';
import { createProber } from './probe.ts';

const prober = createProber(systemClock);
let fake: FakeUpstream;

beforeAll(async () => {
  fake = await startFakeUpstream({ apiKeys: [UPSTREAM_KEY] });
});
afterAll(async () => {
  await prober.close();
  await fake.close();
});

it.each(['anthropic-messages', 'openai-chat', 'openai-responses', 'openai-embeddings'] as const)(
  'a working channel answers a probe in %s with text and usage',
  async (protocol) => {
    const type = protocol === 'anthropic-messages' ? ('claude' as const) : ('openai' as const);
    const result = await prober.probe(channel({ id: 'chn_1', baseUrl: fake.url, type }), {
      model: 'fake-model',
      protocol,
    });
    expect(result).toMatchObject({ ok: true, status: 200, text: expect.stringMatching(/.+/) });
    expect(result.ok && result.usage?.input).toBeGreaterThan(0);
    expect(result.ok && result.latencyMs).toBeGreaterThanOrEqual(result.ok ? result.firstByteMs : 0);
  },
);

it('a refused credential, a dead address and a wrong one are told apart, without showing the credential', async () => {
  const wrongKey = channel({ id: 'chn_2', baseUrl: fake.url });
  const other = await startFakeUpstream({ apiKeys: ['another'] });
  const refused = await prober.probe({ ...wrongKey, baseUrl: other.url }, { model: 'fake-model' });
  await other.close();
  const dead = await prober.probe({ ...wrongKey, baseUrl: other.url }, { model: 'fake-model' });
  const wrong = await prober.probe({ ...wrongKey, baseUrl: 'ftp://nowhere' }, { model: 'fake-model' });
  expect(refused).toMatchObject({
    ok: false,
    status: 401,
    reason: 'key_rejected',
    lesson: 'key_rejected',
    complaint: 'rejected',
  });
  expect(dead).toMatchObject({
    ok: false,
    status: null,
    reason: 'connect',
    lesson: 'failure',
    complaint: null,
  });
  expect(wrong).toMatchObject({ ok: false, status: null, reason: 'address_invalid' });
  expect(JSON.stringify([refused, dead, wrong])).not.toContain('canary');
});

it.each(['claude', 'openai'] as const)('lists the models of a %s channel', async (type) => {
  const result = await prober.listModels(channel({ id: 'chn_1', baseUrl: `${fake.url}/v1/`, type }));
  expect(result.ok && result.models.length).toBeGreaterThan(0);
});
