// Promise: before the first byte the next candidate is tried; what is left over fails promptly, in shape, without a leak.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyComplaint } from '../ports.ts';
import type { Channel } from '../snapshot.ts';
import { call, channel, type Got, snapshot, startRelay, UPSTREAM_KEY } from './harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

const messages = [{ role: 'user', content: 'x' }];
const PATH = { openai: '/v1/chat/completions', claude: '/v1/messages' } as const;

/** A channel at the fake upstream whose model misbehaves as told. */
function misbehaving(id: string, behaviour: string, over: Partial<Channel> = {}): Channel {
  return channel({ id, baseUrl: fake.url, modelRenames: { m: `fake-model+${behaviour}` }, ...over });
}

const good = (over: Partial<Channel> = {}) =>
  channel({ id: 'good', baseUrl: fake.url, modelRenames: { m: 'fake-model' }, priority: -1, ...over });

async function send(channels: readonly Channel[], extra: object = {}, type: 'openai' | 'claude' = 'openai') {
  const protocols = type === 'claude' ? (['anthropic-messages'] as const) : (['openai-chat'] as const);
  const relay = await startRelay(snapshot(channels.map((one) => ({ ...one, type, protocols }))));
  const body = { model: 'm', messages, max_tokens: 50, ...extra };
  const got = await call({ port: relay.port, path: PATH[type], body });
  await relay.close();
  const [record] = relay.records;
  if (!record || relay.records.length !== 1) throw new Error(`${relay.records.length} records`);
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
  return { got, record };
}

const DEAD = () => channel({ id: 'dead', baseUrl: 'http://127.0.0.1:9' });

describe('falls back to the next channel', () => {
  const cases: [string, () => Channel, string][] = [
    ['429', () => misbehaving('bad', '429'), 'rate_limited'],
    ['500', () => misbehaving('bad', '500'), 'upstream_failed'],
    ['503 that says overloaded', () => misbehaving('bad', '503'), 'overloaded'],
    ['529', () => misbehaving('bad', '529'), 'overloaded'],
    ['401', () => misbehaving('bad', '401'), 'key_rejected'],
    ['403 for its region', () => misbehaving('bad', '403'), 'not_allowed'],
    ['404', () => misbehaving('bad', '404'), 'model_missing'],
    ['refused connection', DEAD, 'connect'],
    ['reset before a byte', () => misbehaving('bad', 'reset'), 'reset'],
    ['200 with an error', () => misbehaving('bad', 'error-body'), 'overloaded'],
    ['200 with nothing', () => misbehaving('bad', 'empty'), 'empty_answer'],
    ['no first byte in time', () => misbehaving('bad', 'stall-head', { firstByteTimeoutMs: 100 }), 'timeout'],
  ];
  it.each(cases)('%s', async (_name, bad, reason) => {
    for (const stream of [false, true]) {
      const { got, record } = await send([bad(), good()], { stream });
      expect(got.status).toBe(200);
      expect(record).toMatchObject({ outcome: 'ok', channelId: 'good' });
      expect(record.attempts[0]).toMatchObject({ reason, outcome: 'failed' });
      expect(record.attempts.at(-1)).toMatchObject({ reason: 'ok', channelId: 'good', status: 200 });
    }
  });

  it('to the next key of the same channel when a key is refused', async () => {
    const keyed = await startFakeUpstream({ apiKeys: [UPSTREAM_KEY] });
    const { Secret } = await import('@api-proxy/kit/secret');
    const keys = [...'abcdefgh'].map((id) => ({
      id,
      secret: new Secret(id === 'h' ? UPSTREAM_KEY : 'wrong'),
      enabled: true,
    }));
    const relay = await startRelay({
      ...snapshot([channel({ id: 'many', baseUrl: keyed.url, keys, modelRenames: { m: 'fake-model' } })]),
      settings: { ...snapshot([]).settings, maxAttempts: 8 },
    });
    const got = await call({ port: relay.port, path: PATH.openai, body: { model: 'm', messages } });
    const again = await call({ port: relay.port, path: PATH.openai, body: { model: 'm', messages } });
    await relay.close();
    await keyed.close();
    expect([got.status, again.status]).toEqual([200, 200]);
    const tried = relay.records[0]?.attempts.map((attempt) => attempt.channelKeyId) ?? [];
    expect(new Set(tried).size).toBe(tried.length);
  });

  it('but never for a 400: the original answer comes back, untouched', async () => {
    const bad = misbehaving('bad', '400');
    const direct = await call({
      port: fake.port,
      path: PATH.openai,
      body: { model: 'fake-model+400', messages },
    });
    const { got, record } = await send([bad, good()]);
    expect(got.status).toBe(400);
    expect(got.json).toMatchObject({
      error: { type: Reflect.get(Object(Reflect.get(Object(direct.json), 'error')), 'type') },
    });
    expect(record).toMatchObject({ outcome: 'client_error', status: 400, costNanoUsd: 0n });
    expect(record.attempts).toHaveLength(1);
  });

  it('inside a body: the same key is not asked again, as it may have worked on the request', async () => {
    const { got, record } = await send([misbehaving('bad', 'die'), misbehaving('worse', 'die'), good()]);
    expect(got.status).toBe(200);
    expect(record.attempts.map(({ reason }) => reason)).toEqual(['reset_in_body', 'reset_in_body', 'ok']);
    const alone = await send([misbehaving('bad', 'die')]);
    expect(alone.got.status).toBe(502);
    expect(alone.record.attempts).toHaveLength(1);
  });

  it('at most maxAttempts times', async () => {
    const { record } = await send(['a', 'b', 'c', 'd', 'e'].map((id) => misbehaving(id, '500')));
    expect(record.attempts).toHaveLength(3);
    expect(new Set(record.attempts.map((attempt) => attempt.channelId)).size).toBe(3);
  });
});

describe('with nothing left the client sees', () => {
  const cases: [string, () => Channel, number, number][] = [
    ['a dead upstream', DEAD, 502, 502],
    ['404', () => misbehaving('bad', '404'), 404, 404],
    ['401', () => misbehaving('bad', '401'), 502, 502],
    ['402', () => misbehaving('bad', '402'), 503, 503],
    ['429', () => misbehaving('bad', '429,retry-after=7'), 429, 429],
    ['500', () => misbehaving('bad', '500'), 502, 502],
    ['529', () => misbehaving('bad', '529'), 503, 529],
    ['no first byte', () => misbehaving('bad', 'stall-head', { firstByteTimeoutMs: 100 }), 504, 504],
    ['an empty answer', () => misbehaving('bad', 'empty'), 502, 502],
  ];
  it.each(cases)('%s → %i in OpenAI, %i in Anthropic shape', async (...row) => {
    const [, bad, openai, anthropic] = row;
    const began = performance.now();
    const one = await send([bad()]);
    expect(one.got.status).toBe(openai);
    expect(one.got.json).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } });
    const other = await send([bad()], {}, 'claude');
    expect(other.got.status).toBe(anthropic);
    expect(other.got.json).toMatchObject({ type: 'error', error: { type: expect.any(String) } });
    expect(one.record).toMatchObject({ outcome: 'upstream_error', status: openai, costNanoUsd: 0n });
    expect(performance.now() - began).toBeLessThan(3_000);
    if (openai === 429) expect(one.got.headers['retry-after']).toBe('7');
  });
});

describe('an error keeps what the final answer said of itself: its id, and what is left of the limits there', () => {
  const LEFT = {
    openai: { 'x-ratelimit-limit-requests': '10000', 'x-upstream-request-id': expect.any(String) },
    claude: { 'anthropic-ratelimit-tokens-limit': '2000000', 'request-id': expect.any(String) },
  };
  const HIDDEN = ['server', 'set-cookie', 'openai-organization', 'anthropic-organization-id'];

  it.each([
    ['429', '429,retry-after=7', 429],
    ['500', '500', 502],
    ['400', '400', 400],
    ['overflow as 502', 'error=context,status=502', 400],
    ['error in a 200', 'error=server,error-body', 502],
  ])('%s', async (_name, behaviour, status) => {
    for (const type of ['openai', 'claude'] as const) {
      const { got } = await send([misbehaving('bad', behaviour)], {}, type);
      expect(got.status).toBe(status);
      expect(got.headers).toMatchObject({ ...LEFT[type], 'x-request-id': expect.stringMatching(/^req_/) });
      for (const name of HIDDEN) expect(got.headers).not.toHaveProperty(name);
    }
  });

  it('when to come back is what the relay says, also in the headers of Anthropic', async () => {
    const nowS = Date.now() / 1_000;
    const bad = misbehaving('bad', '429,retry-after=50');
    const { got } = await send([bad, misbehaving('other', '429,retry-after=9')], {}, 'claude');
    expect(got.headers).toMatchObject({
      'retry-after': '9',
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-requests-remaining': '0',
    });
    const inS = Number(got.headers['anthropic-ratelimit-unified-reset']) - nowS;
    expect(inS).toBeGreaterThan(5);
    expect(inS).toBeLessThan(15);
  });
});

it('an upstream that shows its key in an error does not get it past the relay', async () => {
  const { createServer } = await import('node:http');
  const { portOf } = await import('./harness.ts');
  for (const status of [400, 401, 500]) {
    const leaky = createServer((req, res) => {
      res.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'up_1' });
      res.end(
        JSON.stringify({
          error: { message: `bad key ${req.headers.authorization}`, type: 'invalid_request_error' },
        }),
      );
    });
    await new Promise<void>((resolve) => leaky.listen(0, '127.0.0.1', resolve));
    const { got, record } = await send([
      channel({ id: 'leaky', baseUrl: `http://127.0.0.1:${portOf(leaky.address())}` }),
    ]);
    leaky.close();
    leaky.closeAllConnections();
    const shown = JSON.stringify([got.text, got.headers, record.errorText]);
    expect(shown).not.toContain('canary');
    expect(got.status).toBeGreaterThanOrEqual(400);
  }
});

describe('a stream that breaks after it began is never made to look complete', () => {
  const endsBadly = (got: Got) => {
    expect(got.status).toBe(200);
    expect(got.text).not.toMatch(/\[DONE\]|message_stop/);
    expect(got.text.trimEnd().split('\n\n').at(-1)).toMatch(/"error"/);
  };
  it.each([
    ['socket destroyed', 'die=4', {}],
    ['ends without terminal event', 'truncate', {}],
    ['falls silent', 'stall=4', { idleTimeoutMs: 150 }],
  ])('%s', async (_name, behaviour, over) => {
    for (const type of ['openai', 'claude'] as const) {
      const { got, record } = await send(
        [misbehaving('bad', `${behaviour},events=20`, over), good()],
        { stream: true },
        type,
      );
      endsBadly(got);
      expect(record).toMatchObject({
        outcome: 'upstream_truncated',
        channelId: 'bad',
        costNanoUsd: 0n,
        status: 200,
      });
    }
  });

  it('a JSON body that breaks off before anything was sent is a 502', async () => {
    const { got, record } = await send([misbehaving('bad', 'die')]);
    expect(got.status).toBe(502);
    expect(record).toMatchObject({ status: 502, costNanoUsd: 0n });
  });

  it('a JSON body that breaks off later ends with its connection', async () => {
    const { got, record } = await send([misbehaving('bad', 'die,tokens=400000')]);
    expect(got).toMatchObject({ status: 200, complete: false });
    expect(record).toMatchObject({ outcome: 'upstream_truncated', costNanoUsd: 0n });
  });

  it('an error event of the upstream passes through and is booked as an error', async () => {
    const { got, record } = await send(
      [misbehaving('bad', 'error-mid=3,events=9')],
      { stream: true },
      'claude',
    );
    expect(got.text).toMatch(/event: error/);
    expect(record).toMatchObject({ outcome: 'upstream_error', costNanoUsd: 0n });
  });
});

describe('what an upstream says about a credential', () => {
  /** What is told while one request is made to one channel. */
  async function told(behaviour: string): Promise<[string, ...unknown[]][]> {
    const heard: [string, ...unknown[]][] = [];
    const keyComplaints = {
      complain: ({ kind, channelKeyId, secret, status }: KeyComplaint) =>
        void heard.push([kind, channelKeyId, secret.reveal() === UPSTREAM_KEY, status]),
      answered: (channelKeyId: string) => void heard.push(['answered', channelKeyId]),
    };
    const relay = await startRelay(snapshot([misbehaving('one', behaviour)]), { keyComplaints });
    await call({ port: relay.port, path: PATH.openai, body: { model: 'm', messages, max_tokens: 50 } });
    await relay.close();
    return heard;
  }

  it('is passed on when it refuses the credential or its quota is used up, and for nothing else', async () => {
    expect(await told('401')).toEqual([['rejected', 'one_key', true, 401]]);
    expect(await told('402')).toEqual([['exhausted', 'one_key', true, 402]]);
    for (const other of ['400', '404', '429', '500', '529', 'reset', 'empty'])
      expect(await told(other)).toEqual([]);
    expect(await told('tokens=3')).toEqual([['answered', 'one_key']]);
  });
});
