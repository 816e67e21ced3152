// Promise: each row of the failure table holds over real sockets, in both dialects: what the request does, what the
// channel learns, what the client sees when nothing is left.
import { isIP, type LookupFunction } from 'node:net';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthReport } from '../ports.ts';
import { MemoryChannelHealth } from '../routing/health.ts';
import type { Channel } from '../snapshot.ts';
import { error, FAMILIES, type Family, MODEL, type Row, type Shape, TABLE } from './failure-table.ts';
import { call, channel, type Got, snapshot, startRelay } from './harness.ts';
import { rawUpstream } from './raw-upstream.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

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
    whole: local.whole.bind(local),
    brokeOff: local.brokeOff.bind(local),
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

type Sent = {
  readonly got: Got;
  readonly tried: readonly string[];
  readonly learnt: readonly HealthReport['lesson'][];
};

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
