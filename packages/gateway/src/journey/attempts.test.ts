// Promise: attempts are few, share one deadline, repeat on the same channel only where it helps, and end with an honest retry-after.
import { createServer } from 'node:http';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { GatewayDeps } from '../ports.ts';
import { type Channel, DEFAULT_RELAY_SETTINGS, type Patience } from '../snapshot.ts';
import { call, channel, portOf, snapshot, startRelay } from './harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
beforeEach(() => fake.reset());
afterAll(() => fake.close());

const at = (id: string, behaviour: string, over: Partial<Channel> = {}) =>
  channel({ id, baseUrl: fake.url, modelRenames: { m: `fake-model+id=${id},${behaviour}` }, ...over });

async function send(
  channels: readonly Channel[],
  patience: Partial<Patience> = {},
  maxAttempts = 3,
  over: Partial<GatewayDeps> = {},
) {
  const settings = { ...DEFAULT_RELAY_SETTINGS, unpricedPolicy: 'free' as const, maxAttempts };
  const short = { overloadPauseMs: 20, ...patience };
  const relay = await startRelay(snapshot(channels, { settings, patience: short }), over);
  const body = { model: 'm', messages: [{ role: 'user', content: 'x' }] };
  const began = performance.now();
  const got = await call({ port: relay.port, path: '/v1/chat/completions', body });
  const tookMs = performance.now() - began;
  await relay.close();
  const tried = relay.records[0]?.attempts.map((one) => `${one.channelId} ${one.reason}`) ?? [];
  return { got, tried, tookMs, out: relay.out };
}

it('an overloaded upstream is asked again at most twice, then the next channel', async () => {
  const twice = await send([at('a', '529x2,retry-after=0', { priority: 1 }), at('b', '')]);
  expect(twice.tried).toEqual(['a overloaded', 'a overloaded', 'a ok']);
  const always = await send([at('c', '529,retry-after=0', { priority: 1 }), at('d', '')]);
  expect(always.tried).toEqual(['c overloaded', 'c overloaded', 'c overloaded', 'd ok']);
  expect(always.got.status).toBe(200);
});

it('who had no time left is not to blame: nothing is learnt, and nobody is asked with none', async () => {
  const learnt: string[] = [];
  const health = {
    coolingUntilMs: () => 0,
    breaker: () => 'closed' as const,
    begin: () => ({ probe: null }),
    report: ({ channelId, lesson }: { channelId: string; lesson: string }) =>
      void learnt.push(`${channelId} ${lesson}`),
    clear: () => undefined,
    whole: () => undefined,
    brokeOff: () => undefined,
  };
  const channels = [at('a', 'delay=300,500', { priority: 1 }), at('b', 'stall-head')];
  const { got, tried } = await send(channels, { attemptsMs: 500 }, 3, { health });
  expect(got.status).toBe(504);
  expect(tried).toEqual(['a upstream_failed', 'b timeout']);
  expect(learnt).toEqual(['a failure', 'b nothing']);
});

it('a place that is free too late is given back, and its channel is not asked', async () => {
  const settings = { ...DEFAULT_RELAY_SETTINGS, unpricedPolicy: 'free' as const };
  const channels = [
    at('a', 'delay=250,500', { priority: 1, models: ['m'] }),
    at('b', '', { maxConcurrency: 1 }),
  ];
  const relay = await startRelay(snapshot(channels, { settings, patience: { attemptsMs: 400 } }));
  const ask = (model: string, stream = false) =>
    call({
      port: relay.port,
      path: '/v1/chat/completions',
      body: { model, stream, messages: [{ role: 'user', content: 'x' }] },
    });
  const holding = ask('fake-model+events=8,interval=100', true);
  await expect.poll(() => relay.gateway.inFlight(), { interval: 5 }).toBe(1);
  expect((await ask('m')).status).toBe(502);
  expect((await holding).status).toBe(200);
  const late = relay.records.find(({ modelAsked }) => modelAsked === 'm');
  expect(late?.attempts.map(({ channelId }) => channelId)).toEqual(['a']);
  expect((await ask('fake-model')).status).toBe(200);
  await relay.close();
});

it('unless it asks to be left alone for longer', async () => {
  const { tried } = await send([at('a', '529,retry-after=9', { priority: 1 }), at('b', '')]);
  expect(tried).toEqual(['a overloaded', 'b ok']);
});

it('a connection that broke before a byte is tried once more on a fresh socket', async () => {
  let connections = 0;
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end('{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]}');
  });
  server.prependListener('connection', (socket) => {
    if (++connections === 1) socket.resetAndDestroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${portOf(server.address())}`;
  const { tried, got } = await send([channel({ id: 'a', baseUrl })]);
  server.close().closeAllConnections();
  expect(got.status).toBe(200);
  expect(tried).toEqual(['a reset', 'a ok']);
  expect(connections).toBe(2);
  expect((await send([channel({ id: 'dead', baseUrl: 'http://127.0.0.1:9' })])).tried).toEqual([
    'dead connect',
    'dead connect',
  ]);
});

it('one deadline runs over all attempts', async () => {
  const channels = [...'abcde'].map((id) => at(id, 'stall-head', { firstByteTimeoutMs: 300 }));
  const { got, tried, tookMs, out } = await send(channels, { attemptsMs: 450 }, 5);
  expect(got.status).toBe(504);
  expect(tried).toHaveLength(2);
  expect(tookMs).toBeLessThan(1_200);
  expect(out).toEqual({ passes: 0, holds: 0 });
});

it('retry-after is the minimum over the channels that could serve', async () => {
  const limited = [
    at('a', '429,retry-after=40'),
    at('b', '429,retry-after=7'),
    at('c', '429,retry-after=30'),
  ];
  const all = await send(limited);
  expect([all.got.status, all.got.headers['retry-after']]).toEqual([429, '7']);
  const free = await send([...limited, at('d', '', { priority: -1 })]);
  expect([free.got.status, free.got.headers['retry-after']]).toEqual([429, '1']);
});
