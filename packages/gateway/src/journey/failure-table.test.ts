// Promise: each row of the failure table holds over real sockets, in both dialects: what the request does, what the
// channel learns, what the client sees when nothing is left.
import { isIP, type LookupFunction } from 'node:net';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthReport, Lesson } from '../ports.ts';
import { MemoryChannelHealth } from '../routing/health.ts';
import type { Channel } from '../snapshot.ts';
import { call, channel, type Got, snapshot, startRelay } from './harness.ts';
import { type RawAnswer, rawUpstream } from './raw-upstream.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

type Family = 'openai' | 'claude';
const FAMILIES: readonly Family[] = ['openai', 'claude'];
const MODEL = 'some-model';

/** How the signal comes about: an answer, or an address where none can be had. */
type Shape = RawAnswer | 'nobody listens' | 'no such name' | 'no TLS';

type Row = {
  readonly row: string;
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly reason: string;
  /** How many more times the same channel is asked. */
  readonly again?: number | Readonly<Record<Family, number>>;
  readonly next: boolean;
  readonly lesson: Lesson;
  /** `original`: the upstream's own answer. */
  readonly seen: 'original' | number | Readonly<Record<Family, number>>;
};

const INVALID = 'invalid_request_error';

function error(
  status: number,
  message: string,
  says: { type?: string; code?: string; wait?: string } = {},
): RawAnswer {
  const { type = null, code = null, wait } = says;
  const body = { type: 'error', error: { type, code, message } };
  return { status, body, ...(wait === undefined ? {} : { headers: { 'retry-after': wait } }) };
}

const TABLE: readonly Row[] = [
  {
    row: '400/413/422 invalid request, context overflow',
    shapes: {
      '400': error(400, 'messages: too short', { type: INVALID }),
      "400 with a client's words": error(400, 'billing_error: Extra inputs are not permitted', {
        type: INVALID,
      }),
      '400 without quotes': error(400, 'Unrecognized request argument supplied: overloaded', {
        type: INVALID,
      }),
      '413': error(413, 'Request exceeds the maximum size', { type: 'request_too_large' }),
      '422': error(422, 'Field required'),
      overflow: error(400, 'prompt is too long: 9 tokens > 8 maximum', { type: INVALID }),
      'moderation as 403': error(403, 'Your input was flagged for "x".', { code: '403' }),
      'moderation as 401': error(401, 'Refused.', { code: 'content_policy_violation' }),
    },
    ...{ reason: 'invalid_request', next: false, lesson: 'nothing', seen: 'original' },
  },
  {
    row: 'an invalid request, context overflow, sent as 5xx or in a 200',
    shapes: {
      'overflow as 502': error(502, 'prompt is too long: 9 tokens > 8 maximum'),
      'overflow as 500, by its code': error(500, 'Too much.', { code: 'context_length_exceeded' }),
      'maximum context length as 500': error(500, "This model's maximum context length is 8 tokens."),
      'invalid request as 500': error(500, 'messages: too short', { type: INVALID }),
      'invalid request in a 200': error(200, 'messages: too short', { type: INVALID }),
    },
    ...{ reason: 'invalid_request', next: false, lesson: 'nothing', seen: 400 },
  },
  {
    row: '400 thinking signature',
    shapes: {
      '400': error(400, 'messages.1.content.0: Invalid `signature` in `thinking` block', { type: INVALID }),
    },
    // Chat has no thinking that could be taken out.
    ...{ reason: 'thinking_signature', again: { openai: 0, claude: 1 } },
    ...{ next: false, lesson: 'nothing', seen: 'original' },
  },
  {
    row: '404 / 400 model not found',
    shapes: {
      '404 by type and text': error(404, `model: ${MODEL}`, { type: 'not_found_error' }),
      '404 by code': error(404, `The model \`${MODEL}\` does not exist.`, {
        type: INVALID,
        code: 'model_not_found',
      }),
      '404 of a deployment': error(404, 'No such deployment.', { code: 'DeploymentNotFound' }),
      '400 by code': error(400, 'Unknown.', { type: INVALID, code: 'model_not_found' }),
      '400 by text': error(400, 'Model Not Exist', { type: INVALID }),
      '403 by code': error(403, `No access to model \`${MODEL}\``, {
        type: INVALID,
        code: 'model_not_found',
      }),
    },
    ...{ reason: 'model_missing', next: true, lesson: 'model_missing', seen: 404 },
  },
  {
    row: '404 of something else',
    shapes: {
      conversation: error(404, `Conversation with id ${MODEL} not found`, { type: INVALID }),
      'a model for a tool': error(404, 'The model `painter` does not exist.', { code: 'model_not_found' }),
      'a path': { status: 404, body: '<html>Not found</html>', headers: { 'content-type': 'text/html' } },
    },
    ...{ reason: 'not_found', next: true, lesson: 'nothing', seen: 404 },
  },
  {
    row: '401/403 key rejected',
    shapes: {
      '401': error(401, 'invalid x-api-key', { type: 'authentication_error' }),
      '401 that names no type': error(401, 'Unauthorized'),
      '403': error(403, 'Your API key does not have permission.', { type: 'permission_error' }),
    },
    ...{ reason: 'key_rejected', next: true, lesson: 'key_rejected', seen: 502 },
  },
  {
    row: '401/403 of something else',
    shapes: {
      organization: error(401, 'No such organization.', { type: INVALID, code: 'mismatched_organization' }),
      region: error(403, 'Not supported.', { type: INVALID, code: 'unsupported_country_region_territory' }),
      'a filter on the way': {
        status: 403,
        body: '<html>blocked</html>',
        headers: { 'content-type': 'text/html' },
      },
    },
    ...{ reason: 'not_allowed', next: true, lesson: 'nothing', seen: 502 },
  },
  {
    row: '402 / upstream quota',
    shapes: {
      '402': error(402, 'Insufficient Balance'),
      '429 by code': error(429, 'No more.', { type: 'insufficient_quota', code: 'insufficient_quota' }),
      '400 by text': error(
        400,
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
        { type: INVALID },
      ),
    },
    ...{ reason: 'quota_exhausted', next: true, lesson: 'quota_exhausted', seen: 503 },
  },
  {
    row: '429',
    shapes: {
      'with a time': error(429, 'Slow down.', { type: 'rate_limit_error', wait: '7' }),
      'without a time': error(429, 'Slow down.', { type: 'rate_limit_error' }),
    },
    ...{ reason: 'rate_limited', next: true, lesson: 'rate_limited', seen: 429 },
  },
  {
    row: '500/502/504',
    shapes: {
      '500': error(500, 'Internal server error', { type: 'api_error' }),
      '502': { status: 502, body: '<html>Bad gateway</html>', headers: { 'content-type': 'text/html' } },
      '504': error(504, 'Request timed out', { type: 'timeout_error' }),
    },
    ...{ reason: 'upstream_failed', next: true, lesson: 'failure', seen: 502 },
  },
  {
    row: '503',
    shapes: { '503': error(503, 'Service unavailable', { type: 'api_error' }) },
    ...{ reason: 'upstream_failed', next: true, lesson: 'failure', seen: 503 },
  },
  {
    row: '529, `overloaded_error`, “at capacity” in a 200 or 400',
    shapes: {
      '529': error(529, 'Overloaded', { type: 'overloaded_error' }),
      '503 by code': error(503, 'Try later.', { code: 'server_is_overloaded' }),
      '400 by text': error(400, 'Selected model is at capacity. Please try a different model.', {
        type: INVALID,
      }),
      '200 by text': error(200, 'The model is at capacity'),
      '200 by type': error(200, 'Later.', { type: 'overloaded_error' }),
    },
    ...{
      reason: 'overloaded',
      again: 2,
      next: true,
      lesson: 'overloaded',
      seen: { openai: 503, claude: 529 },
    },
  },
  {
    row: 'connect, TLS, DNS before a byte',
    shapes: { connect: 'nobody listens', DNS: 'no such name' },
    ...{ reason: 'connect', again: 1, next: true, lesson: 'failure', seen: 502 },
  },
  {
    row: 'reset before a byte',
    shapes: { reset: 'reset', 'closed without a word': 'close', TLS: 'no TLS' },
    ...{ reason: 'reset', again: 1, next: true, lesson: 'failure', seen: 502 },
  },
  {
    row: 'no first byte in time',
    shapes: { silence: 'silence' },
    ...{ reason: 'timeout', next: true, lesson: 'failure', seen: 504 },
  },
  {
    row: '200 with an error body first',
    shapes: { 'an error': error(200, 'boom', { type: 'api_error' }) },
    ...{ reason: 'error_in_answer', next: true, lesson: 'failure', seen: 502 },
  },
  {
    row: '200 with an empty answer',
    shapes: { nothing: { status: 200, body: '' } },
    ...{ reason: 'empty_answer', next: true, lesson: 'failure', seen: 502 },
  },
];

describe.each(TABLE)('$row', (row) => {
  it.each(Object.entries(row.shapes))('%s', async (_name, shape) => {
    for (const family of FAMILIES) {
      const again = typeof row.again === 'object' ? row.again[family] : (row.again ?? 0);
      const tried = Array.from({ length: again + 1 }, () => `bad ${row.reason}`);

      const [first] = await send(family, shape, { alone: false });
      expect(first.tried, family).toEqual(row.next ? [...tried, 'good ok'] : tried);
      expect([...new Set(first.learnt)], family).toEqual([row.lesson]);
      if (row.next) expect(first.got.status).toBe(200);

      const [alone] = await send(family, shape, { alone: true });
      expect(alone.tried, family).toEqual(tried);
      sees(alone.got, { row, shape, family });
    }
  });
});

function sees(got: Got, { row, shape, family }: { row: Row; shape: Shape; family: Family }): void {
  const wanted = typeof row.seen === 'object' ? row.seen[family] : row.seen;
  if (wanted === 'original') {
    if (typeof shape === 'string') throw new Error('no answer that could be passed on');
    expect([got.status, got.json]).toEqual([shape.status, shape.body]);
    return;
  }
  expect(got.status).toBe(wanted);
  expect(got.json).toMatchObject({ error: { type: expect.any(String), message: expect.any(String) } });
  if (wanted === 400 && typeof shape !== 'string')
    expect(got.text).toContain(
      JSON.stringify(Reflect.get(Object(Reflect.get(Object(shape.body), 'error')), 'message')),
    );
  if ([429, 503, 529].includes(wanted)) expect(Number(got.headers['retry-after'])).toBeGreaterThan(0);
  else expect(got.headers).not.toHaveProperty('retry-after');
}

describe('counting tokens', () => {
  it.each([
    ['404', error(404, 'Not found', { type: 'not_found_error' }), 'not_found'],
    ['404 of the model', error(404, `model: ${MODEL}`, { type: 'not_found_error' }), 'model_missing'],
    ['429', error(429, 'Slow down.', { type: 'rate_limit_error' }), 'rate_limited'],
    ['500', error(500, 'boom', { type: 'api_error' }), 'upstream_failed'],
  ])(
    'that fails with a %s goes on to the next channel and does not move generation away',
    async (_name, shape, reason) => {
      const counts = { path: '/v1/messages/count_tokens', shape };
      const [count, generation] = await send('claude', counts.shape, { alone: false, only: counts.path });
      expect(count.tried).toEqual([`bad ${reason}`, 'good ok']);
      expect(count.got.json).toEqual({ input_tokens: expect.any(Number) });
      expect(generation?.tried).toEqual(['bad ok']);
      expect(count.learnt).toEqual(['nothing']);
    },
  );
});

it('client went away: no other attempt, nothing learnt', async () => {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const silent = await rawUpstream(() => {
    resolve();
    return 'silence';
  });
  const { health, lessons } = watched();
  const relay = await startRelay(snapshot([channelAt('bad', 'openai', silent.url), good('openai')]), {
    health,
  });
  const booked = relay.nextRecord();
  const leaving = new AbortController();
  const answer = fetch(`http://127.0.0.1:${relay.port}${PATH.openai}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-relay-test-00000000000000000000000000000000' },
    body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'x' }] }),
    signal: leaving.signal,
  }).catch(() => null);
  await reached;
  leaving.abort();
  await answer;
  expect(await booked).toMatchObject({ outcome: 'client_closed', status: 499 });
  expect(relay.records[0]?.attempts.map(({ channelId }) => channelId)).toEqual(['bad']);
  expect(lessons.map(({ lesson }) => lesson)).toEqual(['nothing']);
  await relay.close();
  await silent.close();
});

const PATH = { openai: '/v1/chat/completions', claude: '/v1/messages' } as const;

function channelAt(id: string, type: Family, baseUrl: string, over: Partial<Channel> = {}): Channel {
  const protocols = type === 'claude' ? (['anthropic-messages'] as const) : (['openai-chat'] as const);
  return channel({ id, type, baseUrl, protocols, firstByteTimeoutMs: 500, ...over });
}

const good = (family: Family) =>
  channelAt('good', family, fake.url, {
    priority: -1,
    modelRenames: { [MODEL]: 'fake-good' },
    firstByteTimeoutMs: 10_000,
  });

function watched() {
  const local = new MemoryChannelHealth(() => ({ minMs: 1_000, maxMs: 60_000 }));
  const lessons: HealthReport[] = [];
  const health = {
    coolingUntilMs: local.coolingUntilMs.bind(local),
    breaker: local.breaker.bind(local),
    begin: local.begin.bind(local),
    clear: local.clear.bind(local),
    report: (report: HealthReport) => {
      lessons.push(report);
      local.report(report);
    },
  };
  return { health, lessons };
}

/** Refused signatures are those of the earlier turn's thinking. */
const THOUGHT = [
  { role: 'user', content: 'x' },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'c2lnbmVk' },
      { type: 'text', text: 'y' },
    ],
  },
  { role: 'user', content: 'z' },
];

type Sent = { readonly got: Got; readonly tried: readonly string[]; readonly learnt: readonly Lesson[] };

/**
 * One request to a channel that misbehaves, with a good one behind it or alone. With `only`, the request is for that
 * path, the channel fails there and nowhere else, and a request for an answer follows.
 */
async function send(
  family: Family,
  shape: Shape,
  { alone, only }: { alone: boolean; only?: string },
): Promise<[Sent, ...Sent[]]> {
  const upstream = await rawUpstream((path) => {
    if (only === undefined || path === only) return isAddress(shape) ? 'reset' : shape;
    return { status: 200, body: { type: 'message', content: [{ type: 'text', text: 'ok' }] } };
  });
  const bad = channelAt('bad', family, addressOf(shape, upstream.url));
  const { health, lessons } = watched();
  const current = snapshot(alone ? [bad] : [bad, good(family)], { patience: { overloadPauseMs: 5 } });
  const relay = await startRelay(current, {
    health,
    lookup: noNames,
  });
  const messages = family === 'claude' ? THOUGHT : [{ role: 'user', content: 'x' }];
  const ask = async (path: string): Promise<Sent> => {
    const got = await call({ port: relay.port, path, body: { model: MODEL, max_tokens: 20, messages } });
    const attempts = relay.records.at(-1)?.attempts ?? [];
    return {
      got,
      tried: attempts.map((one) => `${one.channelId} ${one.reason}`),
      learnt: lessons.filter((one) => one.channelId === 'bad').map(({ lesson }) => lesson),
    };
  };
  const first = await ask(only ?? PATH[family]);
  const rest = only === undefined ? [] : [await ask(PATH[family])];
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
  await relay.close();
  await upstream.close();
  return [first, ...rest];
}

/** Addresses stand for themselves, and no name leads anywhere. */
const noNames: LookupFunction = (name, options, done) => {
  if (isIP(name) === 0) return done(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }), '', 4);
  if (options.all) done(null, [{ address: name, family: 4 }]);
  else done(null, name, 4);
};

function isAddress(shape: Shape): shape is 'nobody listens' | 'no such name' | 'no TLS' {
  return shape === 'nobody listens' || shape === 'no such name' || shape === 'no TLS';
}

function addressOf(shape: Shape, url: string): string {
  switch (shape) {
    case 'nobody listens':
      return 'http://127.0.0.1:9';
    case 'no such name':
      return 'http://upstream.invalid';
    case 'no TLS':
      return url.replace('http:', 'https:');
    default:
      return url;
  }
}
